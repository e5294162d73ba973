import { stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, sendTo, setup } from 'xstate';
import { chartOf } from '../../../runtime/chart-of.ts';
import { createRuntime } from '../../../runtime/runtime.ts';
import type { Fault } from '../../../runtime/sim/scenario.ts';
import { type Simulation, type SimulationResult, simulate } from '../../../runtime/sim/simulate.ts';
import type { Stage } from '../../../runtime/sim/stage.ts';

/** Everything but facts and logs, as `time process text`. */
const told = ({ trace }: SimulationResult): string[] =>
  trace.flatMap((line) => {
    const [at, process] = [line.atMs, line.process];
    if (line.kind === 'note') return [`${at} ${process} ${line.text}`];
    if (line.kind === 'fault') return [`${at} ${process} ${line.fault.kind}`];
    return line.kind === 'violation' ? [`${at} ${process} ${line.invariant}: ${line.detail}`] : [];
  });

interface Book {
  pages: number;
}

/** Writes a page a second, and begins with those that are on the disk. */
const book = (
  faults: readonly Fault[],
  rest: Partial<Simulation<Book>> = {},
): Simulation<Book> => ({
  seed: 1,
  horizonMs: 5_500,
  faults,
  start: async ({ world: { files } }) => ({ pages: (await files.read('/book'))?.length ?? 0 }),
  async workload(at, state) {
    for (;;) {
      await at.wait(1_000);
      await at.world.files.append('/book', Uint8Array.of(1));
      state.pages += 1;
      at.note(`page ${state.pages}`);
    }
  },
  ...rest,
});

const crash: Fault = { kind: 'process.crash', atMs: 2_500, downMs: 1_000 };

