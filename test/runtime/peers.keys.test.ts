import { describe, expect, it } from 'vitest';
import type { Self } from '../../actors/peer/self.ts';
import type { Frame, RequestFrame } from '../../actors/peer/wire/frame.ts';
import { signProof } from '../../actors/peer/wire/proof.ts';
import { RawPeer, selfOf } from '../actors/peer/raw-peer.ts';
import { PeersStage } from './peers-stage.ts';

const HOUR_MS = 3_600_000;
/** So that a day is soon over. */
const timeouts = { pingMs: 1_800_000, idleMs: 3_600_000 };
const read = { level: 'basic', effect: 'read' } as const;

/** That who has dialled still is who it was. */
function proofFor({ session }: RawPeer, { credentials }: Self, { id, part }: RequestFrame): Frame {
  if (session === undefined) throw new Error('it is not live');
  const { identity } = credentials;
  const { hash, peer } = session;
  const terms = {
    role: 'initiator',
    hash,
    signer: identity.publicKey,
    other: peer.publicKey,
  } as const;
  const proof = signProof(identity, terms, part);
  return { kind: 'response', id, encoding: 'bytes', size: proof.length, part: proof };
}

describe('the keys of a connection that lasts', () => {
  it('are new each day, and nothing that is asked is lost or out of order', async () => {
    const stage = new PeersStage();
    const shop = await stage.listening({ timeouts });
    const till = await stage.machine({ timeouts });
    const heard: unknown[] = [];
    shop.rt.peers.handle('count', read, (nth) => {
      heard.push(nth);
      return nth;
    });
    const peer = await stage.until(till.rt.peers.connect(shop.url));
    const asked: Promise<unknown>[] = [];
    let nth = 0;
    for (let hour = 0; hour < 50; hour++) {
      for (let many = 0; many < 5; many++) asked.push(peer.request('count', nth++));
      await stage.clock.advanceAsync(HOUR_MS);
    }
    expect(await Promise.all(asked)).toEqual(Array.from({ length: nth }, (_, each) => each));
    expect(heard).toEqual(Array.from({ length: nth }, (_, each) => each));
    const ends = [shop, till].flatMap(({ facts }) =>
      facts
        .map(({ type }) => type)
        .filter((type) => /^peer\.(opened|rotated|ended|banned)$/.test(type)),
    );
    const each = ['peer.opened', 'peer.rotated', 'peer.rotated'];
    expect(ends).toEqual([...each, ...each]);
  });

  it('are new at once when an operator asks for it, on record', async () => {
    const stage = new PeersStage();
    const shop = await stage.listening({ timeouts });
    const till = await stage.machine({ timeouts });
    shop.rt.peers.handle('price', read, () => 350);
    expect(await stage.until(shop.rt.keys.rotate('session'))).toEqual({
      ...{ purpose: 'session', connections: 0 },
    });
    const peer = await stage.until(till.rt.peers.connect(shop.url));
    const rotated = await stage.until(till.rt.keys.rotate('session', { reason: 'a drill' }));
    expect(rotated).toEqual({ purpose: 'session', connections: 1 });
    expect(await stage.until(peer.request('price'))).toBe(350);
    await stage.clock.advanceAsync(1_000);
    const told = [shop, till].map(({ facts }) =>
      facts.flatMap(({ type, subject, data }) =>
        /^(key|peer)\.rotated$/.test(type) ? [[type, subject, data]] : [],
      ),
    );
    expect(told).toMatchObject([
      [
        ['key.rotated', 'session', { connections: 0, because: 'an operator asked for it' }],
        ['peer.rotated', till.rt.peers.id, {}],
      ],
      [
        ['key.rotated', 'session', { connections: 1, because: 'a drill' }],
        ['peer.rotated', shop.rt.peers.id, {}],
      ],
    ]);
  });

  it('end it after 25 hours if the other side has no new ones, and blame nobody', async () => {
    const stage = new PeersStage();
    const shop = await stage.listening({ timeouts });
    const stubborn = selfOf(9);
    const host = stage.network.host('10.0.4.1');
    const old = await stage.until(RawPeer.dial(host, shop.url, stubborn));
    old.onFrame = (frame) => {
      if (frame.kind === 'ping') old.say({ kind: 'pong', nonce: frame.nonce });
      // Proofs are asked for every five minutes.
      if (frame.kind === 'request') old.say(proofFor(old, stubborn, frame));
    };
    await stage.clock.advanceAsync(25 * HOUR_MS - 60_000);
    expect([old.isLive, old.frames.filter(({ kind }) => kind === 'offer').length]).toEqual([
      ...[true, 1],
    ]);
    await stage.clock.advanceAsync(62_000);
    expect(old.end).toBe('lost');
    const told = shop.facts.filter(({ type }) => /^peer\.(ended|banned)$/.test(type));
    expect(told.map(({ type, data }) => [type, Reflect.get(Object(data), 'because')])).toEqual([
      ['peer.ended', 'its keys are overdue'],
    ]);
  });
});
