import { describe, expect, it } from 'vitest';
import type { ExchangeFrame } from '../../../../actors/peer/wire/frame.ts';
import { failRequest } from '../../../../actors/refusals.ts';
import { bulk, join, json } from '../joined.ts';

const request = (id: number, timeoutMs = 30_000): ExchangeFrame => {
  const part = new Uint8Array([1]);
  return { kind: 'request', id, timeoutMs, encoding: 'bytes', size: 1, name: 'm', part };
};

describe('requests of the other side', () => {
  it('come in order, each id two more than the last', () => {
    for (const [ids, violation] of [
      [[1, 3, 5], undefined],
      [[2], 'order'],
      [[3], 'order'],
      [[1, 1], 'order'],
      [[1, 5], 'order'],
    ] as const) {
      const { b } = join();
      expect(ids.map((id) => b.requests.receive(request(id))).at(-1)).toBe(violation);
    }
  });

  it('are open at 256 at most, as far as the other side can know', () => {
    const { b } = join();
    b.serve = (call) => call.answer(json(1));
    for (let n = 0; n < 256; n++) expect(b.requests.receive(request(2 * n + 1))).toBe(undefined);
    expect(b.requests.receive(request(513))).toBe('open');
  });

  it('are not at work more than 256 at a time, however many were cancelled', () => {
    const { a, b, settle } = join();
    for (let n = 0; n < 300; n++) {
      const { cancel } = a.ask('reset');
      settle();
      cancel();
      settle();
    }
    expect(b.calls.length).toBe(256);
    const { told } = a.ask('one more');
    settle();
    expect(told).toEqual([{ failure: failRequest('REQUESTS_FULL') }]);
    b.calls[0]?.answer(json(1));
    a.ask('another');
    settle();
    expect(b.calls.at(-1)?.name).toBe('another');
  });

  it('are refused before their payload has come, and the rest of it is not sent', () => {
    const { a, b, said, step, settle, ledger } = join();
    const asked: unknown[] = [];
    b.admit = (name, size) => {
      asked.push([name, size]);
      return failRequest('LEVEL_TOO_LOW');
    };
    const { told } = a.ask('forbidden', bulk(1_000_000));
    step(a, b);
    expect(ledger.heldBytes).toBe(0);
    settle();
    expect(told).toEqual([{ failure: failRequest('LEVEL_TOO_LOW') }]);
    expect(asked).toEqual([['forbidden', 1_000_000]]);
    expect(said.filter((frame) => frame === 'a data 1').length).toBeLessThan(4);
    expect([b.calls, a.requests.isIdle, b.requests.isIdle]).toEqual([[], true, true]);
  });

  it('may be cancelled when they are over, but not before they began', () => {
    const { a, b, settle } = join();
    b.serve = (call) => call.answer(json(1));
    a.ask('quick');
    settle();
    expect(b.requests.receive({ kind: 'cancel', id: 1 })).toBe(undefined);
    expect(b.requests.receive({ kind: 'cancel', id: 3 })).toBe('unexpected');
    expect(b.requests.receive({ kind: 'cancel', id: 2 })).toBe('unexpected');
  });
});
