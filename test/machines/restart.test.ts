import { describe, expect, it } from 'vitest';
import { affectedBy, judge, NO_HISTORY, type RestartPolicy } from '../../machines/restart.ts';
import fc from '../fast-check.ts';

const policy: RestartPolicy = {
  restart: 'transient',
  restartsMax: 3,
  windowMs: 1000,
  backoff: { minMs: 100, maxMs: 10_000, factor: 2 },
  stableAfterMs: 500,
};

describe('the verdict on a child that ended by itself', () => {
  it.each([
    ['permanent', 'failed', 'restart', 'a permanent child that failed is restarted'],
    ['permanent', 'finished', 'restart', 'a permanent child that finished is restarted'],
    ['transient', 'failed', 'restart', 'a transient child that failed is restarted'],
    ['transient', 'finished', 'remove', 'a transient child that finished has done its work'],
    ['temporary', 'failed', 'remove', 'a temporary child is never restarted'],
    ['temporary', 'finished', 'remove', 'a temporary child is never restarted'],
  ] as const)('for a %s child that %s is to %s', (restart, ended, decision, because) => {
    const verdict = judge(ended, { ...policy, restart }, NO_HISTORY, 0, 0);
    expect(verdict).toMatchObject({ decision, because });
  });

  it('remembers what it decided, and draws the delay from the backoff', () => {
    const history = { restartsAtMs: [100, 900], attempt: 2, startedAtMs: 950 };
    expect(judge('failed', policy, history, 1150, 0.5)).toEqual({
      decision: 'restart',
      because: 'a transient child that failed is restarted',
      delayMs: 200,
      history: { restartsAtMs: [900, 1150], attempt: 3, startedAtMs: 950 },
    });
  });

  it('starts the backoff afresh after a stable run, and not a moment before', () => {
    const history = { restartsAtMs: [], attempt: 4, startedAtMs: 1000 };
    const attempts = [1499, 1500].map((nowMs) => {
      const verdict = judge('failed', policy, history, nowMs, 0);
      return verdict.decision === 'restart' ? verdict.history.attempt : verdict.decision;
    });
    expect(attempts).toEqual([5, 1]);
  });

  it('is to escalate once the window is spent, and to restart again once it has passed', () => {
    const history = { restartsAtMs: [0, 10, 20], attempt: 3, startedAtMs: 30 };
    expect(judge('failed', policy, history, 999, 0)).toEqual({
      decision: 'escalate',
      because: '3 of 3 restarts within 1000 ms are spent',
    });
    expect(judge('failed', policy, history, 1000, 0).decision).toBe('restart');
  });

  it('is to escalate at once where no restart is allowed', () => {
    const none = { ...policy, restartsMax: 0 };
    expect(judge('failed', none, NO_HISTORY, 0, 0)).toEqual({
      decision: 'escalate',
      because: '0 of 0 restarts within 1000 ms are spent',
    });
  });

  it('never lets more restarts into any window than it allows', () => {
    const life = fc.record({
      restartsMax: fc.nat(5),
      windowMs: fc.integer({ min: 1, max: 1000 }),
      gapsMs: fc.array(fc.nat(400), { maxLength: 50 }),
    });
    fc.assert(
      fc.property(life, ({ restartsMax, windowMs, gapsMs }) => {
        let [history, nowMs] = [NO_HISTORY, 0];
        const restartedAtMs: number[] = [];
        for (const gapMs of gapsMs) {
          nowMs += gapMs;
          const verdict = judge('failed', { ...policy, restartsMax, windowMs }, history, nowMs, 0);
          const inWindow = restartedAtMs.filter((atMs) => nowMs - atMs < windowMs).length;
          expect(verdict.decision).toBe(inWindow < restartsMax ? 'restart' : 'escalate');
          if (verdict.decision !== 'restart') continue;
          restartedAtMs.push(nowMs);
          history = verdict.history;
          expect(history.restartsAtMs.length).toBeLessThanOrEqual(restartsMax);
        }
      }),
    );
  });
});

describe('a failure', () => {
  it('takes everybody down under oneForAll, and those started later under restForOne', () => {
    const children = ['db', 'cache', 'http'];
    expect([
      affectedBy('oneForAll', children, 'cache'),
      affectedBy('restForOne', children, 'cache'),
      affectedBy('restForOne', children, 'db'),
      affectedBy('restForOne', children, 'http'),
    ]).toEqual([['db', 'cache', 'http'], ['cache', 'http'], ['db', 'cache', 'http'], ['http']]);
  });
});
