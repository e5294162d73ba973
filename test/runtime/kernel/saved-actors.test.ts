import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import { Computer, type Process } from './boot.ts';

/** Rings once, a minute after it began, and counts what it is told. */
const alarmMachine = setup({
  types: {
    context: {} as { count: number; note?: unknown },
    events: {} as { type: 'add' } | { type: 'note'; note: unknown } | { type: 'boom' },
  },
  actions: {
    add: assign({ count: ({ context }) => context.count + 1 }),
    note: assign({ note: ({ event }) => (event.type === 'note' ? event.note : undefined) }),
    boom: () => {
      throw new Error('boom');
    },
  },
}).createMachine({
  id: 'alarm',
  context: { count: 0 },
  initial: 'waiting',
  on: {
    add: { actions: 'add' },
    note: { actions: 'note' },
    boom: { actions: 'boom' },
  },
  states: { waiting: { after: { 60000: 'rung' } }, rung: {} },
});

const persist = { logicVersion: 1 };
const startAlarm = (process: Process, logicVersion = 1) =>
  process.top.start('alarm', alarmMachine, { persist: { logicVersion } });

async function crashedAfter(ms: number): Promise<Computer> {
  const computer = new Computer();
  const process = await computer.boot();
  startAlarm(process);
  await computer.clock.advanceAsync(ms);
  process.crash();
  return computer;
}

const standOf = (alarm: ReturnType<typeof startAlarm>): unknown => alarm.snapshot()?.value;
const countOf = (alarm: ReturnType<typeof startAlarm>): unknown => alarm.snapshot()?.context.count;

describe('an actor whose state is saved', () => {
  it('waits after a restart of the process until it was to be woken, not longer', async () => {
    const computer = await crashedAfter(20_000);
    const process = await computer.boot();
    const alarm = startAlarm(process);
    await computer.clock.advanceAsync(39_999);
    expect(standOf(alarm)).toBe('waiting');
    await computer.clock.advanceAsync(1);
    expect(standOf(alarm)).toBe('rung');
    expect(process.told('state.restored')).toEqual([
      { subject: 'alarm', incarnation: 1, deadlines: 1 },
    ]);
  });

  it('is woken at once if that is overdue', async () => {
    const computer = await crashedAfter(20_000);
    await computer.clock.advanceAsync(3_600_000);
    const alarm = startAlarm(await computer.boot());
    expect(standOf(alarm)).toBe('waiting');
    await computer.clock.advanceAsync(0);
    expect(standOf(alarm)).toBe('rung');
  });

  it('waits no longer than it was to from its last save, if the wall clock goes back', async () => {
    const computer = new Computer();
    const before = await computer.boot();
    const first = startAlarm(before);
    await computer.clock.advanceAsync(20_000);
    first.tell({ type: 'add' });
    await computer.clock.advanceAsync(1_000);
    before.crash();
    computer.clock.setWall(computer.clock.wallMs() - 86_400_000);
    const alarm = startAlarm(await computer.boot());
    await computer.clock.advanceAsync(38_999);
    expect(standOf(alarm)).toBe('waiting');
    await computer.clock.advanceAsync(1);
    expect(standOf(alarm)).toBe('rung');
  });

  it('loses in a crash what happened in the last second, and no more', async () => {
    const computer = new Computer();
    const process = await computer.boot();
    const before = startAlarm(process);
    for (let count = 0; count < 29; count++) {
      before.tell({ type: 'add' });
      await computer.clock.advanceAsync(100);
    }
    process.crash();
    const count = countOf(startAlarm(await computer.boot()));
    expect([countOf(before), count]).toEqual([29, 20]);
  });

  it('stands where it stood over many restarts', async () => {
    const computer = new Computer();
    for (let round = 0; round < 5; round++) {
      const process = await computer.boot();
      const alarm = startAlarm(process);
      expect(countOf(alarm)).toBe(round);
      alarm.tell({ type: 'add' });
      expect(await process.shutDown()).toBe(true);
    }
  });

  it('that goes back to its last good state still knows until when it waits', async () => {
    const computer = new Computer();
    const process = await computer.boot();
    const options = { persist, restore: 'lastGood', backoff: { minMs: 0, maxMs: 0 } } as const;
    const alarm = process.top.start('alarm', alarmMachine, options);
    await computer.clock.advanceAsync(20_000);
    alarm.tell({ type: 'boom' });
    await computer.clock.advanceAsync(39_999);
    expect(standOf(alarm)).toBe('waiting');
    await computer.clock.advanceAsync(1);
    expect(standOf(alarm)).toBe('rung');
  });

  it('begins afresh after a failure, as any', async () => {
    const computer = new Computer();
    const process = await computer.boot();
    const alarm = startAlarm(process);
    alarm.tell({ type: 'add' });
    alarm.tell({ type: 'boom' });
    await computer.clock.advanceAsync(5_000);
    process.crash();
    expect(await computer.saved()).toMatchObject({
      'actor/alarm': { incarnation: 2, snapshot: { context: { count: 0 } } },
    });
  });
});

