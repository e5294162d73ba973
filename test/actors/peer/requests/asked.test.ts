import { describe, expect, it } from 'vitest';
import { failRequest } from '../../../../actors/refusals.ts';
import { bulk, join, json } from '../joined.ts';

const TIMED_OUT = { failure: failRequest('REQUEST_TIMEOUT') };

describe('whoever asks', () => {
  it('is told at its deadline, and the other side is, too', () => {
    const { a, b, said, clock, settle, ledger } = join();
    const { told } = a.ask('slow', json(1), 1_000);
    settle();
    const ends: string[] = [];
    b.calls[0]?.onCancelled((because) => ends.push(because));
    clock.advance(1_100);
    settle();
    expect(told).toEqual([TIMED_OUT]);
    expect([said.slice(1), ends]).toEqual([['a cancel 1'], ['timeout']]);
    b.calls[0]?.answer(json('late'));
    settle();
    expect([told.length, said.length, ledger.heldBytes]).toEqual([1, 2, 0]);
    expect([a.requests.isIdle, b.requests.isIdle]).toEqual([true, true]);
  });

  it('and cancels hears nothing more, whatever is on its way', () => {
    const { a, b, said, step, settle, ledger } = join();
    const { told, cancel } = a.ask('big');
    settle();
    b.calls[0]?.answer(bulk(200_000));
    step(b, a);
    cancel();
    cancel();
    step(b, a);
    settle();
    expect(told).toEqual([]);
    expect(said).toEqual(['a request 1', 'b response 1', 'b data 1', 'a cancel 1']);
    expect([a.requests.isIdle, b.requests.isIdle, ledger.heldBytes]).toEqual([true, true, 0]);
  });

  it('has the time that is left when its request is written said with it', () => {
    const { a, b, clock, settle } = join();
    a.ask('orders.get', json(1), 10_000);
    clock.advance(4_000);
    settle();
    expect(b.calls[0]?.timeoutMs).toBeGreaterThanOrEqual(6_000);
    expect(b.calls[0]?.timeoutMs).toBeLessThanOrEqual(6_008);
  });

  it('reads a stream as far as it likes; the other side waits, or is told', async () => {
    const { a, b, settle, ledger } = join();
    let written = 0;
    let goesOn = true;
    b.serve = async (call) => {
      const out = call.stream();
      while (goesOn) {
        written += 1;
        goesOn = await out.write(bulk(10_000, written));
      }
      out.end();
    };
    const { answer } = a.ask('all');
    settle();
    const answered = await answer;
    const items = 'items' in answered ? answered.items : undefined;
    for (let n = 0; n < 50; n++) {
      await Promise.resolve();
      settle();
    }
    // 26 items fill the window of the id; the other side queues as much again.
    expect(written).toBeLessThan(60);
    expect(await items?.next()).toEqual({ kind: 'item', payload: bulk(10_000, 1) });
    for (let n = 0; n < 60; n++) void items?.next();
    const pending = items?.next();
    items?.cancel();
    expect(await pending).toEqual({ kind: 'end' });
    settle();
    await Promise.resolve();
    expect([goesOn, a.requests.isIdle, b.requests.isIdle, ledger.heldBytes]).toEqual([
      ...[false, true, true, 0],
    ]);
  });

  it('reads an item whole that it waited for, whatever becomes of what it came in', async () => {
    const { a, b, settle } = join();
    const stream = a.ask('stream');
    settle();
    const out = b.calls[0]?.stream();
    settle();
    const [streamed] = stream.told;
    const items = streamed && 'items' in streamed ? streamed.items : undefined;
    const next = items?.next();
    void out?.write(bulk(10_000));
    settle();
    expect(await next).toEqual({ kind: 'item', payload: bulk(10_000) });
  });

  it('reads what came before a failure, or the end, within its deadline', async () => {
    const { a, b, clock, settle, ledger } = join();
    const open = async (name: string) => {
      const { answer } = a.ask(name, json(1), 1_000);
      settle();
      const answered = await answer;
      if (!('items' in answered)) throw new Error('no stream');
      return answered.items;
    };
    const item = (n: number) => ({ kind: 'item', payload: json(n) });
    const failed = { kind: 'failed', failure: failRequest('HANDLER_FAILED') };
    b.serve = (call) => {
      const out = call.stream();
      for (let n = 0; n < 3; n++) void out.write(json(n));
      settle();
      if (call.name === 'fails') call.fail(failRequest('HANDLER_FAILED'));
      else out.end();
    };
    const [fails, ends, late] = [await open('fails'), await open('ends'), await open('late')];
    const read = [fails, fails, fails, fails, ends, ends, ends, ends, late];
    expect(await Promise.all(read.map((items) => items.next()))).toEqual([
      ...[item(0), item(1), item(2), failed],
      ...[item(0), item(1), item(2), { kind: 'end' }],
      item(0),
    ]);
    expect([a.requests.isIdle, b.requests.isIdle]).toEqual([false, true]);
    clock.advance(1_100);
    expect(await late.next()).toEqual({
      kind: 'failed',
      failure: failRequest('REQUEST_TIMEOUT'),
    });
    expect([a.requests.isIdle, ledger.heldBytes]).toEqual([true, 0]);
  });
});
