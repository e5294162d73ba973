import { describe, expect, it } from 'vitest';
import { failRequest } from '../../../../actors/refusals.ts';
import { bulk, join, json } from '../joined.ts';

describe('a request', () => {
  it('is answered, in two messages', () => {
    const { a, b, said, settle, ledger, clock } = join();
    const { told } = a.ask('orders.get', json({ id: 7 }), 5_000);
    settle();
    expect(b.calls).toMatchObject([{ name: 'orders.get', timeoutMs: 5_000 }]);
    expect(b.payloads).toEqual([json({ id: 7 })]);
    b.calls[0]?.answer(json('here'));
    settle();
    expect(told).toEqual([{ payload: json('here') }]);
    expect(said).toEqual(['a request 1', 'b response 1']);
    expect([a.requests.isIdle, b.requests.isIdle, ledger.heldBytes]).toEqual([true, true, 0]);
    clock.advance(60_000);
    expect(clock.pending).toBe(0);
  });

  it('of ten megabytes is answered with as many', () => {
    const { a, b, settle, ledger } = join();
    const there = bulk(10_485_760, 1);
    const back = bulk(10_485_760, 2);
    b.serve = (call) => {
      expect(Buffer.compare(call.payload.bytes, there.bytes)).toBe(0);
      call.answer(back);
    };
    const { told } = a.ask('echo', there);
    settle();
    const [answered] = told;
    const bytes =
      answered !== undefined && 'payload' in answered ? answered.payload.bytes : json(0).bytes;
    expect(Buffer.compare(bytes, back.bytes)).toBe(0);
    expect(ledger.heldBytes).toBe(0);
  });

  it('is answered with a stream, read one by one', async () => {
    const { a, b, settle, ledger } = join();
    b.serve = async (call) => {
      const out = call.stream();
      for (let n = 0; n < 3; n++) expect(await out.write(json(n))).toBe(true);
      out.end();
    };
    const { answer } = a.ask('count');
    settle();
    const answered = await answer;
    const items = 'items' in answered ? answered.items : undefined;
    const read: unknown[] = [];
    for (let n = 0; n < 4; n++) {
      settle();
      read.push(await items?.next());
    }
    expect(read).toEqual([
      ...[0, 1, 2].map((n) => ({ kind: 'item', payload: json(n) })),
      { kind: 'end' },
    ]);
    expect([a.requests.isIdle, b.requests.isIdle, ledger.heldBytes]).toEqual([true, true, 0]);
  });

  it('fails with what the handler says', () => {
    const { a, b, settle } = join();
    b.serve = (call) => call.fail(failRequest('RATE_LIMITED', 250));
    const { told } = a.ask('orders.get');
    settle();
    expect(told).toEqual([{ failure: failRequest('RATE_LIMITED', 250) }]);
  });
});

describe('a connection that ends', () => {
  it('fails what was asked, tells who is at work, and leaves no timer and no byte', async () => {
    const { a, b, clock, ledger, step, settle } = join();
    const failure = failRequest('RUNTIME_STOPPED');
    const stream = a.ask('stream');
    settle();
    const out = b.calls[0]?.stream();
    void out?.write(bulk(100_000));
    settle();
    const [streamed] = stream.told;
    const waiting = out?.write(bulk(300_000));
    const asks = [a.ask('slow', bulk(300_000)), a.ask('slow', bulk(1_000))];
    step(a, b);
    const ends: string[] = [];
    for (const call of b.calls) call.onCancelled((because) => ends.push(`${call.name} ${because}`));
    a.requests.end(failure);
    b.requests.end(failure);
    expect(asks.map(({ told }) => told)).toEqual([[{ failure }], [{ failure }]]);
    expect(ends).toEqual(['stream disconnected', 'slow disconnected']);
    expect(await waiting).toBe(false);
    const items = streamed && 'items' in streamed ? streamed.items : undefined;
    expect(await items?.next()).toEqual({ kind: 'failed', failure });
    expect(a.ask('more').told).toEqual([{ failure }]);
    for (const call of b.calls) call.answer(bulk(1));
    expect([a.requests.isIdle, b.requests.isIdle, ledger.heldBytes]).toEqual([true, true, 0]);
    clock.advance(1_000);
    expect(clock.pending).toBe(0);
  });
});