describe('the saved state of an actor', () => {
  it('is its snapshot and its deadlines, with its versions', async () => {
    const computer = new Computer();
    const process = await computer.boot();
    process.top.supervisor('bells').start('alarm', alarmMachine, { persist });
    await computer.clock.advanceAsync(1_000);
    process.crash();
    expect(await computer.saved()).toEqual({
      'actor/bells/alarm': {
        v: 1,
        logicVersion: 1,
        incarnation: 1,
        snapshot: {
          status: 'active',
          value: 'waiting',
          context: { count: 0 },
          children: {},
          historyValue: {},
        },
        deadlines: [
          {
            id: expect.any(String),
            path: [],
            event: { type: 'xstate.after.60000.alarm.waiting' },
            dueAtWallMs: Date.UTC(2026, 0, 1, 0, 1),
            leftMs: 59_000,
          },
        ],
      },
    });
  });

  it('goes when the actor is stopped', async () => {
    const computer = new Computer();
    const process = await computer.boot();
    const alarm = startAlarm(process);
    await computer.clock.advanceAsync(2_000);
    void alarm.stop();
    await computer.clock.advanceAsync(2_000);
    process.crash();
    expect(await computer.saved()).toEqual({});
  });

  it('goes when its supervisor is stopped, and when it finishes', async () => {
    const computer = new Computer();
    const process = await computer.boot();
    const pool = process.top.supervisor('pool');
    pool.start('alarm', alarmMachine, { persist });
    const brief = setup({}).createMachine({
      initial: 'open',
      states: { open: { after: { 1500: 'over' } }, over: { type: 'final' } },
    });
    process.top.start('brief', brief, { persist });
    await computer.clock.advanceAsync(1_200);
    void pool.stop();
    await computer.clock.advanceAsync(5_000);
    process.crash();
    expect(await computer.saved()).toEqual({});
  });

  it('stays as it is if the runtime abandons the actor', async () => {
    const computer = new Computer();
    const process = await computer.boot();
    startAlarm(process).tell({ type: 'add' });
    await computer.clock.advanceAsync(0);
    expect(await process.abandon()).toBe(false);
    expect(countOf(startAlarm(await computer.boot()))).toBe(1);
  });

  it('holds what moved within it too, and what that waits for', async () => {
    const computer = new Computer();
    const inner = setup({}).createMachine({
      id: 'inner',
      initial: 'one',
      states: { one: { after: { 5000: 'two' } }, two: { after: { 60000: 'three' } }, three: {} },
    });
    const outer = setup({ actors: { inner } }).createMachine({
      invoke: { id: 'part', src: 'inner' },
    });
    const start = (process: Process) => process.top.start('outer', outer, { persist });
    const before = await computer.boot();
    start(before);
    await computer.clock.advanceAsync(10_000);
    before.crash();
    const after = start(await computer.boot());
    const part = () => after.snapshot()?.children.part?.getSnapshot().value;
    expect(part()).toBe('two');
    await computer.clock.advanceAsync(54_999);
    expect(part()).toBe('two');
    await computer.clock.advanceAsync(1);
    expect(part()).toBe('three');
  });

  it('of another version is set aside, and the actor begins afresh', async () => {
    const computer = await crashedAfter(20_000);
    const { 'actor/alarm': old } = await computer.saved();
    const process = await computer.boot();
    startAlarm(process, 2);
    await computer.clock.advanceAsync(1_000);
    process.crash();
    expect(process.told('state.refused')).toEqual([
      { subject: 'alarm', because: 'version', saved: 1, wanted: 2 },
    ]);
    expect(await computer.saved()).toMatchObject({
      'actor/alarm': { logicVersion: 2, deadlines: [{ leftMs: 59_000 }] },
      'refused/actor/alarm': old,
    });
  });

  it('that is damaged is refused, and the actor begins afresh', async () => {
    const computer = await crashedAfter(20_000);
    await computer.damage('actor/alarm');
    const process = await computer.boot();
    const alarm = startAlarm(process);
    await computer.clock.advanceAsync(59_999);
    expect([standOf(alarm), process.told('state.refused')]).toEqual([
      'waiting',
      [{ subject: 'alarm', because: 'damaged' }],
    ]);
  });

  it.each([
    ['v', { v: 2 }],
    ['snapshot', { snapshot: { status: 'active', value: 'gone', context: {}, children: {} } }],
    ['snapshot.status', { snapshot: { status: 'done' } }],
    [
      'deadlines.0.leftMs',
      { deadlines: [{ id: '', path: [], event: { type: 'a' }, dueAtWallMs: 0, leftMs: -1 }] },
    ],
  ])('with no such %s is refused, and the actor begins afresh', async (field, change) => {
    const computer = await crashedAfter(20_000);
    const { 'actor/alarm': old } = await computer.saved();
    const changed = { ...Object(old), ...change };
    await computer.put('actor/alarm', changed);
    const process = await computer.boot();
    const alarm = startAlarm(process);
    await computer.clock.advanceAsync(1_000);
    process.crash();
    expect([standOf(alarm), process.told('state.refused'), process.told('actor.failed')]).toEqual([
      'waiting',
      [{ subject: 'alarm', because: 'invalid', field }],
      [],
    ]);
    expect(await computer.saved()).toMatchObject({ 'refused/actor/alarm': changed });
  });

  it('is not written while the state is no plain JSON, which is told once', async () => {
    const computer = new Computer();
    const process = await computer.boot();
    const alarm = startAlarm(process);
    alarm.tell({ type: 'add' });
    await computer.clock.advanceAsync(1_000);
    for (const note of [new Date(0), new Map()]) {
      alarm.tell({ type: 'note', note });
      alarm.tell({ type: 'add' });
      await computer.clock.advanceAsync(2_000);
    }
    process.crash();
    expect(process.told('state.unsaved')).toEqual([
      { subject: 'alarm', because: 'context.note is a Date' },
    ]);
    expect(countOf(startAlarm(await computer.boot()))).toBe(1);
  });

  it("is nobody's who does not ask for it", async () => {
    const computer = await crashedAfter(20_000);
    const process = await computer.boot();
    const alarm = process.top.start('alarm', alarmMachine);
    alarm.tell({ type: 'add' });
    await computer.clock.advanceAsync(59_000);
    process.crash();
    expect(standOf(alarm)).toBe('waiting');
    expect(Object.keys(await computer.saved())).toEqual(['actor/alarm']);
  });
});