describe('a simulation', () => {
  it('starts a process again after a crash, on the same disk', async () => {
    expect(told(await simulate(book([crash])))).toEqual([
      '0 1 a process starts',
      '0 1 it is up',
      '1000 1 page 1',
      '2000 1 page 2',
      '2500 1 process.crash',
      '3500 2 a process starts',
      '3500 2 it is up',
      '4500 2 page 3',
      '5500 2 page 4',
      '5500 2 all faults have healed',
    ]);
  });

  it('lets a process die at its n-th write, before it or in the middle of it', async () => {
    const before = await simulate(book([{ kind: 'process.crashAtWrite', nth: 2, downMs: 500 }]));
    expect(told(before).slice(3, 8)).toEqual([
      '2000 1 process.crashAtWrite',
      '2500 2 a process starts',
      '2500 2 it is up',
      '3500 2 page 2',
      '4500 2 page 3',
    ]);
    const torn = await simulate(book([{ kind: 'disk.torn', nth: 1 }]));
    expect(told(torn).slice(2, 6)).toEqual([
      '1000 1 disk.torn',
      '1000 2 a process starts',
      '1000 2 it is up',
      '2000 2 page 1',
    ]);
  });

  it('fails one write, and lets the process live', async () => {
    const run = told(await simulate(book([{ kind: 'disk.failAtWrite', nth: 2 }])));
    const failed = "StorageError: append of 'book' failed: the disk failed to read or write";
    expect(run.slice(2)).toEqual([
      '1000 1 page 1',
      '2000 1 disk.failAtWrite',
      `2000 1 workload: ${failed}`,
      '5500 1 all faults have healed',
    ]);
  });

  it('loses at a crash what the disk did not sync', async () => {
    const faults: Fault[] = [{ kind: 'disk.unsynced', atMs: 1_500, forMs: 2_000 }, crash];
    const run = told(await simulate(book(faults)));
    expect(run.slice(3, 10)).toEqual([
      '1500 1 disk.unsynced',
      '2000 1 page 2',
      '2500 1 process.crash',
      '2500 1 writes that were not synced are lost',
      '3500 2 a process starts',
      '3500 2 it is up',
      '4500 2 page 2',
    ]);
  });

  it('asks what must always be so after each step, and tells of it once', async () => {
    const few = {
      name: 'few pages',
      always: ({ pages }: Book) => (pages > 2 ? `${pages} pages` : undefined),
    };
    const { violations } = await simulate(book([], { invariants: [few] }));
    expect(violations).toEqual([{ invariant: 'few pages', atMs: 3_000, detail: '3 pages' }]);
  });

  it('asks what must be so in the end once all has healed and time has passed', async () => {
    const asked: number[] = [];
    const many = {
      name: 'many pages',
      withinMs: 3_000,
      eventually: ({ pages }: Book) => {
        asked.push(pages);
        return pages < 9 ? `${pages} pages` : undefined;
      },
    };
    const { violations } = await simulate(book([], { invariants: [many] }));
    expect(violations).toEqual([{ invariant: 'many pages', atMs: 8_500, detail: '8 pages' }]);
    expect(asked).toEqual([8]);
  });

  it('heals all faults at its horizon, whatever they were', async () => {
    const faults: Fault[] = [
      { kind: 'disk.fail', atMs: 5_000, forMs: 60_000 },
      { kind: 'process.crash', atMs: 5_200, downMs: 60_000 },
      { kind: 'disk.torn', nth: 5 },
      { kind: 'disk.vanish', atMs: 5_501 },
    ];
    const five = { name: 'five', withinMs: 3_000, eventually: () => undefined };
    const run = told(
      await simulate(
        book(faults, {
          invariants: [five],
          workload: async (at) => {
            await at.wait(100);
            for (let page = 0; page < 6; page++)
              await at.world.files.append('/book', Uint8Array.of(1));
          },
          horizonMs: 5_300,
        }),
      ),
    );
    expect(run.slice(-4)).toEqual([
      '5200 2 process.crash',
      '5300 3 a process starts',
      '5300 3 it is up',
      '5300 3 all faults have healed',
    ]);
  });

  it('lets no process die at a write after its horizon', async () => {
    const done = { name: 'done', withinMs: 3_000, eventually: () => undefined };
    const fault: Fault = { kind: 'process.crashAtWrite', nth: 7, downMs: 1 };
    expect(told(await simulate(book([fault], { invariants: [done] }))).at(-1)).toBe(
      '8000 1 page 8',
    );
  });

  it('starts a process that could not start again, and tells if it never can', async () => {
    let tries = 0;
    const start = (): Book => {
      tries += 1;
      throw new Error('no key');
    };
    const { violations } = await simulate(book([], { start, horizonMs: 2_500 }));
    const detail = 'the process cannot start: Error: no key';
    expect(violations).toEqual([{ invariant: 'start', atMs: 62_500, detail }]);
    const endless = (): Promise<Book> => new Promise(() => {});
    const waits = await simulate(book([], { start: endless, horizonMs: 2_500 }));
    const waiting = 'start has not ended: it waits for what nothing in its world has brought';
    expect(waits.violations).toEqual([{ invariant: 'start', atMs: 62_500, detail: waiting }]);
    expect(tries).toBe(63);
  });

  it('tells what a workload throws, and what a task throws, which ends the process', async () => {
    const run = await simulate(
      book([], {
        async workload(at) {
          at.world.clock.after(10, () => {
            if (at.incarnation === 1) throw new RangeError('of a task');
          });
          throw new TypeError('of the workload');
        },
      }),
    );
    expect(run.violations).toEqual([
      { invariant: 'workload', atMs: 0, detail: 'TypeError: of the workload' },
      { invariant: 'uncaught', atMs: 10, detail: 'RangeError: of a task' },
    ]);
    expect(told(run).at(-3)).toBe('1010 2 a process starts');
  });

  it('is stalled if its workload waits when nothing is left that could happen', async () => {
    const waits =
      'the workload waits for what nothing in its world can bring, as a promise of the process';
    const stalled = (workload: (at: Stage) => Promise<void>) =>
      simulate(book([], { workload })).then(({ violations }) =>
        violations.map(({ invariant, atMs, detail }) =>
          `${atMs} ${invariant}: ${detail}`.replace(/at \/.*:\d+:\d+/, 'here'),
        ),
      );
    expect([
      await stalled(() => new Promise(() => {})),
      await stalled(() => stat('/').then(() => new Promise(() => {}))),
      await stalled(async (at) => {
        for (;;) await at.wait(1_000);
      }),
      await stalled((at) => at.wait(5_000)),
    ]).toEqual([
      [`5500 stalled: ${waits}`],
      [
        '0 outside: stat here waits in real time: use the clock and the files of at.world',
        `5500 stalled: ${waits}; it called stat here`,
      ],
      [],
      [],
    ]);
  });

  it('may not wait in real time, and says where it called the process', async () => {
    const { violations, outsideCalls } = await simulate(
      book([], {
        async workload(at) {
          await at.wait(Date.now() > 0 ? 20 : 10);
          setTimeout(() => {}, 1).unref();
          await at.wait(10);
        },
      }),
    );
    const place = /at .*simulate\.test\.ts:\d+:\d+/;
    const told = violations.map(({ detail, ...rest }) => {
      return { ...rest, detail: detail.replace(place, 'here') };
    });
    expect(told).toEqual([
      {
        invariant: 'outside',
        atMs: 20,
        detail: 'setTimeout here waits in real time: use the clock and the files of at.world',
      },
    ]);
    expect(outsideCalls.map((call) => call.replace(place, 'here'))).toEqual([
      'Date.now here',
      'setTimeout here',
    ]);
  });

  it('loses a process to process.exit, and says where that was called', async () => {
    const exits = setup({ actions: { leave: () => process.exit(0) } }).createMachine({
      on: { leave: { actions: 'leave' } },
    });
    const run = await simulate({
      ...{ seed: 1, horizonMs: 3_000, start: (at: Stage) => createRuntime({ world: at.world }) },
      async workload(at, runtime) {
        const handle = runtime.supervisor('s').start('exits', exits);
        await at.wait(10);
        if (at.incarnation === 1) handle.tell({ type: 'leave' });
      },
    });
    const place = /at .*simulate\.test\.ts:\d+:\d+/;
    expect(told(run).map((line) => line.replace(place, 'here'))).toEqual([
      '0 1 a process starts',
      '0 1 it is up',
      '10 1 outside: process.exit here ends the process',
      '1010 2 a process starts',
      '1010 2 it is up',
      '3000 2 all faults have healed',
    ]);
  });

  it('ends where time stands still, and says which actors kept it from going on', async () => {
    const restless = setup({}).createMachine({
      initial: 'a',
      states: { a: { after: { 5: 'b' } }, b: { after: { 0: 'c' } }, c: { after: { 0: 'b' } } },
    });
    const start = async ({ world }: Stage): Promise<Book> => {
      const runtime = await createRuntime({ world });
      runtime.supervisor('s').start('restless', restless);
      return { pages: 0 };
    };
    const { trace, violations } = await simulate(book([], { start, workload: () => {} }));
    const because = 'time stands still at 5 ms, where more than 100000 tasks were due';
    const moves = [
      's/restless c xstate.after.0.(machine).c -> b',
      's/restless b xstate.after.0.(machine).b -> c',
    ];
    expect(violations).toEqual([
      {
        ...{ invariant: 'standstill', atMs: 5 },
        detail: `${because}; the last moves: ${moves.join(', ')}`,
      },
    ]);
    expect(trace.at(-1)?.kind).toBe('violation');
    const waiting = async (at: Stage): Promise<void> => {
      for (;;) await at.wait(0);
    };
    const alone = await simulate(book([], { workload: waiting }));
    expect(alone.violations).toEqual([
      { invariant: 'standstill', atMs: 0, detail: because.replace('5 ms', '0 ms') },
    ]);
  });

  it('runs whole runtimes, whose facts and log lines are in the trace', async () => {
    const { trace } = await simulate({
      seed: 1,
      horizonMs: 100,
      start: (at: Stage) => createRuntime({ world: at.world }),
      workload: (_at, runtime) => void runtime.breaker('backend').isolate('by hand'),
    });
    const found = trace.flatMap((line) =>
      line.kind === 'fact' || line.kind === 'log' ? [line] : [],
    );
    expect(found.map((line) => (line.kind === 'fact' ? line.type : line.message))).toEqual([
      'supervisor.started',
      'no dataDir: the audit log is in memory, keeps 16 MiB, and ends with the process',
      'segment.moved',
      'breaker.isolated',
    ]);
  });

  it('tells which way each machine takes, those that live in another too', async () => {
    const door = setup({}).createMachine({
      initial: 'shut',
      states: { shut: { on: { open: 'ajar' } }, ajar: { after: { 10: 'shut' } } },
    });
    const house = setup({ actors: { door } }).createMachine({
      invoke: { id: 'door', src: 'door' },
      on: { enter: { actions: sendTo('door', { type: 'open' }) }, ring: {} },
    });
    const { trace } = await simulate({
      ...{ seed: 1, horizonMs: 100, start: (at: Stage) => createRuntime({ world: at.world }) },
      async workload(at, runtime) {
        const handle = runtime.supervisor('street').start('house', house);
        for (const type of ['ring', 'enter', 'unknown']) handle.tell({ type });
        await at.wait(50);
      },
    });
    const moves = trace.filter((line) => line.kind === 'move' && /^street/.test(line.subject));
    const move = (atMs: number, subject: string, taken: string) => {
      return { atMs, process: 1, kind: 'move', subject, transitions: [taken] };
    };
    expect(moves).toEqual([
      move(0, 'street/house', 'ring'),
      move(0, 'street/house', 'enter'),
      move(0, 'street/house/door', 'shut open -> ajar'),
      move(10, 'street/house/door', 'ajar xstate.after.10.(machine).ajar -> shut'),
    ]);
    const actors = trace.filter((line) => line.kind === 'actor' && /^street/.test(line.subject));
    const actor = (subject: string, is: string, machine: AnyStateMachine, state: string) => {
      const stands = { life: 'running', states: [state], incarnation: 1 };
      const { hash } = chartOf(machine);
      return { atMs: 0, process: 1, kind: 'actor', subject, is, chart: hash, ...stands };
    };
    expect(actors).toEqual([
      actor('street/house/door', 'inner', door, 'shut'),
      actor('street/house', 'actor', house, ''),
    ]);
    const drawn = trace.flatMap((line) => (line.kind === 'chart' ? [line.chart] : []));
    expect(drawn).toEqual(expect.arrayContaining([chartOf(house), chartOf(door)]));
    expect(new Set(drawn.map(({ hash }) => hash)).size).toBe(drawn.length);
  });

  it('has the same trace again from the same seed, and another from another', async () => {
    const drawing = (seed: number) =>
      simulate(book([], { seed, workload: (at) => at.note(`${at.random('a').draw()}`) }));
    const hashes = [await drawing(1), await drawing(1), await drawing(2)].map(
      (run) => run.traceHash,
    );
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[0]).not.toBe(hashes[2]);
  });

  it('is refused for what no run can be', async () => {
    const refusalOf = (rest: object) =>
      simulate({ ...book([]), ...rest }).then(
        () => 'it ran',
        (error: unknown) => String(error),
      );
    const odd = { name: 'odd', always: () => undefined };
    const none = 'simulate.invariants.0';
    expect([
      await refusalOf({ horizonMs: -1 }),
      await refusalOf({ faults: [{ kind: 'disk.melt' }] }).then((text) => text.slice(0, 59)),
      await refusalOf({ start: undefined }),
      await refusalOf({ invariant: [odd] }),
      await refusalOf({ invariants: [{ ...odd, eventualy: () => 'odd' }] }),
      await refusalOf({ invariants: [{ always: () => 'odd' }] }),
      await refusalOf({ invariants: [{ name: 'odd' }] }),
      await refusalOf({ invariants: [odd, odd] }),
      await refusalOf({ invariants: [{ ...odd, name: 'stalled' }] }).then((text) =>
        text.replace(/none of .*, which/, 'none of these, which'),
      ),
      await refusalOf({ invariants: [{ ...odd, always: 'odd' }] }),
      await refusalOf({ invariants: [{ ...odd, withinMs: -5 }] }),
      await refusalOf({ invariants: [{ ...odd, withinMs: '5s' }] }),
      await refusalOf({ invariants: odd }),
    ]).toEqual([
      'RangeError: simulate.horizonMs must be a number from 1 to 34560000000, got -1',
      'RangeError: simulate.faults.0.kind must be one of disk.slow',
      'TypeError: simulate.start must be a function, got undefined',
      'TypeError: simulate.invariant is not an option',
      `TypeError: ${none}.eventualy is not an option`,
      `TypeError: ${none}.name must be a string of 1 to 200 characters, got undefined`,
      `TypeError: ${none} must have always or eventually, got an object`,
      'RangeError: simulate.invariants.1.name must be that of no other invariant, got "odd"',
      `RangeError: ${none}.name must be none of these, which a run violates itself, got "stalled"`,
      `TypeError: ${none}.always must be a function, got "odd"`,
      `RangeError: ${none}.withinMs must be a number from 0 to 34560000000, got -5`,
      `TypeError: ${none}.withinMs must be a number from 0 to 34560000000, got "5s"`,
      'TypeError: simulate.invariants must be an array, got an object',
    ]);
  });
});
