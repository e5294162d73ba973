import { describe, expect, it } from 'vitest';
import { createActor, SimulatedClock, type StateValueFrom } from 'xstate';
import {
  type SegmentContext,
  type SegmentEvent,
  type SegmentStage,
  segmentMachine,
} from '../../machines/segment.machine.ts';
import { input, samples } from './segment.fixture.ts';

type Value = StateValueFrom<typeof segmentMachine>;

const overwriting = { shredding: 'overwriting' } as const;
const erasing = { shredding: 'erasing' } as const;
const quarantined = { isQuarantined: true };

const places = {
  absent: { value: 'absent', context: {} },
  preflight: { value: 'preflight', context: {} },
  active: { value: 'active', context: {} },
  sealing: { value: 'sealing', context: {} },
  closed: { value: 'closed', context: { records: 3 } },
  quarantined: { value: 'quarantined', context: quarantined },
  'overwriting, was closed': { value: overwriting, context: { records: 3 } },
  'overwriting, was quarantined': { value: overwriting, context: quarantined },
  erasing: { value: erasing, context: { records: 3 } },
} as const satisfies Record<string, { value: Value; context: Partial<SegmentContext> }>;

const stageOf = (value: Value): SegmentStage => (typeof value === 'string' ? value : 'shredding');

function segment(value: Value, context: Partial<SegmentContext> = {}) {
  const snapshot = segmentMachine.resolveState({
    value,
    context: {
      ...{ settings: input, stage: stageOf(value), because: 'before' },
      ...{ records: 0, isQuarantined: false },
      ...context,
    },
  });
  return running({ snapshot });
}

function running(options: Pick<NonNullable<Parameters<typeof createActor>[1]>, 'snapshot'> = {}) {
  const clock = new SimulatedClock();
  const actor = createActor(segmentMachine, { input, clock, ...options });
  const emitted: unknown[] = [];
  actor.on('*', (event) => emitted.push(event));
  actor.start();
  const send = (...events: readonly SegmentEvent[]) => {
    for (const event of events) actor.send(event);
  };
  return { actor, emitted, clock, send };
}

type Change = Partial<Pick<SegmentContext, 'because' | 'records' | 'isQuarantined'>> & {
  to?: Value;
  isHindered?: true;
};
type Row = Partial<Record<keyof typeof samples, Change>>;

const doubted = { to: 'quarantined', isQuarantined: true } as const;
const damaged = { damage: { ...doubted, because: 'a flipped bit' } };
const hindered = (because: string): Change => ({ because, isHindered: true });
const shredding = { to: overwriting, because: 'segment.shred' };

/** Every place under every event; what is not named does nothing. */
const table: Record<keyof typeof places, Row> = {
  absent: {
    open: { to: 'preflight', because: 'segment.open' },
    create: { to: 'active', because: 'segment.create' },
  },
  preflight: {
    'passed unsealed': { to: 'active', because: 'preflight.passed' },
    'passed sealed': { to: 'closed', because: 'preflight.passed', records: 9 },
    doubted: { ...doubted, because: 'a torn table' },
    'key overwritten': { to: erasing, because: 'key.overwritten' },
  },
  active: { ...damaged, seal: { to: 'sealing', because: 'segment.seal' } },
  sealing: {
    ...damaged,
    sealed: { to: 'closed', because: 'seal.finished', records: 7 },
    'not sealed': hindered('full'),
  },
  closed: { ...damaged, shred: shredding },
  quarantined: { shred: shredding },
  'overwriting, was closed': {
    'key overwritten': { to: erasing, because: 'key.overwritten' },
    'not shredded': { to: 'closed', because: 'the disk failed' },
  },
  'overwriting, was quarantined': {
    'key overwritten': { to: erasing, because: 'key.overwritten' },
    'not shredded': { to: 'quarantined', because: 'the disk failed' },
  },
  erasing: {
    shredded: { to: 'destroyed', because: 'shred.finished' },
    'not shredded': hindered('the disk failed'),
  },
};

const cells = Object.entries(places).flatMap(([place, { value, context }]) =>
  Object.entries(samples).map(([name, event]) => {
    const row: Row = table[place as keyof typeof places];
    return { place, name, value, context, event, change: row[name as keyof typeof samples] ?? {} };
  }),
);

