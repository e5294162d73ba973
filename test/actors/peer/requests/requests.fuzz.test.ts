import { expect, it } from 'vitest';
import { Ledger } from '../../../../actors/peer/ledger.ts';
import type { Call } from '../../../../actors/peer/requests/call.ts';
import type { ExchangeFrame } from '../../../../actors/peer/wire/frame.ts';
import { failRequest } from '../../../../actors/refusals.ts';
import { TimerWheel } from '../../../../runtime/kernel/timer-wheel.ts';
import { VirtualClock } from '../../../../runtime/sim/clock.ts';
import fc from '../../../fast-check.ts';
import { bulk, Side } from '../joined.ts';

const MIB = 1_048_576;
const id = fc.oneof(fc.nat({ max: 12 }), fc.constant(0xffff_ffff));
const part = fc.oneof(fc.nat({ max: 3 }), fc.constantFrom(1_000, 65_000)).map((n) => bulk(n).bytes);
const size = fc.constantFrom(0, 1, 1_000, 65_000, 300_000, 10_485_760);
const bytes = fc.oneof(fc.nat({ max: 70_000 }), fc.constant(0xffff_ffff));
const next = fc.nat({ max: 9 }).map((n) => n > 0);

/** A frame that says what it may, whatever came before. `next` is for the id in order. */
const hostile: fc.Arbitrary<{ frame: ExchangeFrame; next: boolean }> = fc
  .record({
    kind: fc.constantFrom(
      ...(['request', 'request', 'response', 'stream', 'item', 'item', 'end'] as const),
      ...(['data', 'data', 'error', 'cancel', 'credit'] as const),
    ),
    ...{ id, part, size, bytes, next },
  })
  .map(({ kind, id, part, size, bytes, next }) => {
    const payload = { encoding: 'bytes', size: Math.max(size, part.length), part } as const;
    switch (kind) {
      case 'request':
        return { frame: { kind, id, timeoutMs: bytes, name: 'm', ...payload }, next };
      case 'response':
      case 'item':
        return { frame: { kind, id, ...payload }, next };
      case 'data':
        return { frame: { kind, id, part: bulk(part.length + 1).bytes }, next };
      case 'error':
        return { frame: { kind, id, ...failRequest('RATE_LIMITED', bytes) }, next };
      case 'credit':
        return { frame: { kind, id, bytes }, next };
      default:
        return { frame: { kind, id }, next };
    }
  });

it('frames in any order are taken or refused, without a throw, in bounded memory', () => {
  const seen = new Set<string>();
  const run = fc.property(fc.array(hostile, { maxLength: 100 }), fc.nat(3), (all, mood) => {
    const clock = new VirtualClock(0);
    const ledger = new Ledger();
    const side = new Side('responder', new TimerWheel(clock), ledger);
    const answer = (call: Call): void => {
      if (mood === 1) call.answer(bulk(70_000));
      else if (mood === 2) void call.stream().write(bulk(300_000));
    };
    side.serve = answer;
    const asks = [0, 1, 2, 3].map((n) => side.ask('m', bulk(n * 90_000)));
    let nextId = 1;
    for (const { frame, next } of all) {
      const isOurs = frame.kind === 'request' || frame.kind === 'data' || frame.kind === 'cancel';
      const own = frame.kind === 'request' ? nextId : nextId - 2;
      const sent = next && isOurs ? { ...frame, id: own } : frame;
      const violation = side.requests.receive(sent);
      if (violation !== undefined) seen.add(violation);
      if (violation !== undefined && violation !== 'unexpected') break;
      if (sent.kind === 'request') nextId += 2;
      expect(ledger.heldBytes).toBeLessThanOrEqual(16 * MIB);
      if (mood > 0) side.write();
    }
    side.requests.end(failRequest('RUNTIME_STOPPED'));
    expect(asks.map(({ told }) => told.length)).toEqual([1, 1, 1, 1]);
    expect([ledger.heldBytes, side.requests.isIdle]).toEqual([0, true]);
    clock.advance(5_000_000);
    expect(clock.pending).toBe(0);
  });
  fc.assert(run, { numRuns: 500 });
  expect([...seen]).toEqual(
    expect.arrayContaining(['credit', 'order', 'size', 'underWay', 'unexpected']),
  );
});
