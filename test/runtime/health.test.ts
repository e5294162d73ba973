import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import type { Fact } from '../../runtime/facts.ts';
import type { HealthCheck } from '../../runtime/health.ts';
import type { HealthReport } from '../../runtime/health-report.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { audited, ended, settled } from './audit-stage.ts';
import { stage } from './kernel/stage.ts';
import { PeersStage } from './peers-stage.ts';
import { SandboxStage } from './sandbox-stage.ts';

const OWN = ['audit', 'peers', 'sandboxes', 'breakers', 'clock', 'loop', 'cpu', 'memory'];

/** `status` of each named check. */
const statuses = ({ checks }: HealthReport, ...names: string[]): unknown =>
  names.map((name) => checks[name]?.status);

const because = (rt: Runtime, name: string): unknown => rt.health().checks[name]?.because;

const ofHealth = (facts: readonly Fact[]): string[] =>
  facts
    .filter(({ type }) => type.startsWith('health.'))
    .map(({ type, subject, data }) => `${type} ${subject}: ${data.because ?? ''}`);

describe('the health of a runtime', () => {
  it('costs no timer and no gauge until somebody asks, then is known within a second', async () => {
    const { runtime, clock, world } = await stage();
    await clock.advanceAsync(600_000);
    const before = [clock.pending, world.meter.opened];
    const first = Object.keys(runtime.health().checks);
    await clock.advanceAsync(1_000);
    const { status, isReady, checks } = runtime.health();
    expect([before, first, status, isReady]).toEqual([[0, 0], OWN.slice(0, 5), 'pass', true]);
    expect(Object.keys(checks)).toEqual(OWN);
    await settled(world, runtime.shutdown());
    expect([clock.pending, world.meter.opened]).toEqual([0, 0]);
  });

  it('is measured before it is told, though somebody looks at the load already', async () => {
    const { runtime, clock, world } = await stage();
    world.meter.load = { loopDelayMs: 200, cpuRatio: 0.9, memoryRatio: 0.9 };
    runtime.modes.load.changes$.subscribe();
    runtime.health();
    await clock.advanceAsync(999);
    const before = Object.keys(runtime.health().checks);
    await clock.advanceAsync(1);
    expect([before, statuses(runtime.health(), 'loop', 'cpu', 'memory')]).toEqual([
      OWN.slice(0, 5),
      ['warn', 'warn', 'warn'],
    ]);
  });

  it('is not looked at more often by those who ask', async () => {
    const { runtime, clock } = await stage();
    let runs = 0;
    runtime.healthCheck('db', () => {
      runs += 1;
    });
    for (let asked = 0; asked < 1_000; asked++) runtime.health();
    await clock.advanceAsync(60_000);
    for (let asked = 0; asked < 1_000; asked++) runtime.health();
    expect(runs).toBe(3);
  });

  it('is known to a mode of the embedder, whether somebody asks or not', async () => {
    const { runtime, clock, world } = await stage();
    const calm = setup({}).createMachine({ initial: 'calm', states: { calm: {} } });
    runtime.defineMode('calm', calm);
    world.meter.load = { loopDelayMs: 0, cpuRatio: 1, memoryRatio: 0 };
    const heard: unknown[] = [];
    runtime.events$.subscribe(({ type, subject }) => heard.push(`${type} ${subject}`));
    await clock.advanceAsync(30_000);
    expect(heard).toContain('health.failed cpu');
  });

  it('has the checks of the embedder, which must pass first, and can be taken away', async () => {
    const { runtime, clock, facts } = await stage();
    let outcome: ReturnType<HealthCheck> = 'pass';
    const check: HealthCheck = async ({ signal }) => (signal.aborted ? 'fail' : await outcome);
    const remove = runtime.healthCheck('db', check, { everyMs: 1_000, affects: 'readiness' });
    const seen: unknown[] = [];
    const look = (): void => {
      const { isReady, checks } = runtime.health();
      seen.push([isReady, checks.db?.status, checks.db?.because]);
    };
    look();
    await clock.advanceAsync(0);
    look();
    outcome = { status: 'fail', because: 'token=abcdefghijkl0 refused' };
    await clock.advanceAsync(3_000);
    look();
    outcome = undefined;
    await clock.advanceAsync(3_000);
    look();
    remove();
    remove();
    look();
    await clock.advanceAsync(10_000);
    expect(seen).toEqual([
      [false, 'fail', 'it was not checked yet'],
      [true, 'pass', undefined],
      [false, 'fail', 'token=[secret] refused'],
      [true, 'pass', undefined],
      [true, undefined, undefined],
    ]);
    expect(ofHealth(facts)).toEqual([
      'health.warned db: token=[secret] refused',
      'health.failed db: token=[secret] refused',
      'health.passed db: ',
    ]);
  });

  it('is taken away once: whoever has its name afterwards stays', async () => {
    const { runtime } = await stage();
    const remove = runtime.healthCheck('db', () => 'pass');
    remove();
    runtime.healthCheck('db', () => 'pass', { affects: 'readiness' });
    remove();
    expect(runtime.health().checks.db).toMatchObject({ affects: 'readiness' });
  });

  it('passes if it only throws when it is not well, whatever way it is written', async () => {
    const { runtime } = await stage();
    runtime.healthCheck('stock', async ({ signal }) => signal.throwIfAborted());
    runtime.healthCheck('shelf', ({ signal }) => signal.throwIfAborted());
    runtime.healthCheck('till', async () => (runtime.health().isStarted ? undefined : 'warn'));
    await new Promise(setImmediate);
    expect(statuses(runtime.health(), 'stock', 'shelf', 'till')).toEqual(['pass', 'pass', 'pass']);
  });

  it.each<[string, HealthCheck, string]>([
    [
      'throws',
      () => {
        throw Object.assign(new Error('connect 10.0.0.1'), { code: 'ECONNREFUSED' });
      },
      'ECONNREFUSED: connect 10.0.0.1',
    ],
    ['rejects', () => Promise.reject(new TypeError('no\nhost')), 'TypeError: no host'],
    ['gives garbage', () => 'up' as 'pass', 'TypeError: of the check, what it came to must be'],
    ['never returns', () => new Promise(() => {}), 'it did not end within 5000 ms'],
    [
      'gives what throws',
      () =>
        new Proxy({} as never, {
          get: () => {
            throw new Error('trap');
          },
        }),
      'Error: trap',
    ],
  ])('is told of a check that %s, and nothing else is', async (_what, check, expected) => {
    const { runtime, clock, facts } = await stage();
    runtime.healthCheck('db', check, { affects: 'readiness' });
    await clock.advanceAsync(5_000);
    const { status, isReady, checks } = runtime.health();
    expect([status, isReady, String(checks.db?.because).startsWith(expected)]).toEqual([
      'fail',
      false,
      true,
    ]);
    expect(ofHealth(facts).map((each) => each.split(':')[0])).toEqual(['health.failed db']);
  });

  it.each<[unknown[], string]>([
    [[7, () => {}], 'TypeError: healthCheck.name must be a string of 1 to 64 small letters'],
    [['Db', () => {}], 'RangeError: healthCheck.name must be a string of 1 to 64 small letters'],
    [['a\nb', () => {}], 'RangeError: healthCheck.name must be'],
    [['disk2', 'x'], 'TypeError: healthCheck.check must be a function, got string'],
    [['audit', () => {}], 'RangeError: healthCheck.name must be no other check\'s, got "audit"'],
    [
      ['db', () => {}, { everyMs: 999 }],
      'RangeError: healthCheck.everyMs must be a number from 1000 to 3600000, got 999',
    ],
    [
      ['db', () => {}, { timeoutMs: 'soon' }],
      'TypeError: healthCheck.timeoutMs must be a number from 10 to 600000, got "soon"',
    ],
    [
      ['db', () => {}, { affects: 'liveness' }],
      'RangeError: healthCheck.affects must be one of readiness, nothing, got "liveness"',
    ],
    [['db', () => {}, { every: 1 }], 'TypeError: healthCheck.every is not an option'],
  ])('refuses healthCheck(%o)', async (given, refusal) => {
    const { runtime } = await stage();
    const add = runtime.healthCheck as (...given: unknown[]) => unknown;
    expect(() => add.apply(runtime, given)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(refusal.split(': ')[1] ?? '') }),
    );
    expect(runtime.health().checks.db).toBeUndefined();
  });

  it('has room for a hundred checks of the embedder, and for more once some are away', async () => {
    const { runtime } = await stage();
    const removes = Array.from({ length: 100 }, (_, nth) =>
      runtime.healthCheck(`check-${nth}`, () => 'pass'),
    );
    const more = (): unknown => runtime.healthCheck('more', () => 'pass');
    expect(more).toThrow('healthCheck must be called for at most 100 checks');
    removes[0]?.();
    expect(more).not.toThrow();
  });

  it('ends with the shutdown: what is under way is given up, and nothing is begun', async () => {
    const { runtime, clock, world } = await stage();
    const signals: AbortSignal[] = [];
    const check: HealthCheck = ({ signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    };
    runtime.healthCheck('db', check);
    runtime.health();
    const over = runtime.shutdown();
    expect([signals[0]?.aborted, runtime.health().isReady]).toEqual([true, false]);
    expect(() => runtime.healthCheck('late', check)).toThrow('the runtime has stopped');
    await settled(world, over);
    await clock.advanceAsync(100_000);
    expect([signals.length, clock.pending, runtime.health().status]).toEqual([1, 0, 'fail']);
  });

  it('follows the audit log at once: a service that only reads stays ready', async () => {
    const { world, runtime, clock, log } = await audited();
    runtime.health();
    world.files.isReadOnly = true;
    void log.append({ type: 'order.placed' });
    await clock.advanceAsync(0);
    const refusing = runtime.health();
    world.files.isReadOnly = false;
    await clock.advanceAsync(60_000);
    expect([refusing.isReady, statuses(refusing, 'audit')]).toEqual([true, ['warn']]);
    expect(statuses(runtime.health(), 'audit', 'disk')).toEqual(['pass', 'pass']);
    await ended(world, runtime);
  });

  it('is replayed from its seed', async () => {
    const run = async (): Promise<unknown> => {
      const { runtime, clock, facts } = await stage({ seed: 7 });
      let runs = 0;
      runtime.healthCheck('db', () => (runs++ % 5 < 3 ? Promise.reject(new Error('x')) : 'pass'));
      await clock.advanceAsync(3_600_000);
      return [runs, facts.map(({ id, type, time }) => `${id} ${type} ${time}`)];
    };
    expect(await run()).toEqual(await run());
  });
});

