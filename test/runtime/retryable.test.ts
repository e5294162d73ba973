import { describe, expect, it } from 'vitest';
import { failRequest } from '../../actors/refusals.ts';
import { type Code, codes, HoldfastError } from '../../runtime/errors.ts';
import { errorOf } from '../../runtime/request.ts';
import { RequestRefusal } from '../../runtime/request-refusal.ts';
import { RawPeer, selfOf } from '../actors/peer/raw-peer.ts';
import { stage } from './kernel/stage.ts';
import { PeersStage } from './peers-stage.ts';

const all = Object.keys(codes) as Code[];
const isRetryable = (code: Code): boolean => codes[code].recovery === 'retry';

const unmentionable = new Proxy(
  {},
  {
    get: () => {
      throw new Error('do not look');
    },
  },
);

/** How often each is called that fails so, if one retry may be made. */
async function attempts(errors: readonly unknown[], named?: readonly string[]) {
  const { runtime, clock } = await stage();
  const made = errors.map(() => 0);
  const seen: unknown[] = errors.map(() => undefined);
  const retry = { attemptsMax: 2, ...(named && { codes: named }) };
  for (const [index, error] of errors.entries()) {
    const work = (): never => {
      made[index] = (made[index] ?? 0) + 1;
      throw error;
    };
    const call = runtime.protect(`backend ${index}`, work, { retry, idempotent: true });
    call().catch((thrown: unknown) => {
      seen[index] = thrown;
    });
  }
  await clock.advanceAsync(10_000);
  // What had failed is what its caller hears, retried or not.
  expect(seen.every((thrown, index) => thrown === errors[index])).toBe(true);
  return made;
}

describe('a failure is retried', () => {
  it('by the recovery of its code, and for no other code', async () => {
    const made = await attempts(all.map((code) => new HoldfastError(code, 'it failed')));
    expect(Object.fromEntries(all.map((code, index) => [code, made[index]]))).toEqual(
      Object.fromEntries(all.map((code) => [code, isRetryable(code) ? 2 : 1])),
    );
  });

  it('whatever its code, if that is named; and if nothing says that it may not be', async () => {
    const odd = [new HoldfastError('VM_CRASHED', ''), new HoldfastError('RATE_LIMITED', '')];
    expect(await attempts(odd, ['VM_CRASHED'])).toEqual([2, 1]);
    const others = [
      new RequestRefusal('SOLD_OUT', 'no tea'),
      new RequestRefusal('BUSY', 'later', { retryable: true }),
      new Error('down', { cause: new HoldfastError('VM_CRASHED', '') }),
      ...['down', undefined, { retryable: 'no' }, unmentionable],
    ];
    expect(await attempts(others)).toEqual([1, 2, 2, 2, 2, 2, 2]);
  });
});

describe('a code that comes from another process', () => {
  it('has the class that it has here, whatever the other side says of it', () => {
    for (const code of all) {
      for (const retryable of [true, false]) {
        const error = errorOf('shop', 'price', { code, message: '', retryable, retryAfterMs: 0 });
        const isOurs = error.code === code;
        expect([code, error.retryable]).toEqual([code, isOurs ? isRetryable(code) : retryable]);
        expect(isOurs || ['REQUEST_DEFERRED', 'REQUEST_REFUSED'].includes(error.code)).toBe(true);
      }
    }
  });

  it('is sent with that class', () => {
    const sent = all.map((code) => failRequest(code as 'PEER_LOST'));
    const said = sent.filter(({ message }) => message !== undefined);
    expect(said.map(({ code, retryable }) => [code, retryable])).toEqual(
      said.map(({ code }) => [code, isRetryable(code as Code)]),
    );
    expect(said.length).toBe(14);
  });

  it('is not that of what failed within, of which nothing comes along', async () => {
    const peers = new PeersStage();
    const shop = await peers.listening();
    const cause = new Error('the cause');
    for (const code of all) {
      shop.rt.peers.handle(`fails ${code}`, { level: 'basic', effect: 'read' }, () => {
        throw new HoldfastError(code, 'the message', { detail: 'the detail' }, { cause });
      });
    }
    const till = await peers.machine();
    const peer = await peers.until(till.rt.peers.connect(shop.url));
    const told = await peers.until(
      Promise.all(
        all.map(async (code) => {
          const error = await peer.request(`fails ${code}`).catch((thrown: unknown) => thrown);
          const { message, details, retryable, ...rest } = error as HoldfastError;
          return [rest.code, message, details, retryable, Object(error).cause];
        }),
      ),
    );
    expect(told).toEqual(
      all.map((code) => {
        const details = { peer: shop.rt.peers.id, method: `fails ${code}` };
        return ['HANDLER_FAILED', 'the handler failed', details, true, undefined];
      }),
    );
  });

  it('of a runtime that stops says that others may ask again later', async () => {
    const peers = new PeersStage();
    const shop = await peers.listening({ timeouts: { drainMs: 5_000 } });
    const options = { level: 'basic', effect: 'read' } as const;
    shop.rt.peers.handle('wait', options, () => new Promise(() => {}));
    const host = peers.network.host('10.0.9.1');
    const stranger = await peers.until(RawPeer.dial(host, shop.url, selfOf(9)));
    const refused: unknown[] = [];
    stranger.onFrame = (frame) => {
      if (frame.kind === 'error') refused.push([frame.id, frame.code, frame.retryable]);
    };
    const ask = async (id: number): Promise<void> => {
      const request = { kind: 'request', id, timeoutMs: 60_000, name: 'wait' } as const;
      stranger.say({ ...request, encoding: 'nothing', size: 0, part: new Uint8Array() });
      await peers.clock.advanceAsync(100);
    };
    await peers.clock.advanceAsync(1_000);
    await ask(1);
    void shop.rt.shutdown({ deadlineMs: 5_000 });
    await peers.clock.advanceAsync(100);
    await ask(3);
    expect(refused).toEqual([[3, 'PEER_REFUSED', true]]);
  });
});
