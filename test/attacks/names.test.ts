import { describe, expect, it, onTestFinished } from 'vitest';
import type { Frame } from '../../actors/peer/wire/frame.ts';
import { network } from '../../runtime/world/network.ts';
import { RawPeer, selfOf } from '../actors/peer/raw-peer.ts';
import { Arena } from './arena.ts';

const nothing = new Uint8Array();
/** A line of its own in a log, a colour in a terminal, and an order in which nobody reads it. */
const EVIL = '"}\r\n{"level":60,"msg":"all is lost"}\u001b[31m\u009b2J\u0000\u202egpj\u2028';

/** Whatever steers a terminal, ends a line or turns text around. */
const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** A peer that was dialled, and that answers every request with `answer`. */
async function hostileAnswering(arena: Arena, answer: (id: number) => Frame) {
  const { rt, facts, world } = await arena.machine();
  const hostile = new RawPeer(selfOf(3), 'responder');
  hostile.onFrame = (frame) => {
    if (frame.kind === 'request') hostile.say(answer(frame.id));
  };
  const place = { host: '127.0.0.1', port: 0, trustedProxies: [] };
  const listener = await network.listen(
    place,
    RawPeer.door(() => hostile),
  );
  onTestFinished(() => {
    listener.close();
    hostile.link?.drop();
  });
  const peer = await arena.until(rt.peers.connect(listener.url));
  const error: unknown = await arena.until(
    peer.request('price').then(
      () => undefined,
      (reason: unknown) => reason,
    ),
  );
  const told = JSON.stringify([facts.map(({ data }) => data), world.log.lines]);
  return { error: Object(error), told };
}

describe('T29: what a hostile peer wrote', () => {
  it('is escaped and cut in the error of whoever asked it', async () => {
    const arena = new Arena();
    const { error } = await hostileAnswering(arena, (id) => ({
      ...{ kind: 'error', id, retryAfterMs: 0, retryable: false },
      ...{ code: EVIL, message: EVIL + 'x'.repeat(950) },
    }));
    const { code, message, details } = error;
    expect(code).toBe('REQUEST_REFUSED');
    expect([STEERING.test(message), STEERING.test(details.refusal)]).toEqual([false, false]);
    expect([message.length, details.refusal.length]).toEqual([1_024, 64]);
    expect(message.startsWith('"}\\u000d\\u000a{"level":60')).toBe(true);
  });

  it('is escaped under a code of ours, too', async () => {
    const arena = new Arena();
    const { error } = await hostileAnswering(arena, (id) => ({
      ...{ kind: 'error', id, retryAfterMs: 5, retryable: true },
      ...{ code: 'RATE_LIMITED', message: EVIL },
    }));
    expect([error.code, STEERING.test(error.message)]).toEqual(['RATE_LIMITED', false]);
  });

  it('stands in no fact and in no line of the log', async () => {
    const arena = new Arena();
    const shop = await arena.listening();
    shop.rt.peers.handle('price', { level: 'basic', effect: 'read' }, () => {
      throw new Error('broken');
    });
    const peer = await arena.raw(shop, '127.1.1.1');
    const request = { kind: 'request', timeoutMs: 1_000, encoding: 'nothing', size: 0 } as const;
    peer.say({ ...request, id: 1, name: EVIL, part: nothing });
    peer.say({ ...request, id: 3, name: 'price', part: nothing });
    await arena.untilSo(() => peer.frames.length === 2);
    expect(peer.frames).toMatchObject([{ code: 'METHOD_UNKNOWN' }, { code: 'HANDLER_FAILED' }]);
    peer.saySealed(Uint8Array.of(99));
    await arena.untilSo(() => peer.end !== undefined);
    const told = JSON.stringify([shop.facts.map(({ data }) => data), shop.world.log.lines]);
    expect([told.includes('is lost'), told.includes('broken')]).toEqual([false, true]);
  });
});
