import { describe, expect, it } from 'vitest';
import { failRequest } from '../../../../actors/refusals.ts';
import { join, json } from '../joined.ts';

const FULL = [{ failure: failRequest('REQUESTS_FULL') }];

describe('requests of ours', () => {
  it('are open at 256 at most, and 1,024 more wait, their deadlines running', () => {
    const { a, b, clock, settle } = join();
    const asks = Array.from({ length: 1_280 }, (_, n) => a.ask('slow', json(n), 1_000));
    expect(a.ask('slow').told).toEqual(FULL);
    settle();
    expect([b.calls.length, asks.filter(({ told }) => told.length > 0).length]).toEqual([256, 0]);
    asks[256]?.cancel();
    b.calls[3]?.answer(json('done'));
    settle();
    expect(asks[3]?.told).toEqual([{ payload: json('done') }]);
    expect(b.payloads.at(-1)).toEqual(json(257));
    clock.advance(1_100);
    expect(asks.map(({ told }) => told.length)).toEqual(asks.map((_, n) => (n === 256 ? 0 : 1)));
    settle();
    expect(a.requests.isIdle).toBe(true);
  });

  it('have ids in the order they are written, the initiator odd ones', () => {
    const { a, b, said, settle } = join();
    for (let n = 0; n < 2; n++) {
      a.ask('there');
      b.ask('back');
    }
    settle();
    expect(said).toEqual(['a request 1', 'a request 3', 'b request 2', 'b request 4']);
  });

  it('fail at once when no more are asked, those that are open do not', () => {
    const { a, b, settle } = join();
    const asks = Array.from({ length: 257 }, () => a.ask('slow'));
    settle();
    let idle = 0;
    const stopped = failRequest('RUNTIME_STOPPED');
    a.requests.stopAsking(stopped, () => {
      idle += 1;
    });
    expect(asks[256]?.told).toEqual([{ failure: stopped }]);
    expect(a.ask('more').told).toEqual([{ failure: stopped }]);
    for (const call of b.calls) call.answer(json(1));
    expect(idle).toBe(0);
    settle();
    expect([idle, asks[0]?.told, a.requests.isIdle]).toEqual([1, [{ payload: json(1) }], true]);
  });
});