describe('what the health of a runtime says of its parts', () => {
  it('is that a level of isolation was lost, and proved again', async () => {
    const at = await SandboxStage.open();
    const { rt, vms, clock, sandboxes } = at;
    rt.health();
    vms.begin('process', 'absent', 400);
    await at.until(sandboxes.prove());
    const lost = [rt.health().status, rt.health().isReady, because(rt, 'sandboxes')];
    await clock.advanceAsync(60_000);
    expect([lost, statuses(rt.health(), 'sandboxes')]).toEqual([
      ['warn', true, 'process: process is absent'],
      ['pass'],
    ]);
  });

  it('is that a peer which is dialled is away', async () => {
    const peers = new PeersStage();
    const [a, b] = [await peers.machine(), await peers.listening()];
    await peers.until(a.rt.peers.connect(b.url, { identity: 'any' }));
    a.rt.health();
    const before = a.rt.health().checks.peers;
    await peers.until(b.rt.shutdown({ deadlineMs: 1_000 }));
    await peers.clock.advanceAsync(30_000);
    const { status, isReady, checks } = a.rt.health();
    expect([before?.status, before?.observed]).toEqual(['pass', { value: 1, unit: 'peers' }]);
    expect([status, isReady, checks.peers?.status]).toEqual(['warn', true, 'fail']);
  });

  it('is that a breaker lets no call through, which never makes it unready', async () => {
    const { runtime, clock } = await stage();
    runtime.health();
    runtime.breaker('psp').isolate('maintenance');
    await clock.advanceAsync(30_000);
    const { status, isReady } = runtime.health();
    expect([status, isReady, because(runtime, 'breakers')]).toEqual([
      ...['warn', true],
      '1 let no call through; one is "psp"',
    ]);
  });
});
