import { describe, expect, it } from 'vitest';
import type { Items, Next } from '../../actors/peer/requests/items.ts';
import { failRequest } from '../../actors/refusals.ts';
import { payloadOf } from '../../runtime/payload.ts';
import { errorOf, Request } from '../../runtime/request.ts';

function stage(signal?: AbortSignal) {
  const judged: string[] = [];
  const host = { judge: (_: string, signal: string) => judged.push(signal) };
  const settled = { isOver: 0 };
  let request: Request | undefined;
  const outcome = new Promise<unknown>((resolve, reject) => {
    request = new Request(host, 'shop', 'price', { resolve, reject }, signal);
    request.onSettled = () => {
      settled.isOver += 1;
    };
  });
  outcome.catch(() => {});
  if (request === undefined) throw new Error('a promise begins at once');
  return { request, outcome, judged, settled };
}

function itemsOf(...nexts: Next[]): Items & { cancelled: number } {
  return {
    cancelled: 0,
    next: async () => nexts.shift() ?? { kind: 'end' },
    cancel() {
      this.cancelled += 1;
    },
  };
}

const itemOf = (value: unknown): Next => ({ kind: 'item', payload: payloadOf('item', value) });

describe('a request', () => {
  it('that was answered earns trust, and one that was not in time costs some', async () => {
    const good = stage();
    good.request.onAnswered(payloadOf('answer', 'tea'));
    expect([await good.outcome, good.judged, good.settled]).toEqual([
      'tea',
      ['request.answered'],
      { isOver: 1 },
    ]);
    const late = stage();
    late.request.onFailed(failRequest('REQUEST_TIMEOUT'));
    await expect(late.outcome).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' });
    expect(late.judged).toEqual(['request.timedOut']);
  });

  it('can have a streamed answer, that ends, fails or is left', async () => {
    const { request, outcome, judged, settled } = stage();
    const items = itemsOf(itemOf(1), itemOf(2), { kind: 'end' });
    request.onStreamed(items);
    const values: unknown[] = [];
    for await (const value of (await outcome) as AsyncIterable<unknown>) values.push(value);
    expect([values, judged, settled.isOver]).toEqual([[1, 2], ['request.answered'], 1]);
    const failing = stage();
    const failure = failRequest('HANDLER_FAILED');
    failing.request.onStreamed(itemsOf(itemOf(1), { kind: 'failed', failure }));
    const rest = (await failing.outcome) as AsyncGenerator<unknown>;
    expect(await rest.next()).toEqual({ done: false, value: 1 });
    await expect(rest.next()).rejects.toMatchObject({ code: 'HANDLER_FAILED' });
    const left = stage();
    const endless = itemsOf(itemOf(1), itemOf(2));
    left.request.onStreamed(endless);
    for await (const _ of (await left.outcome) as AsyncIterable<unknown>) break;
    expect([endless.cancelled, left.settled.isOver]).toEqual([1, 1]);
  });

  it('that its caller gives up never reads as answered whole', async () => {
    const controller = new AbortController();
    const { request, outcome, judged } = stage(controller.signal);
    request.onStreamed(itemsOf(itemOf(1), { kind: 'end' }));
    const rest = (await outcome) as AsyncGenerator<unknown>;
    expect(await rest.next()).toEqual({ done: false, value: 1 });
    controller.abort(new Error('enough'));
    await expect(rest.next()).rejects.toThrow('enough');
    expect(judged).toEqual([]);
  });

  it('that is refused in words of the other side says whose they are', () => {
    const said = { message: 'no tea', retryable: true, retryAfterMs: 500 };
    expect(errorOf('shop', 'price', { ...said, code: 'OUT_OF_STOCK' })).toMatchObject({
      code: 'REQUEST_DEFERRED',
      retryable: true,
      message: 'no tea',
      details: { peer: 'shop', method: 'price', refusal: 'OUT_OF_STOCK', retryAfterMs: 500 },
    });
    const final = { ...said, code: 'DISK_FULL', retryable: false };
    expect(errorOf('shop', 'price', final)).toMatchObject({
      code: 'REQUEST_REFUSED',
      retryable: false,
      details: { refusal: 'DISK_FULL' },
    });
    expect(errorOf('shop', 'price', { ...said, code: 'RATE_LIMITED' }).code).toBe('RATE_LIMITED');
  });
});
