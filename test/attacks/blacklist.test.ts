import { expect, it, onTestFinished } from 'vitest';
import { peerIdOf } from '../../actors/peer/wire/peer-id.ts';
import { RawPeer, selfOf } from '../actors/peer/raw-peer.ts';
import { Arena } from './arena.ts';
import { dialFrom } from './dial-from.ts';

const [BANNED, LISTED, HONEST] = [31, 32, 33];
const idOf = (fill: number): string => peerIdOf(selfOf(fill).credentials.identity.publicKey);

it('whoever is blacklisted is told as little as who is banned', async () => {
  const arena = new Arena();
  const shop = await arena.listening();
  shop.rt.peers.ban(idOf(BANNED), { reason: 'test', forMs: 3_600_000 });
  shop.rt.peers.blacklist.blame(idOf(LISTED), { reason: 'test' });
  /** Whoever is refused hears nothing until a handshake would have taken too long. */
  const come = async (address: string, fill: number): Promise<RawPeer> => {
    const peer = await arena.until(RawPeer.dial(dialFrom(address), shop.url, selfOf(fill)));
    onTestFinished(() => peer.link?.drop());
    await arena.untilLate(() => peer.isLive || peer.end !== undefined);
    return peer;
  };
  const ends = [];
  for (const fill of [BANNED, LISTED, HONEST]) {
    const { end, isLive, frames, unread } = await come(`127.3.0.${fill}`, fill);
    ends.push({ end, isLive, frames: frames.length, unread: unread.length });
  }
  const refused = { end: 'lost', isLive: false, frames: 0, unread: 0 };
  expect(ends.slice(0, 2)).toEqual([refused, refused]);
  expect(ends[2]).toMatchObject({ isLive: true });
  // From anywhere, for it is the identity that is listed.
  const elsewhere = await come('127.77.0.1', LISTED);
  expect([elsewhere.isLive, elsewhere.end]).toEqual([false, 'lost']);
});
