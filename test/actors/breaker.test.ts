import { describe, expect, it } from 'vitest';
import { BreakerActor, type BreakerOptions, type Leave } from '../../actors/breaker.actor.ts';
import type { Refusal } from '../../actors/refusals.ts';
import type { Kernel } from '../../actors/world.ts';
import { Charts } from '../../runtime/kernel/charts.ts';
import { Kernel as RuntimeKernel } from '../../runtime/kernel/kernel.ts';
import { runtimeOptions } from '../../runtime/options/runtime.ts';
import { supervisorOptions } from '../../runtime/options/supervisor.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import fc from '../fast-check.ts';

const options: BreakerOptions = {
  window: { kind: 'consecutive', failuresMax: 3 },
  open: { minMs: 1_000, maxMs: 8_000, factor: 2 },
  probesMax: 1,
  probeMs: 5_000,
};

/** A breaker on virtual time, all it told, and why it opened. */
function breaker(more: Partial<BreakerOptions> = {}, seed = 1) {
  const world = simWorld({ seed });
  const told: unknown[] = [];
  const opened: unknown[] = [];
  const kernel = new RuntimeKernel(
    world,
    runtimeOptions.parse({}),
    supervisorOptions.parse({}),
    () => {},
  );
  const charts = new Charts(kernel, world.random.stream('breakers'));
  const port: Kernel = {
    clock: charts.clock,
    random: { draw: () => 0, bytes: (length) => new Uint8Array(length) },
    startChart: (machine, chart) => charts.startChart(machine, chart),
    tell: (type, subject, { error, ...data }) => {
      told.push([type, subject, data]);
      return `${error}`;
    },
  };
  const actor = new BreakerActor(port, 'psp', { ...options, ...more }, ({ factId: _, ...rest }) => {
    opened.push(rest);
  });
  const { clock } = world;
  const call = (how: 'succeeded' | 'failed' | 'ignored', error?: unknown): unknown => {
    const leave = actor.admit();
    if (leave.admitted) actor.report(leave, how, error);
    return leave.admitted || leave.because;
  };
  const fail = (times: number): void => {
    for (let time = 0; time < times; time++) call('failed', `error ${time}`);
  };
  return { actor, clock, told, opened, call, fail };
}

const admitted = (leave: Leave | Refusal): Leave => {
  if (leave.admitted) return leave;
  throw new Error(leave.because);
};

