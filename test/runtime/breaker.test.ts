import { describe, expect, it } from 'vitest';
import type { Breaker, IsolationHandle } from '../../runtime/breaker.ts';
import { HoldfastError } from '../../runtime/errors.ts';
import { stage, told } from './kernel/stage.ts';
import { refusalOf } from './options/refusal.ts';

const opening = { open: { minMs: 1_000, maxMs: 1_000 } };

const down = (): never => {
  throw new Error('down');
};

async function fail(breaker: Breaker, times: number): Promise<void> {
  for (let time = 0; time < times; time++) await breaker.tryExecute(down);
}

describe('a call through a breaker', () => {
  it('gives what it gives, throws what it throws, at once or later', async () => {
    const { runtime } = await stage();
    const breaker = runtime.breaker('psp');
    expect(await breaker.execute(() => 7)).toBe(7);
    expect(await breaker.execute(async () => 8)).toBe(8);
    await expect(breaker.execute(down)).rejects.toEqual(new Error('down'));
    await expect(breaker.execute(() => Promise.reject(undefined))).rejects.toBe(undefined);
    expect(breaker.counts).toEqual({ calls: 2, failures: 2, slow: 0, refused: 0, late: 0 });
  });

  it('opens it after five failures in a row, by default, and then is not made', async () => {
    const { runtime, facts } = await stage();
    const breaker = runtime.breaker('psp', opening);
    let made = 0;
    const work = (): never => {
      made += 1;
      return down();
    };
    const errors: unknown[] = [];
    for (let call = 0; call < 1000; call++) {
      await breaker.execute(work).catch((error) => errors.push(error.code ?? error.message));
    }
    expect(made).toBe(5);
    expect(errors).toEqual([
      ...Array.from({ length: 5 }, () => 'down'),
      ...Array.from({ length: 995 }, () => 'BREAKER_OPEN'),
    ]);
    expect(told(facts)).toEqual(['breaker.opened psp']);
  });

  it('is refused with an error that says why and until when, and has no stack', async () => {
    const { runtime, clock } = await stage();
    const breaker = runtime.breaker('psp', opening);
    await fail(breaker, 5);
    clock.advance(100);
    const error = await breaker.execute(() => 7).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(HoldfastError);
    const { code, retryable, recovery, details, message, stack } = error as HoldfastError;
    expect({ code, retryable, recovery, message, stack }).toEqual({
      code: 'BREAKER_OPEN',
      retryable: true,
      recovery: 'retry',
      message: 'breaker.open: no call to "psp"',
      stack: 'HoldfastError: breaker.open: no call to "psp"',
    });
    const retryAfterMs = Number(details.retryAfterMs);
    expect(details).toEqual({ name: 'psp', because: 'breaker.open', retryAfterMs });
    expect(retryAfterMs).toBeGreaterThanOrEqual(400);
    expect(retryAfterMs).toBeLessThanOrEqual(900);
  });

  it('has a twin that never rejects', async () => {
    const { runtime } = await stage();
    const breaker = runtime.breaker('psp', opening);
    expect(await breaker.tryExecute(() => 7)).toEqual({ ok: true, value: 7 });
    const error = new Error('down');
    expect(await breaker.tryExecute(down)).toEqual({ ok: false, because: 'failed', error });
    await fail(breaker, 4);
    expect(await breaker.tryExecute(() => 7)).toMatchObject({ ok: false, because: 'breaker.open' });
    breaker.isolate('deploy');
    expect(await breaker.tryExecute(() => 7)).toEqual({ ok: false, because: 'breaker.isolated' });
  });

  it('is a failure if the classifier says so, whatever it returned or threw', async () => {
    const { runtime } = await stage();
    const breaker = runtime.breaker('http', {
      classify: (settled) => {
        if (!settled.ok) return 'ignored';
        return (settled.value as { status: number }).status >= 500 ? 'failure' : 'success';
      },
    });
    const answer = { status: 503 };
    const rejected = await breaker.execute(() => answer).catch((thrown) => thrown);
    expect([rejected.code, rejected.cause]).toEqual(['CALL_REJECTED', answer]);
    await expect(breaker.execute(down)).rejects.toEqual(new Error('down'));
    expect(breaker.counts).toMatchObject({ failures: 1 });
    expect(await breaker.execute(() => ({ status: 200 }))).toEqual({ status: 200 });
    expect(breaker.counts).toMatchObject({ failures: 0 });
  });

  it.each([
    ['throws', down],
    ['answers nothing', () => undefined as never],
  ])('has failed if the classifier %s', async (_how, classify) => {
    const { runtime } = await stage();
    const breaker = runtime.breaker('http', { classify });
    const error = await breaker.execute(() => 7).catch((thrown) => thrown);
    expect([error.code, error.cause instanceof Error]).toEqual(['CLASSIFIER_FAILED', true]);
    expect(breaker.counts).toMatchObject({ failures: 1 });
  });
});

