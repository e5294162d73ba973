import { describe, expect, it } from 'vitest';
import { Parcels } from '../../../actors/peer/parcels.ts';
import type { Asker } from '../../../actors/peer/requests/asked.ts';
import type { Failure } from '../../../actors/refusals.ts';
import { TimerWheel } from '../../../runtime/kernel/timer-wheel.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';

function stage() {
  const clock = new VirtualClock();
  const wheel = new TimerWheel(clock);
  const parcels = new Parcels({ clock, wheel });
  const failed: [string, string][] = [];
  const sent: [string, number][] = [];
  const takenBack: string[] = [];
  const askerOf = (name: string): Asker => ({
    onAnswered() {},
    onStreamed() {},
    onFailed: ({ code }: Failure) => failed.push([name, code]),
  });
  const hold = (id: string, name: string, timeoutMs: number, bytes = 1) => {
    const payload = { encoding: 'bytes', bytes: new Uint8Array(bytes) } as const;
    return parcels.hold(id, name, payload, timeoutMs, askerOf(name));
  };
  const carrier = {
    ask(name: string, _: unknown, timeoutMs: number) {
      sent.push([name, timeoutMs]);
      return () => void takenBack.push(name);
    },
  };
  return { clock, parcels, failed, sent, takenBack, hold, carrier };
}

describe('requests that wait for a way to their peer', () => {
  it('are sent in order once there is one, with what is left of their deadlines', () => {
    const { clock, parcels, hold, carrier, sent, failed } = stage();
    hold('a', 'one', 1_000);
    hold('b', 'other', 1_000);
    clock.advance(400);
    hold('a', 'two', 1_000);
    parcels.forward('a', carrier);
    expect([sent, parcels.count]).toEqual([
      [
        ['one', 600],
        ['two', 1_000],
      ],
      1,
    ]);
    clock.advance(5_000);
    expect([failed, parcels.count]).toEqual([[['other', 'PEER_UNREACHABLE']], 0]);
  });

  it('can be taken back, before and after they are sent', () => {
    const { clock, parcels, hold, carrier, sent, failed, takenBack } = stage();
    const first = hold('a', 'one', 1_000);
    const second = hold('a', 'two', 1_000);
    first?.();
    parcels.forward('a', carrier);
    second?.();
    clock.advance(5_000);
    expect([sent, takenBack, failed]).toEqual([[['two', 1_000]], ['two'], []]);
  });

  it('fail at once if nobody looks for a way any more', () => {
    const { parcels, hold, failed } = stage();
    hold('a', 'one', 1_000);
    const failure = { code: 'PEER_LOST', message: '', retryable: true, retryAfterMs: 0 };
    parcels.refuse('a', failure);
    expect([failed, parcels.count]).toEqual([[['one', 'PEER_LOST']], 0]);
  });

  it('are at most 256 for a peer, and 32 MiB for all', () => {
    const { parcels, hold } = stage();
    const held = Array.from({ length: 257 }, () => hold('a', 'one', 1_000) !== undefined);
    expect(held.filter(Boolean)).toHaveLength(256);
    const large = Array.from({ length: 5 }, (_, n) => hold(`b${n}`, 'one', 1_000, 8_388_000));
    expect(large.map((taken) => taken !== undefined)).toEqual([true, true, true, true, false]);
    parcels.refuse('b0', { code: '', message: '', retryable: false, retryAfterMs: 0 });
    expect(hold('c', 'one', 1_000, 8_388_000)).toBeDefined();
  });
});
