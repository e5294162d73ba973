import { expect, it } from 'vitest';
import { PROVE, proofIn } from '../../actors/peer/proving.ts';
import type { Frame } from '../../actors/peer/wire/frame.ts';
import { type RawPeer, selfOf } from '../actors/peer/raw-peer.ts';
import { Arena, type Attacked } from './arena.ts';

const HOUR = 3_600_000;
const limits = { network: { relayLevel: 'basic' } } as const;

type Requested = Frame & { readonly kind: 'request' };

const refuse = ({ id }: Requested): Frame => ({
  ...{ kind: 'error', id, code: 'METHOD_UNKNOWN', message: '', retryAfterMs: 0, retryable: false },
});

function respond({ id }: Requested, encoding: 'json' | 'bytes', part: Uint8Array): Frame {
  return { kind: 'response', id, encoding, size: part.length, part };
}

const toOf = ({ part }: Requested): string => JSON.parse(Buffer.from(part).toString()).to;

/** A peer on a real socket that proves itself, and says to all else what it is told to. */
async function guest(
  arena: Arena,
  shop: Attacked,
  fill: number,
  reply: (asked: Requested) => Frame,
): Promise<RawPeer> {
  const raw = await arena.raw(shop, `127.${fill}.0.1`, fill);
  raw.onFrame = (frame) => {
    if (frame.kind === 'ping') raw.say({ kind: 'pong', nonce: frame.nonce });
    if (frame.kind !== 'request') return;
    if (frame.name !== PROVE) return raw.say(reply(frame));
    const payload = { encoding: 'bytes', bytes: frame.part } as const;
    const proof = raw.session && proofIn(payload, raw.session, selfOf(fill), 'initiator');
    raw.say(respond(frame, 'bytes', proof?.bytes ?? frame.part));
  };
  return raw;
}

async function untilSeen(arena: Arena, isSo: () => boolean): Promise<void> {
  for (let minutes = 0; minutes < 12 * 60 && !isSo(); minutes++) await arena.pass(60_000);
}

const bandOf = ({ rt }: Attacked, id: string) =>
  rt.peers.list().find((peer) => peer.id === id)?.suspicion;

it('T30: a honeypot that gives whatever it is asked for is known by that', async () => {
  const arena = new Arena();
  const shop = await arena.listening(limits);
  const eve = await guest(arena, shop, 7, (asked) =>
    respond(asked, 'json', Buffer.from('{"circuit":2}')),
  );
  const ann = await guest(arena, shop, 8, refuse);
  await untilSeen(arena, () => bandOf(shop, eve.id) === 'suspect');
  expect([bandOf(shop, eve.id), bandOf(shop, ann.id)]).toEqual(['suspect', 'clear']);
  const { bannedUntilMs, verdict } = await arena.until(shop.rt.peers.explain(eve.id));
  expect([eve.isLive, bannedUntilMs, verdict]).toEqual([true, 0, undefined]);
}, 60_000);

it('T30: a sensor whose other half asks for what it was told is known by that', async () => {
  const arena = new Arena();
  const shop = await arena.listening(limits);
  const told: string[] = [];
  const eve = await guest(arena, shop, 7, (asked) => {
    if (asked.name === 'holdfast.relay') told.push(toOf(asked));
    return refuse(asked);
  });
  const joe = await guest(arena, shop, 9, refuse);
  await untilSeen(arena, () => told.length > 0);
  const part = Buffer.from(JSON.stringify({ to: told[0] }));
  const size = part.length;
  joe.say({
    ...{ kind: 'request', id: 1, timeoutMs: HOUR, encoding: 'json', size },
    ...{ name: 'holdfast.relay', part },
  });
  await arena.pass(1_000);
  expect([bandOf(shop, eve.id), bandOf(shop, joe.id)]).toEqual(['suspect', 'clear']);
}, 60_000);