describe(segmentMachine.id, () => {
  it.each(cells)('$place on $name', ({ value, context, event, change }) => {
    const { actor, emitted } = segment(value, context);
    const before = actor.getSnapshot().context;
    actor.send(event);
    const { to = value, isHindered, ...changed } = change;
    const stage = stageOf(to);
    const after = actor.getSnapshot();
    expect(after.value).toEqual(to);
    expect(after.context).toEqual({ ...before, ...changed, stage });
    const { because } = after.context;
    const moved = { type: 'segment.moved', from: before.stage, to: stage, because };
    expect(emitted).toEqual([
      ...(stage === before.stage ? [] : [moved]),
      ...(isHindered ? [{ type: 'segment.hindered', stage, because }] : []),
    ]);
  });

  it('tells what may be done with it by tags', () => {
    const values: Value[] = ['absent', 'preflight', 'active', 'sealing', 'closed', 'quarantined'];
    const rest: Value[] = [overwriting, erasing, 'destroyed'];
    const tags = [...values, ...rest].map((value) => [
      value,
      [...segment(value).actor.getSnapshot().tags],
    ]);
    expect(tags).toEqual([
      ['absent', []],
      ['preflight', []],
      ['active', ['appendable', 'readable']],
      ['sealing', ['readable']],
      ['closed', ['readable']],
      ['quarantined', ['readable']],
      [overwriting, []],
      [erasing, []],
      ['destroyed', ['gone']],
    ]);
  });

  it('begins absent and ends destroyed, each step told once', () => {
    const { actor, emitted, send } = running();
    const { create, seal, sealed, shred, 'key overwritten': key, shredded } = samples;
    send(create, seal, sealed, shred, key, shredded);
    expect(actor.getSnapshot().status).toBe('done');
    const moved = (from: SegmentStage, to: SegmentStage, because: string) => ({
      ...{ type: 'segment.moved', from, to, because },
    });
    expect(emitted).toEqual([
      moved('absent', 'active', 'segment.create'),
      moved('active', 'sealing', 'segment.seal'),
      moved('sealing', 'closed', 'seal.finished'),
      moved('closed', 'shredding', 'segment.shred'),
      moved('shredding', 'destroyed', 'shred.finished'),
    ]);
  });

  const steps = [
    { stage: 'preflight', limitMs: 1_000, before: [samples.open], again: samples.open },
    {
      ...{ stage: 'sealing', limitMs: 2_000, again: samples.seal },
      before: [samples.create, samples.seal],
    },
    {
      ...{ stage: 'shredding', limitMs: 3_000, again: samples.shred },
      before: [samples.open, samples.doubted, samples.shred],
    },
    {
      ...{ stage: 'shredding', limitMs: 3_000, again: samples.shred },
      before: [samples.open, samples['key overwritten']],
    },
  ];

  it.each(steps)('tells that $stage is overdue, again and again: %#', (step) => {
    const { emitted, clock, send, actor } = running();
    send(...step.before);
    const { value, context } = actor.getSnapshot();
    emitted.length = 0;
    const overdue = { type: 'segment.overdue', stage: step.stage };
    for (const _ of [1, 2, 3]) {
      clock.increment(step.limitMs - 1);
      expect(emitted).toEqual([]);
      clock.increment(1);
      expect(emitted.splice(0)).toEqual([overdue]);
    }
    expect(actor.getSnapshot()).toMatchObject({ value, context });
  });

  it.each(steps)('gives $stage its time anew when it is asked for again: %#', (step) => {
    const { emitted, clock, send } = running();
    send(...step.before);
    clock.increment(step.limitMs - 1);
    emitted.length = 0;
    send(step.again);
    clock.increment(step.limitMs - 1);
    expect(emitted).toEqual([]);
    clock.increment(1);
    expect(emitted).toEqual([{ type: 'segment.overdue', stage: step.stage }]);
  });

  it.each(['absent', 'active', 'closed', 'quarantined'] as const)('%s knows no haste', (value) => {
    const before = { absent: [], active: [samples.create] };
    const paths = {
      ...before,
      closed: [samples.open, samples['passed sealed']],
      quarantined: [samples.open, samples.doubted],
    };
    const { emitted, clock, send, actor } = running();
    send(...paths[value]);
    emitted.length = 0;
    clock.increment(1_000_000);
    expect([actor.getSnapshot().value, emitted]).toEqual([value, []]);
  });
});