describe('a breaker', () => {
  it('sleeps while it is closed, and tells nothing of calls that it lets through', () => {
    const { actor, told, call, clock } = breaker();
    expect([call('failed'), call('failed'), call('succeeded'), call('failed')]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect([actor.gate, actor.isAsleep, told, clock.pending]).toEqual(['admitting', true, [], 0]);
  });

  it('opens with the call that is one too many, says why, and arms no timer', () => {
    const { actor, told, opened, call, fail, clock } = breaker();
    fail(3);
    const retryAfterMs = 500;
    expect(actor.admit()).toEqual({ admitted: false, because: 'breaker.open', retryAfterMs });
    expect(opened).toEqual([{ name: 'psp', openings: 1, error: 'error 2' }]);
    const counts = { calls: 3, failures: 3, slow: 0 };
    const data = { because: 'window', openForMs: 500, openings: 1, ...counts };
    expect(told).toEqual([['breaker.opened', 'psp', data]]);
    expect([call('succeeded'), clock.pending, actor.isAsleep]).toEqual(['breaker.open', 0, false]);
  });

  it('says how long it stays open, and lets one call try it once that is over', () => {
    const { actor, told, fail, clock } = breaker();
    fail(3);
    clock.advance(499);
    expect(actor.admit()).toEqual({ admitted: false, because: 'breaker.open', retryAfterMs: 1 });
    clock.advance(1);
    const probe = admitted(actor.admit());
    expect([probe.isProbe, actor.gate]).toEqual([true, 'probing']);
    clock.advance(1_000);
    const retryAfterMs = 4_000;
    expect(actor.admit()).toEqual({ admitted: false, because: 'breaker.probing', retryAfterMs });
    actor.report(probe, 'succeeded');
    expect([actor.gate, actor.isAsleep, clock.pending]).toEqual(['admitting', true, 0]);
    expect(told.slice(1)).toEqual([
      ['breaker.probing', 'psp', { refused: 1, late: 0 }],
      ['breaker.closed', 'psp', { refused: 2, late: 0 }],
    ]);
    expect(actor.counts).toEqual({ calls: 0, failures: 0, slow: 0, refused: 0, late: 0 });
  });

  it('stays open for longer each time that it is tried in vain, and afresh once closed', () => {
    const { call, fail, clock, told } = breaker();
    fail(3);
    for (let probe = 0; probe < 5; probe++) {
      clock.advance(10_000);
      call('failed');
    }
    clock.advance(10_000);
    call('succeeded');
    fail(3);
    const openedFor = (told as [string, string, { openForMs: number }][])
      .filter(([type]) => type === 'breaker.opened')
      .map(([, , { openForMs }]) => openForMs);
    expect(openedFor).toEqual([500, 1000, 2000, 4000, 4000, 4000, 500]);
  });

  it('counts what comes back from before it opened, and is not moved by it', () => {
    const { actor, fail, clock } = breaker();
    const [early, late] = [admitted(actor.admit()), admitted(actor.admit())];
    fail(3);
    actor.report(early, 'succeeded');
    clock.advance(500);
    const probe = admitted(actor.admit());
    actor.report(late, 'failed');
    expect([actor.gate, actor.counts.late]).toEqual(['probing', 2]);
    actor.report(probe, 'succeeded');
    expect(actor.gate).toBe('admitting');
  });

  it('takes a probe that never reports for a failed one, and tells', () => {
    const { actor, fail, clock, told } = breaker();
    fail(3);
    clock.advance(500);
    const lost = admitted(actor.admit());
    clock.advance(5_000);
    expect([actor.gate, told.length]).toEqual(['rejecting', 3]);
    expect(told.at(-1)).toMatchObject(['breaker.opened', 'psp', { because: 'probe.overdue' }]);
    actor.report(lost, 'succeeded');
    expect([actor.gate, actor.counts.late]).toEqual(['rejecting', 1]);
  });

  it('lets another one try when a probe says nothing about what it called', () => {
    const { actor, fail, call, clock } = breaker();
    fail(3);
    clock.advance(500);
    expect([call('ignored'), actor.gate, call('succeeded'), actor.gate]).toEqual([
      true,
      'probing',
      true,
      'admitting',
    ]);
  });

  it('closes after as many good probes as are asked for, never more of them at once', () => {
    const { actor, fail, clock } = breaker({ probesMax: 3 });
    fail(3);
    clock.advance(500);
    const probes = [1, 2, 3].map(() => admitted(actor.admit()));
    expect(actor.admit()).toMatchObject({ admitted: false, because: 'breaker.probing' });
    const gates = probes.map((probe) => {
      actor.report(probe, 'succeeded');
      return actor.gate;
    });
    expect(gates).toEqual(['probing', 'probing', 'admitting']);
  });

  it('opens for slow calls where it looks at them', () => {
    const window = { kind: 'count', callsMax: 10, callsMin: 2, failureRatio: 1 } as const;
    const { actor, clock } = breaker({ window: { ...window, slowMs: 100, slowRatio: 1 } });
    for (const _ of [1, 2]) {
      const leave = admitted(actor.admit());
      clock.advance(100);
      actor.report(leave, 'succeeded');
    }
    expect(actor.gate).toBe('rejecting');
  });
});

describe('a breaker that somebody moves as he hears that it is being tried', () => {
  it('does not let that try through', () => {
    const { actor, fail, clock, told } = breaker({ probesMax: 2 });
    const push = told.push.bind(told);
    let isHeard = false;
    told.push = (fact) => {
      const [type] = fact as [string];
      if (type === 'breaker.probing' && !isHeard) {
        isHeard = true;
        actor.isolate('ops', 'no');
      }
      return push(fact);
    };
    fail(3);
    clock.advance(500);
    expect(actor.admit()).toEqual({ admitted: false, because: 'breaker.isolated' });
    expect(actor.snapshot.context.inFlight).toBe(0);
  });

  it('stays open for no longer than a probe may take, whatever is configured meanwhile', () => {
    const { actor, fail, clock } = breaker({ probeMs: 100 });
    fail(3);
    clock.advance(500);
    actor.admit();
    actor.configure({ ...options, probeMs: 86_400_000 });
    clock.advance(100);
    expect(actor.admit()).toEqual({
      admitted: false,
      because: 'breaker.open',
      retryAfterMs: 1_000,
    });
  });
});

describe('an isolated breaker', () => {
  it('lets nothing through until all who isolate it have released it', () => {
    const { actor, call, told } = breaker();
    const [first, second] = [actor.isolate('ops', 'deploy'), actor.isolate('bot', 'drill')];
    actor.release(first.id);
    expect(actor.admit()).toEqual({ admitted: false, because: 'breaker.isolated' });
    actor.release(second.id);
    expect([call('succeeded'), actor.isAsleep]).toEqual([true, true]);
    expect(told).toEqual([
      ['breaker.isolated', 'psp', { by: 'ops', reason: 'deploy', refused: 0, late: 0 }],
      ['breaker.isolated', 'psp', { by: 'bot', reason: 'drill', refused: 0, late: 0 }],
      ['breaker.released', 'psp', { refused: 1, late: 0 }],
    ]);
  });

  it('is not tried when it would be due, and goes on where it was when released', () => {
    const { actor, fail, clock } = breaker();
    fail(3);
    const { id } = actor.isolate('ops', 'deploy');
    clock.advance(10_000);
    expect(actor.admit()).toEqual({ admitted: false, because: 'breaker.isolated' });
    actor.release(id);
    expect([actor.gate, admitted(actor.admit()).isProbe]).toEqual(['rejecting', true]);
  });

  it('learns from the calls that were under way when it was isolated', () => {
    const { actor } = breaker();
    const leaves = [1, 2, 3].map(() => admitted(actor.admit()));
    const { id } = actor.isolate('ops', 'deploy');
    for (const leave of leaves) actor.report(leave, 'failed');
    actor.release(id);
    expect(actor.admit()).toMatchObject({ because: 'breaker.open' });
  });
});

describe('a breaker that is configured', () => {
  it('keeps what it has seen, and opens by the new threshold', () => {
    const { actor, fail } = breaker();
    fail(2);
    actor.configure({ ...options, window: { kind: 'consecutive', failuresMax: 4 } });
    fail(1);
    expect(actor.gate).toBe('admitting');
    fail(1);
    expect(actor.gate).toBe('rejecting');
  });

  it('stays open until it was to be tried, and closes by the new number of probes', () => {
    const { actor, fail, call, clock } = breaker();
    fail(3);
    actor.configure({ ...options, probesMax: 2 });
    clock.advance(499);
    expect(actor.gate).toBe('rejecting');
    clock.advance(1);
    expect([call('succeeded'), actor.gate, call('succeeded'), actor.gate]).toEqual([
      true,
      'probing',
      true,
      'admitting',
    ]);
  });

  it('is not stuck half-open when fewer probes are asked for than succeeded already', () => {
    const { actor, fail, call, clock } = breaker({ probesMax: 3 });
    fail(3);
    clock.advance(500);
    call('succeeded');
    call('succeeded');
    actor.configure({ ...options, probesMax: 1 });
    expect([call('succeeded'), actor.gate]).toEqual([true, 'admitting']);
  });
});

describe('a breaker that is restored', () => {
  /** As after a restart of the process: another monotonic clock, the same wall clock. */
  const moved = (from: ReturnType<typeof breaker>, afterMs: number, more = {}) => {
    const to = breaker(more);
    const state = JSON.parse(JSON.stringify(from.actor.save()));
    to.clock.advance(77_777);
    to.clock.setWall(from.clock.wallMs() + afterMs);
    to.actor.restore(state);
    return to;
  };

  it('stays open for just what was left, and longer next time', () => {
    const before = breaker();
    before.fail(3);
    before.clock.advance(100);
    const { actor, clock, call, told } = moved(before, 150);
    expect(actor.admit()).toEqual({ admitted: false, because: 'breaker.open', retryAfterMs: 250 });
    clock.advance(250);
    expect([call('failed'), actor.gate]).toEqual([true, 'rejecting']);
    const counts = { calls: 0, failures: 0, slow: 0 };
    const data = { because: 'probe.failed', openForMs: 1000, openings: 2, ...counts };
    expect(told).toEqual([
      ['breaker.probing', 'psp', { refused: 1, late: 0 }],
      ['breaker.opened', 'psp', data],
    ]);
  });

  it('is half-open with the successes it had, and without the probes that are lost', () => {
    const before = breaker({ probesMax: 2 });
    before.fail(3);
    before.clock.advance(500);
    before.call('succeeded');
    before.actor.admit();
    const { actor, call } = moved(before, 60_000, { probesMax: 2 });
    expect([actor.gate, call('succeeded'), actor.gate]).toEqual(['probing', true, 'admitting']);
  });

  it('is isolated by whoever isolated it, who can release it', () => {
    const before = breaker();
    before.actor.isolate('ops', 'deploy');
    before.actor.isolate('bot', 'drill');
    const { actor } = moved(before, 0);
    const { isolations } = actor.snapshot.context;
    expect(isolations).toEqual(before.actor.snapshot.context.isolations);
    expect(actor.isolate('new', 'one').id).toBe(3);
    for (const { id } of actor.snapshot.context.isolations) actor.release(id);
    expect(actor.gate).toBe('admitting');
  });

  it('is still isolated by whoever isolated it before it was restored', () => {
    const before = breaker();
    before.actor.isolate('ops', 'deploy');
    const state = before.actor.save();
    const { actor } = breaker();
    actor.isolate('bot', 'drill');
    for (let time = 0; time < 2; time++) actor.restore(state);
    const who = actor.snapshot.context.isolations.map(({ id, by }) => [id, by]);
    expect(who).toEqual([
      [1, 'bot'],
      [2, 'ops'],
    ]);
  });

  it('does not stay open for ever because a clock went back, nor shorter than it can', () => {
    const before = breaker();
    before.fail(3);
    expect(moved(before, -86_400_000).actor.admit()).toMatchObject({ retryAfterMs: 500 });
    expect(moved(before, 86_400_000).actor.admit()).toMatchObject({ isProbe: true });
  });

  it('takes calls from before for late ones', () => {
    const one = breaker();
    const leave = admitted(one.actor.admit());
    one.actor.restore(one.actor.save());
    one.actor.report(leave, 'failed');
    expect(one.actor.counts).toMatchObject({ failures: 0, late: 1 });
  });

  it('behaves from then on as the one that was saved would have', () => {
    const step = fc.record({
      how: fc.constantFrom('succeeded', 'failed', 'failed', 'ignored'),
      waitMs: fc.constantFrom(0, 100, 400, 2_000),
    });
    const past = fc.array(step, { maxLength: 25 });
    fc.assert(
      fc.property(past, past, (before, after) => {
        const [one, twin] = [breaker(), breaker()];
        for (const { how, waitMs } of before) {
          one.clock.advance(waitMs);
          one.call(how);
        }
        twin.clock.advance(one.clock.monotonicMs());
        twin.actor.restore(one.actor.save());
        expect(twin.actor.save()).toEqual(one.actor.save());
        for (const { how, waitMs } of after) {
          one.clock.advance(waitMs);
          twin.clock.advance(waitMs);
          expect([twin.call(how), twin.actor.gate]).toEqual([one.call(how), one.actor.gate]);
        }
      }),
    );
  });
});