describe('a permit', () => {
  it('is had without a wait, and its first report counts', async () => {
    const { runtime } = await stage();
    const breaker = runtime.breaker('psp', opening);
    for (let call = 0; call < 5; call++) {
      const permit = breaker.admit();
      if (!permit.admitted) return expect.unreachable();
      permit.fail(new Error('down'));
      permit.fail();
      permit.succeed();
    }
    expect(breaker.hasTag('rejecting')).toBe(true);
    expect(breaker.admit()).toMatchObject({ admitted: false, because: 'breaker.open' });
  });

  it('that is given up says nothing', async () => {
    const { runtime } = await stage();
    const breaker = runtime.breaker('psp');
    await fail(breaker, 4);
    const permit = breaker.admit();
    if (permit.admitted) permit.ignore();
    expect([breaker.counts.failures, breaker.hasTag('admitting')]).toEqual([4, true]);
  });
});

describe('an isolation', () => {
  it('names who wants it and why, and ends when all have released theirs', async () => {
    const { runtime, clock } = await stage();
    const breaker = runtime.breaker('psp');
    const mine: IsolationHandle = breaker.isolate('deploy', { by: 'ops' });
    const another = breaker.isolate('drill');
    const plain = breaker.isolations.map(({ release: _, ...isolation }) => isolation);
    const sinceMs = clock.wallMs();
    expect(plain).toEqual([
      { id: 1, by: 'ops', reason: 'deploy', sinceMs },
      { id: 2, by: 'the embedder', reason: 'drill', sinceMs },
    ]);
    expect([breaker.hasTag('isolated'), breaker.hasTag('rejecting')]).toEqual([true, true]);
    mine.release();
    mine.release();
    expect(breaker.hasTag('isolated')).toBe(true);
    another.release();
    expect([breaker.hasTag('isolated'), await breaker.execute(() => 7)]).toEqual([false, 7]);
  });

  it('needs a reason, and there is an end to them', async () => {
    const { runtime } = await stage();
    const breaker = runtime.breaker('psp');
    const refusals = [
      () => breaker.isolate(''),
      () => breaker.isolate(7 as never),
      () => breaker.isolate('x'.repeat(1001)),
      () => breaker.isolate('x', { by: '' }),
      () => breaker.isolate('x', { who: 'me' } as never),
    ].map(refusalOf);
    expect(refusals).toEqual([
      'TypeError: reason must be a string of 1 to 1000 characters',
      'TypeError: reason must be a string of 1 to 1000 characters',
      'TypeError: reason must be a string of 1 to 1000 characters',
      'RangeError: isolate.by must be a string of 1 to 200 characters, got ""',
      'TypeError: isolate.who is not an option',
    ]);
    for (let time = 0; time < 1000; time++) breaker.isolate('again');
    expect(refusalOf(() => breaker.isolate('again'))).toBe(
      'RangeError: isolations must be at most 1000 at once',
    );
  });
});

describe('the state of a breaker', () => {
  it('is plain data, which the next process goes on from', async () => {
    const [one, next] = [await stage(), await stage({ seed: 2 })];
    const before = one.runtime.breaker('psp', opening);
    await fail(before, 5);
    const state = JSON.parse(JSON.stringify(before.save()));
    const after = next.runtime.breaker('psp', opening);
    after.restore(state);
    expect(after.save()).toEqual(state);
    expect(after.admit()).toEqual(before.admit());
  });

  it.each([
    [null, 'TypeError: restore must be an object that save gave, got null'],
    [{ v: 2 }, 'TypeError: restore.v must be 1, got 2'],
  ])('is not restored from anything else: %o', async (state, refused) => {
    const { runtime } = await stage();
    const breaker = runtime.breaker('psp');
    const before = breaker.save();
    expect(refusalOf(() => breaker.restore(state as never))).toBe(refused);
    expect(breaker.save()).toEqual(before);
  });

  it('survives other thresholds, set while it runs', async () => {
    const { runtime } = await stage();
    const breaker = runtime.breaker('psp');
    await fail(breaker, 4);
    breaker.configure({ window: { kind: 'consecutive', failuresMax: 6 } });
    await fail(breaker, 1);
    expect(breaker.hasTag('admitting')).toBe(true);
    await fail(breaker, 1);
    expect(breaker.hasTag('rejecting')).toBe(true);
  });
});
