import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { CallContext } from '../../runtime/call.ts';
import { counterMachine, stage, told } from './kernel/stage.ts';
import { refusalOf } from './options/refusal.ts';

const down = (): never => {
  throw new Error('down');
};

/** What became of a promise so far, and then. */
function watched<Value>(promise: Promise<Value>) {
  const seen: unknown[] = [];
  const failed = (error: { code?: string; message?: string }): void => {
    seen.push(error?.code ?? error?.message ?? error);
  };
  promise.then((value) => seen.push(value), failed);
  return seen;
}

describe('a protected function', () => {
  it('is called as it was before, with a context of its own behind its arguments', async () => {
    const { runtime } = await stage();
    const seen: unknown[] = [];
    const charge = runtime.protect('psp', (cents: number, context) => {
      seen.push([cents, context.attempt, context.signal.aborted]);
      return cents * 2;
    });
    expect(await charge(21)).toBe(42);
    expect(await charge(4, { signal: new AbortController().signal })).toBe(8);
    expect(seen).toEqual([
      [21, 1, false],
      [4, 1, false],
    ]);
  });

  it('takes only a signal in the place of its context for options of the call', async () => {
    const { runtime } = await stage();
    const aborted = AbortSignal.abort(new Error('enough'));
    const show = (...args: unknown[]) => args.slice(0, -1);
    const rest = runtime.protect('a', show);
    expect(await rest(1, { signal: 7, url: 'x' } as never)).toEqual([1, { signal: 7, url: 'x' }]);
    await expect(rest(1, { signal: 7 } as never)).rejects.toThrow(
      new TypeError('signal must be an AbortSignal, got number'),
    );
    await expect(rest(1, { signal: aborted } as never)).rejects.toThrow('enough');
    const two = runtime.protect('b', (a: unknown, b: unknown, _: CallContext) => [a, b]);
    expect(await two('url', { signal: aborted })).toEqual(['url', { signal: aborted }]);
    expect(await two('url', undefined as never, { signal: undefined })).toEqual(['url', undefined]);
  });

  it('takes a context that is passed on for options, and has one of its own', async () => {
    const { runtime, clock } = await stage();
    const seen: unknown[] = [];
    const inner = runtime.protect(
      'inner',
      (_sku: string, { signal, attempt }: CallContext) => {
        signal.addEventListener('abort', () => seen.push([attempt, signal.reason.code]));
        return new Promise<never>(() => {});
      },
      { timeoutMs: 100 },
    );
    const outer = runtime.protect('outer', (sku: string, context) => inner(sku, context), {
      timeoutMs: 1_000,
    });
    const settled = watched(outer('tea'));
    await clock.advanceAsync(200);
    expect([seen, settled]).toEqual([[[1, 'CALL_TIMEOUT']], ['CALL_TIMEOUT']]);
    const empty = runtime.protect('empty', (_sku: string, { attempt }: CallContext) => attempt);
    expect(await empty('tea', {})).toBe(1);
  });

  it('leaves nothing armed once it has settled, whatever its deadline', async () => {
    const { runtime, clock } = await stage();
    await runtime.protect('psp', () => 7, { deadlineMs: 3_600_000 })();
    clock.advance(256);
    expect(clock.pending).toBe(0);
  });

  it('has its context in its place when arguments are left out', async () => {
    const { runtime } = await stage();
    const work = (_a: unknown, _b: unknown, { attempt }: CallContext) => attempt;
    expect(await (runtime.protect('a', work) as () => Promise<number>)()).toBe(1);
  });

  it('rejects with what was thrown, whatever that is, at once or later', async () => {
    const { runtime } = await stage();
    await expect(runtime.protect('a', down)()).rejects.toThrow('down');
    await expect(runtime.protect('b', () => Promise.reject())()).rejects.toBe(undefined);
  });

  it('outlives a promise whose own then throws, and so does its bulkhead', async () => {
    const { runtime } = await stage();
    const hostile = Object.assign(Promise.resolve(7), { [`${'then'}`]: down });
    let work: () => unknown = () => hostile;
    const options = { bulkhead: { callsMax: 1, queueMax: 5 } };
    const call = runtime.protect('psp', async () => await null, options);
    const bad = runtime.protect('psp', () => work(), options);
    const seen = [call, bad, call].map((made) => watched(made()));
    await Promise.allSettled([call()]);
    work = () => 'fine';
    expect(await bad()).toBe('fine');
    expect(seen).toEqual([[null], ['down'], [null]]);
  });

  it('counts the first way it settles, and no other', async () => {
    const { runtime } = await stage();
    const twice = (): PromiseLike<number> =>
      Object.fromEntries([
        [
          'then',
          (resolve: (value: number) => void, reject: (error: Error) => void) => {
            resolve(7);
            reject(new Error('after all'));
            throw new Error('and this');
          },
        ],
      ]) as never;
    expect(await runtime.protect('psp', twice)()).toBe(7);
    expect(runtime.breaker('psp').counts.failures).toBe(0);
  });

  it('is not called with a signal that is aborted already, and nothing is counted', async () => {
    const { runtime } = await stage();
    let made = 0;
    const work = runtime.protect('psp', () => {
      made += 1;
    });
    const reason = new Error('never mind');
    await expect(work({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect([made, runtime.breaker('psp').counts.calls]).toEqual([0, 0]);
  });

  it.each([
    [{ timeoutMs: 500, deadlineMs: 400 }, 'protect.timeoutMs must be at most deadlineMs, 400'],
    [{ retry: {} }, 'protect.retry must come with idempotent: true'],
    [
      { retry: { codes: ['ECONNRESET', 'BREAKER_OPEN'] }, idempotent: true },
      'protect.retry.codes must not hold BREAKER_OPEN, which refuses the retry too',
    ],
    [
      { breaker: { probesMax: 3 }, bulkhead: { callsMax: 2 } },
      'protect.breaker.probesMax must be at most bulkhead.callsMax, 2',
    ],
  ])('is refused what makes no sense: %o', async (options, refused) => {
    const { runtime } = await stage();
    const message = refusalOf(() => runtime.protect('psp', down, options as never));
    expect(message.startsWith(`RangeError: ${refused}`)).toBe(true);
    expect(refusalOf(() => runtime.protect('psp', 7 as never))).toBe(
      'TypeError: work must be a function, got number',
    );
  });

  it('shares breaker, retry budget and bulkhead with its namesakes, and only as one', async () => {
    const { runtime } = await stage();
    const bulkhead = { callsMax: 1 };
    const retry = { budget: { burst: 1 } };
    runtime.protect('psp', down, { bulkhead, retry, idempotent: true });
    runtime.protect('psp', down, { bulkhead, retry, idempotent: true });
    runtime.protect('psp', down);
    expect([
      refusalOf(() => runtime.protect('psp', down, { bulkhead: { callsMax: 2 } })),
      refusalOf(() => runtime.protect('psp', down, { retry: {}, idempotent: true })),
    ]).toEqual([
      'RangeError: bulkhead must be the same for all calls named "psp"',
      'RangeError: retry.budget must be the same for all calls named "psp"',
    ]);
  });
});

describe('a timeout', () => {
  it('ends the wait of the caller, tells the work, and is a failure', async () => {
    const { runtime, clock } = await stage();
    const signals: AbortSignal[] = [];
    const hang = runtime.protect(
      'psp',
      ({ signal }) => {
        signals.push(signal);
        return new Promise<never>(() => {});
      },
      { timeoutMs: 100 },
    );
    const seen = watched(hang());
    await clock.advanceAsync(99);
    expect(seen).toEqual([]);
    await clock.advanceAsync(9);
    expect(seen).toEqual(['CALL_TIMEOUT']);
    expect(signals.map(({ aborted, reason }) => [aborted, reason.code])).toEqual([
      [true, 'CALL_TIMEOUT'],
    ]);
    expect(runtime.breaker('psp').counts).toMatchObject({ failures: 1 });
    await clock.advanceAsync(100);
    expect(clock.pending).toBe(0);
  });

  it('is half a minute, or the deadline of the call if that is less', async () => {
    const { runtime, clock } = await stage();
    const hang = (): Promise<never> => new Promise(() => {});
    const seen = [{}, { deadlineMs: 1_000 }].map((options, index) =>
      watched(runtime.protect(`backend ${index}`, hang, options)()),
    );
    await clock.advanceAsync(1_008);
    const early = structuredClone(seen);
    await clock.advanceAsync(29_000);
    expect([early, seen]).toEqual([
      [[], ['CALL_TIMEOUT']],
      [['CALL_TIMEOUT'], ['CALL_TIMEOUT']],
    ]);
  });

  it('is no matter for work that settled in time, whose signal is left alone', async () => {
    const { runtime, clock } = await stage();
    const kept: CallContext[] = [];
    const work = runtime.protect('psp', (context) => kept.push(context), { timeoutMs: 100 });
    await work();
    await clock.advanceAsync(1_000);
    expect([kept[0]?.signal.aborted, clock.pending]).toEqual([false, 0]);
  });

  it('counts once: what the work does afterwards moves nothing', async () => {
    const { runtime, clock } = await stage();
    const late = runtime.protect(
      'psp',
      () => new Promise((resolve) => void clock.after(500, () => resolve(7))),
      { timeoutMs: 100 },
    );
    const seen = watched(late());
    await clock.advanceAsync(1_000);
    expect(seen).toEqual(['CALL_TIMEOUT']);
    expect(runtime.breaker('psp').counts).toMatchObject({ failures: 1 });
  });
});

describe('a retry', () => {
  const retry = { attemptsMax: 3, minMs: 100, maxMs: 1_000 };
  const idempotent = true as const;

  it('calls again after a wait, as often as it may, and tells which attempt it is', async () => {
    const { runtime, clock } = await stage();
    const attempts: [number, number][] = [];
    const work = runtime.protect(
      'psp',
      ({ attempt }) => {
        attempts.push([attempt, clock.monotonicMs()]);
        if (attempt < 3) down();
        return 'at last';
      },
      { retry, idempotent },
    );
    const seen = watched(work());
    await clock.advanceAsync(2_000);
    expect(seen).toEqual(['at last']);
    const times = attempts.map(([, atMs]) => atMs);
    expect(attempts.map(([attempt]) => attempt)).toEqual([1, 2, 3]);
    expect((times[1] ?? 0) >= 100 && (times[2] ?? 0) - (times[1] ?? 0) >= 100).toBe(true);
  });

  it('gives up with the last failure, and lets the fallback answer for it', async () => {
    const { runtime, clock } = await stage();
    let made = 0;
    const fail = (): never => {
      made += 1;
      throw new Error(`down ${made}`);
    };
    const plain = watched(runtime.protect('a', fail, { retry, idempotent })());
    await clock.advanceAsync(3_000);
    const fallback = (error: unknown): string => `instead of: ${(error as Error).message}`;
    const other = watched(runtime.protect('b', fail, { retry, idempotent, fallback })());
    await clock.advanceAsync(3_000);
    expect([plain, other]).toEqual([['down 3'], ['instead of: down 6']]);
  });

  it('is not made of what the classifier does not call a failure', async () => {
    const { runtime, clock } = await stage();
    let made = 0;
    const missing = runtime.protect(
      'http',
      () => {
        made += 1;
        return down();
      },
      { retry, idempotent, classify: ({ ok }) => (ok ? 'success' : 'ignored') },
    );
    const seen = watched(missing());
    await clock.advanceAsync(3_000);
    expect([made, seen, runtime.breaker('http').counts.calls]).toEqual([1, ['down'], 0]);
  });

  it('is made for the named codes only, where they are named', async () => {
    const { runtime, clock } = await stage();
    const made: string[] = [];
    const options = { retry: { ...retry, codes: ['ECONNRESET'] }, idempotent };
    const call = (code: string) => {
      const work = (): never => {
        made.push(code);
        throw Object.assign(new Error(code), { code });
      };
      return watched(runtime.protect(code, work, options)());
    };
    const seen = [call('ECONNRESET'), call('ENOENT')];
    await clock.advanceAsync(3_000);
    expect([seen, made.sort()]).toEqual([
      [['ECONNRESET'], ['ENOENT']],
      ['ECONNRESET', 'ECONNRESET', 'ECONNRESET', 'ENOENT'],
    ]);
  });

  it('is not made when the breaker opened meanwhile, and what had failed stands', async () => {
    const { runtime, clock } = await stage();
    let made = 0;
    const breaker = { window: { kind: 'consecutive', failuresMax: 2 } } as const;
    const work = runtime.protect(
      'psp',
      () => {
        made += 1;
        return down();
      },
      { retry: { ...retry, attemptsMax: 10 }, idempotent, breaker },
    );
    const seen = watched(work());
    await clock.advanceAsync(20_000);
    expect([made, seen]).toEqual([2, ['down']]);
  });

  it('spends a budget that all calls of its name share', async () => {
    const { runtime, clock } = await stage();
    let made = 0;
    const breaker = { window: { kind: 'consecutive', failuresMax: 1_000 } } as const;
    const budget = { ratio: 0.1, burst: 5 };
    const works = [1, 2].map(() =>
      runtime.protect(
        'psp',
        () => {
          made += 1;
          return down();
        },
        { retry: { ...retry, budget }, idempotent, breaker },
      ),
    );
    for (let call = 0; call < 100; call++) {
      for (const work of works) watched(work());
      await clock.advanceAsync(5_000);
    }
    expect(made - 200).toBeLessThanOrEqual(5 + 20);
    expect(made - 200).toBeGreaterThanOrEqual(20);
  });

  it('waits as long as it is asked to, or not at all if that is longer than it may', async () => {
    const { runtime, clock } = await stage();
    const times: number[] = [];
    const call = (name: string, retryAfter: string) => {
      const work = (): never => {
        times.push(clock.monotonicMs());
        throw Object.assign(new Error('busy'), { headers: { 'retry-after': retryAfter } });
      };
      const attemptsMax = 2;
      return watched(
        runtime.protect(name, work, { retry: { ...retry, attemptsMax }, idempotent })(),
      );
    };
    call('a', '1');
    await clock.advanceAsync(5_000);
    call('b', '60');
    await clock.advanceAsync(100_000);
    expect(times).toEqual([0, 1_000, 5_000]);
  });

  it('ends with the deadline of the whole call, and is not begun if that comes first', async () => {
    const { runtime, clock } = await stage();
    const hang = (): Promise<never> => new Promise(() => {});
    const limits = { timeoutMs: 300, deadlineMs: 500, idempotent };
    const seen: unknown[] = [];
    runtime
      .protect('a', hang, { ...limits, retry: { minMs: 1, maxMs: 1 } })()
      .catch((error) => {
        seen.push(error.code, error.details, clock.monotonicMs());
      });
    await clock.advanceAsync(1_000);
    const none = watched(runtime.protect('b', down, { ...limits, retry: { minMs: 900 } })());
    await clock.advanceAsync(0);
    const details = { name: 'a', timeoutMs: 500 };
    expect([seen, none]).toEqual([['CALL_TIMEOUT', details, 504], ['down']]);
  });
});

describe('a caller that gives up', () => {
  it('is let go at once, whatever the call was doing, and that is no failure', async () => {
    const { runtime, clock } = await stage();
    const controller = new AbortController();
    let aborted = 0;
    const hang = runtime.protect('psp', ({ signal }) => {
      signal.addEventListener('abort', () => {
        aborted += 1;
      });
      return new Promise<never>(() => {});
    });
    const seen = watched(hang({ signal: controller.signal }));
    await clock.advanceAsync(10);
    controller.abort(new Error('enough'));
    await clock.advanceAsync(0);
    expect([seen, aborted]).toEqual([['enough'], 1]);
    expect(runtime.breaker('psp').counts).toMatchObject({ failures: 0 });
  });

  it('has no fallback', async () => {
    const { runtime, clock } = await stage();
    const controller = new AbortController();
    const hang = (): Promise<string> => new Promise(() => {});
    const work = runtime.protect('psp', hang, { fallback: () => 'instead' });
    const seen = watched(work({ signal: controller.signal }));
    controller.abort(new Error('enough'));
    await clock.advanceAsync(0);
    expect(seen).toEqual(['enough']);
  });

  it('frees the probe that it was', async () => {
    const { runtime, clock } = await stage();
    const open = { minMs: 100, maxMs: 100 };
    const breaker = { window: { kind: 'consecutive', failuresMax: 1 }, open } as const;
    let work: () => unknown = down;
    const call = runtime.protect('psp', () => work(), { breaker });
    watched(call());
    await clock.advanceAsync(100);
    work = () => new Promise(() => {});
    const controller = new AbortController();
    watched(call({ signal: controller.signal }));
    controller.abort();
    work = () => 'fine';
    expect(await call()).toBe('fine');
  });

  it('leaves no listener behind on a signal that lives on', async () => {
    const { runtime, clock } = await stage();
    const { signal } = new AbortController();
    const works = [() => 7, down].map((work) => runtime.protect('psp', work));
    for (const work of works) watched(work({ signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await clock.advanceAsync(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('a fallback', () => {
  it('gets the error and the arguments, for a refusal too', async () => {
    const { runtime } = await stage();
    const breaker = { window: { kind: 'consecutive', failuresMax: 1 } } as const;
    const quote = runtime.protect(
      'prices',
      (sku: string, _at: Date, _context: CallContext): string => down() ?? sku,
      {
        breaker,
        fallback: (error, sku, at) => `${(error as Error).message} ${sku} ${at.getTime()}`,
      },
    );
    const at = new Date(5);
    expect(await quote('tea', at)).toBe('down tea 5');
    expect(await quote('tea', at)).toBe('breaker.open: no call to "prices" tea 5');
  });

  it('may throw, and that is what the caller gets', async () => {
    const { runtime } = await stage();
    const fallback = (): never => {
      throw new Error('nor that');
    };
    await expect(runtime.protect('psp', down, { fallback })()).rejects.toThrow('nor that');
  });
});

describe('a breaker that opens', () => {
  it('fails the actor that it guards, whose supervisor decides', async () => {
    const { runtime, facts, clock } = await stage();
    const pool = runtime.supervisor('pool', { strategy: 'restForOne' });
    pool.start('config', counterMachine);
    pool.start('connection', counterMachine, { restartOnOpen: 'psp' });
    pool.start('user', counterMachine);
    const stopped = pool.start('gone', counterMachine, { restartOnOpen: 'psp' });
    void stopped.stop();
    clock.advance(0);
    const call = runtime.protect('psp', down);
    for (let made = 0; made < 10; made++) await call().catch(() => {});
    clock.advance(1_000);
    expect(told(facts, 'breaker.opened', 'actor.failed', 'actor.restarted')).toEqual([
      'breaker.opened psp',
      'actor.failed pool/connection',
      'actor.restarted pool/connection',
      'actor.restarted pool/user',
    ]);
    const failed = facts.find(({ type }) => type === 'actor.failed');
    expect(failed?.data.error).toEqual({
      name: 'HoldfastError',
      message: 'breaker "psp", which guards pool/connection, opened',
      code: 'BREAKER_OPEN',
    });
  });
});
