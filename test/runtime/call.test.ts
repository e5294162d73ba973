import { describe, expect, it } from 'vitest';
import type { Leave } from '../../actors/breaker.actor.ts';
import { Attempt, type Attempted, Call } from '../../runtime/call.ts';
import { type Classify, thrownIsFailure } from '../../runtime/classify.ts';
import { TimerWheel } from '../../runtime/kernel/timer-wheel.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { containment } from '../../runtime/world/containment.ts';

const leave: Leave = { admitted: true, epoch: 1, isProbe: false, startedAtMs: 0 };

/** One attempt, and in order all that it told: the breaker, its place, the caller, the work. */
function attempt(classify: Classify = thrownIsFailure) {
  const clock = new VirtualClock(0);
  const log: unknown[] = [];
  const actor = {
    name: 'psp',
    report: (_leave: Leave, how: string) => void log.push(`reported ${how}`),
  };
  const done = ({ verdict }: Attempted): unknown => log.push(`done: ${verdict}`);
  const tools = { wheel: new TimerWheel(clock), containment };
  const limits = { attempt: 2, timeoutMs: 100 };
  const running = new Attempt({ actor, classify }, leave, tools, limits, done);
  const begin = (work: (context: { signal: AbortSignal }) => unknown): void => {
    running.begin(work, () => log.push('settled'));
  };
  return { clock, log, running, begin };
}

describe('an attempt', () => {
  it.each([
    ['a value', () => 7, ['reported succeeded', 'done: success', 'settled']],
    ['a promise', async () => 7, ['reported succeeded', 'done: success', 'settled']],
    ['a rejection', () => Promise.reject(), ['reported failed', 'done: failure', 'settled']],
  ])('that gives %s gives its place back, and tells breaker and caller', async (_, work, told) => {
    const { log, begin, clock } = attempt();
    begin(work);
    await clock.advanceAsync(1_000);
    expect([log, clock.pending]).toEqual([told, 0]);
  });

  it('that throws has told all of it when it returns', () => {
    const { log, begin } = attempt();
    begin(() => {
      throw new Error('down');
    });
    expect(log).toEqual(['reported failed', 'done: failure', 'settled']);
  });

  it('that takes too long tells the work last; its place is free when it settles', async () => {
    const { log, begin, clock } = attempt();
    begin(({ signal }) => {
      signal.addEventListener('abort', () => log.push(`aborted: ${signal.reason.code}`));
      return new Promise((resolve) => void clock.after(500, () => resolve(7)));
    });
    await clock.advanceAsync(1_000);
    expect(log).toEqual(['reported failed', 'done: failure', 'aborted: CALL_TIMEOUT', 'settled']);
  });

  it('that was ended before it began is not made', () => {
    const { log, begin, running } = attempt();
    running.end('aborted', new Error('enough'));
    begin(() => log.push('made'));
    expect(log).toEqual(['reported ignored', 'done: aborted', 'settled']);
  });

  it('has the signal that it would have had, whenever that is looked at', () => {
    const { running, begin } = attempt();
    begin(() => new Promise(() => {}));
    const reason = new Error('enough');
    running.end('aborted', reason);
    expect([running.signal.aborted, running.signal.reason, running.attempt]).toEqual([
      true,
      reason,
      2,
    ]);
    const other = attempt();
    other.begin(() => new Promise(() => {}));
    const { signal } = other.running;
    expect([signal.aborted, other.running.signal === signal]).toEqual([false, true]);
  });
});

describe('a call', () => {
  it('ends where it waits, and once it is over, wherever it would wait next', () => {
    const call = new Call('psp', [], 0, 1_000);
    const log: unknown[] = [];
    const stage = (name: string) => ({
      end: (verdict: string, error: unknown) => log.push([name, verdict, String(error)]),
    });
    call.enter(stage('first'));
    call.enter(stage('second'));
    call.end('aborted', 'enough');
    call.end('failure', 'too late');
    call.enter(stage('third'));
    expect(log).toEqual([
      ['second', 'aborted', 'enough'],
      ['second', 'aborted', 'enough'],
      ['third', 'aborted', 'enough'],
    ]);
  });

  it('fails at its deadline', () => {
    const clock = new VirtualClock(0);
    const wheel = new TimerWheel(clock);
    const call = new Call('psp', [], clock.monotonicMs(), 1_000);
    const ended: unknown[] = [];
    wheel.arm(call, 1_000);
    call.enter({
      end: (verdict, error) => ended.push(verdict, (error as { details: unknown }).details),
    });
    clock.advance(1_000);
    expect([call.untilMs, ended]).toEqual([1_000, ['failure', { name: 'psp', timeoutMs: 1_000 }]]);
  });
});
