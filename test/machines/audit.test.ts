import { describe, expect, it } from 'vitest';
import { createActor, SimulatedClock, type StateValueFrom } from 'xstate';
import {
  type AuditContext,
  type AuditEvent,
  type AuditMode,
  auditMachine,
  isRefusing,
} from '../../machines/audit.machine.ts';
import { input, samples, settings } from './audit.fixture.ts';

type Value = StateValueFrom<typeof auditMachine>;

const entered = { readWrite: 0, spooling: 0, readOnly: 0, failed: 0, closed: 0 };
const whole = { attempt: 0, tries: 0 };

/** Where an audit log stands: after two failures and one try, if it is not whole. */
const places = {
  readWrite: { value: 'readWrite', context: whole },
  'spooling, waiting': { value: { spooling: 'waiting' }, context: {} },
  'spooling, reopening': { value: { spooling: 'reopening' }, context: {} },
  'spooling, replaying': { value: { spooling: 'replaying' }, context: {} },
  'spooling, replaying, low': { value: { spooling: 'replaying' }, context: { isLow: true } },
  'readOnly, low': { value: { readOnly: 'low' }, context: { ...whole, isLow: true } },
  'readOnly, waiting': { value: { readOnly: 'waiting' }, context: {} },
  'readOnly, reopening': { value: { readOnly: 'reopening' }, context: {} },
  'readOnly, replaying': { value: { readOnly: 'replaying' }, context: {} },
  'readOnly, replaying, low': { value: { readOnly: 'replaying' }, context: { isLow: true } },
  failed: { value: 'failed', context: {} },
} as const satisfies Record<string, { value: Value; context: Partial<AuditContext> }>;

const modeOf = (value: Value): AuditMode => {
  if (typeof value === 'string') return value;
  return 'spooling' in value ? 'spooling' : 'readOnly';
};

function audit(value: Value, context: Partial<AuditContext>) {
  const snapshot = auditMachine.resolveState({
    value,
    context: {
      settings,
      ...{ mode: modeOf(value), sinceMs: 100, because: 'before', code: null },
      ...{ attempt: 2, wholeSinceMs: null, tries: 1, isLow: false, entered },
      ...{ steppedAtMs: 200, draw: 0.5 },
      ...context,
    },
  });
  return running({ snapshot });
}

function running(options: Pick<NonNullable<Parameters<typeof createActor>[1]>, 'snapshot'> = {}) {
  const clock = new SimulatedClock();
  const actor = createActor(auditMachine, { input, clock, ...options });
  const emitted: unknown[] = [];
  actor.on('*', (event) => emitted.push(event));
  actor.start();
  const send = (...events: readonly AuditEvent[]) => {
    for (const event of events) actor.send(event);
  };
  const look = () => {
    const { value, context } = actor.getSnapshot();
    return [value, context.because, context.code, context.sinceMs];
  };
  return { actor, emitted, clock, send, look };
}

type Count = Partial<Pick<AuditContext, 'attempt' | 'tries' | 'isLow' | 'wholeSinceMs'>>;
type Change = Count & { to?: Value; because?: string; code?: string; asks?: 'reopen' | 'replay' };
type Row = Partial<Record<keyof typeof samples, Change>>;

const inAny: Row = {
  tampering: { to: 'failed', because: 'a foreign root' },
  low: { isLow: true },
  regained: { isLow: false },
  close: { to: 'closed', because: 'audit.close' },
};

/** What losing the log leads to, with what changes beside. */
const lost = (to: Value, count: Count): Row => ({
  failed: { to, because: 'full', code: 'NO_SPACE', ...count },
  stalled: { to, because: 'append.stalled', ...count },
  vanished: { to, because: 'files.vanished', ...count },
});

const replayed = { tries: 0, wholeSinceMs: 700 };

const spoolLost = (to: Value): Row => ({
  'spool failed': { to, because: 'torn' },
  'spool filled': { to, because: 'spool.filled' },
});

const notReopened = (to: Value): Row => ({
  'not reopened': { to, because: 'still full', code: 'NO_SPACE', attempt: 3 },
  'never reopened': { to: 'failed', because: 'no directory', code: 'GONE' },
});

/** Every place under every event; what is not named does nothing. */
const table: Record<keyof typeof places, Row> = {
  readWrite: {
    ...inAny,
    ...lost({ spooling: 'waiting' }, {}),
    low: { to: { readOnly: 'low' }, because: 'space.low', isLow: true },
  },
  'spooling, waiting': {
    ...inAny,
    ...spoolLost({ readOnly: 'waiting' }),
    regained: { to: { spooling: 'reopening' }, asks: 'reopen' },
    reopened: { to: { spooling: 'replaying' }, asks: 'replay' },
    resume: { to: { spooling: 'reopening' }, attempt: 0, tries: 0, asks: 'reopen' },
  },
  'spooling, reopening': {
    ...inAny,
    ...spoolLost({ readOnly: 'reopening' }),
    ...notReopened({ spooling: 'waiting' }),
    reopened: { to: { spooling: 'replaying' }, asks: 'replay' },
  },
  'spooling, replaying': {
    ...inAny,
    ...lost({ spooling: 'waiting' }, { attempt: 3 }),
    ...spoolLost({ readOnly: 'replaying' }),
    replayed: { to: 'readWrite', because: 'replay.finished', ...replayed },
  },
  'spooling, replaying, low': {
    ...inAny,
    ...lost({ spooling: 'waiting' }, { attempt: 3 }),
    ...spoolLost({ readOnly: 'replaying' }),
    replayed: { to: { readOnly: 'low' }, because: 'replay.finished', ...replayed },
  },
  'readOnly, low': {
    ...inAny,
    ...lost({ spooling: 'waiting' }, {}),
    regained: { to: 'readWrite', because: 'space.regained', isLow: false },
  },
  'readOnly, waiting': {
    ...inAny,
    regained: { to: { readOnly: 'reopening' }, tries: 2, asks: 'reopen' },
    reopened: { to: { spooling: 'replaying' }, because: 'reopen.succeeded', asks: 'replay' },
    resume: { to: { readOnly: 'reopening' }, attempt: 0, tries: 1, asks: 'reopen' },
  },
  'readOnly, reopening': {
    ...inAny,
    ...notReopened({ readOnly: 'waiting' }),
    reopened: { to: { spooling: 'replaying' }, because: 'reopen.succeeded', asks: 'replay' },
  },
  'readOnly, replaying': {
    ...inAny,
    ...lost({ readOnly: 'waiting' }, { attempt: 3 }),
    'spool failed': { to: { readOnly: 'waiting' }, because: 'torn', attempt: 3 },
    replayed: { to: 'readWrite', because: 'replay.finished', ...replayed },
  },
  'readOnly, replaying, low': {
    ...inAny,
    ...lost({ readOnly: 'waiting' }, { attempt: 3 }),
    'spool failed': { to: { readOnly: 'waiting' }, because: 'torn', attempt: 3 },
    replayed: { to: { readOnly: 'low' }, because: 'replay.finished', ...replayed },
  },
  failed: {
    ...inAny,
    tampering: { because: 'a foreign root' },
    resume: {
      to: { readOnly: 'reopening' },
      because: 'audit.resume',
      ...{ attempt: 0, tries: 1, asks: 'reopen' },
    },
  },
};

const cells = Object.entries(places).flatMap(([place, { value, context }]) =>
  Object.entries(samples).map(([name, event]) => {
    const row: Row = table[place as keyof typeof places];
    return { place, name, value, context, event, change: row[name as keyof typeof samples] ?? {} };
  }),
);

/** What a change does to the context: a step is dated, and a move from mode to mode is counted. */
function expectedContext(before: AuditContext, change: Change): AuditContext {
  const { to, because, code = null, asks: _, ...counts } = change;
  const isStep = to !== undefined || because !== undefined;
  const mode = to === undefined ? before.mode : modeOf(to);
  const move = { mode, sinceMs: 700, entered: { ...entered, [mode]: 1 } };
  return {
    ...before,
    ...counts,
    ...(because === undefined ? {} : { because, code }),
    ...(isStep ? { steppedAtMs: 700, draw: 0.25 } : {}),
    ...(mode === before.mode ? {} : move),
  };
}

describe(auditMachine.id, () => {
  it.each(cells)('$place on $name', ({ value, context, event, change }) => {
    const { actor, emitted } = audit(value, context);
    const before = actor.getSnapshot().context;
    actor.send(event);
    const after = actor.getSnapshot();
    expect(after.value).toEqual(change.to ?? value);
    expect(after.context).toEqual(expectedContext(before, change));
    const { mode: to, because, code, attempt } = after.context;
    const moved = { type: 'audit.moved', from: before.mode, to, because, code };
    const asked = { replay: { type: 'audit.replay' }, reopen: { type: 'audit.reopen', attempt } };
    expect(emitted).toEqual([
      ...(to === before.mode ? [] : [moved]),
      ...(change.asks === undefined ? [] : [asked[change.asks]]),
    ]);
  });

  it('tells what is allowed by tags', () => {
    const values: Value[] = [...Object.values(places).map(({ value }) => value), 'closed'];
    const tags = values.map((value) => [value, [...audit(value, {}).actor.getSnapshot().tags]]);
    expect(tags).toEqual([
      ['readWrite', ['writable']],
      [{ spooling: 'waiting' }, ['writable', 'spooling']],
      [{ spooling: 'reopening' }, ['writable', 'spooling']],
      [{ spooling: 'replaying' }, ['writable', 'spooling']],
      [{ spooling: 'replaying' }, ['writable', 'spooling']],
      [{ readOnly: 'low' }, ['refusing', 'writable']],
      [{ readOnly: 'waiting' }, ['refusing']],
      [{ readOnly: 'reopening' }, ['refusing']],
      [{ readOnly: 'replaying' }, ['refusing']],
      [{ readOnly: 'replaying' }, ['refusing']],
      ['failed', ['refusing', 'failed']],
      ['closed', ['refusing']],
    ]);
  });

  it('refuses work of effect write where it must, and all of it while space is low', () => {
    const refused = Object.entries(places).map(([place, { value }]) => [
      place,
      ...[false, true].map((isLow) => isRefusing(audit(value, { isLow }).actor.getSnapshot())),
    ]);
    expect(refused).toEqual([
      ['readWrite', false, true],
      ['spooling, waiting', false, true],
      ['spooling, reopening', false, true],
      ['spooling, replaying', false, true],
      ['spooling, replaying, low', false, true],
      ['readOnly, low', true, true],
      ['readOnly, waiting', true, true],
      ['readOnly, reopening', true, true],
      ['readOnly, replaying', true, true],
      ['readOnly, replaying, low', true, true],
      ['failed', true, true],
    ]);
  });

  it('goes on refusing work of effect write when it loses its log while space is low', () => {
    const { actor, send } = running();
    send(samples.low, samples.failed);
    const snapshot = actor.getSnapshot();
    expect([snapshot.value, isRefusing(snapshot)]).toEqual([{ spooling: 'waiting' }, true]);
    send(samples.regained);
    expect(isRefusing(actor.getSnapshot())).toBe(false);
  });

  it('begins with its log, tells nothing, and stays so whatever comes due', () => {
    const { actor, clock, emitted } = running();
    clock.increment(1_000_000);
    const { value, context } = actor.getSnapshot();
    expect([value, emitted]).toEqual(['readWrite', []]);
    expect(context).toEqual({
      settings,
      ...{ mode: 'readWrite', sinceMs: 0, because: 'audit.opened', code: null },
      ...{ attempt: 0, wholeSinceMs: null, tries: 0, isLow: false, steppedAtMs: 0, draw: 0.5 },
      entered: { ...entered, readWrite: 1 },
    });
  });

  it.each([
    { draw: 0, waits: [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000] },
    { draw: 0.5, waits: [750, 1_500, 3_000, 6_000, 12_000, 22_500, 22_500] },
  ])('waits longer before each try, up to a ceiling, with jitter: $draw', ({ draw, waits }) => {
    const { clock, send, emitted } = running();
    send({ ...samples.failed, draw });
    emitted.length = 0;
    for (const [attempt, waitMs] of waits.entries()) {
      clock.increment(waitMs - 1);
      expect(emitted).toEqual([]);
      clock.increment(1);
      expect(emitted.splice(0)).toEqual([{ type: 'audit.reopen', attempt }]);
      send({ ...samples['not reopened'], draw });
    }
  });

  it.each(['failed', 'stalled', 'vanished'] as const)(
    'waits longer each time it is lost again soon, until it was whole for long: %s',
    (how) => {
      const { clock, send, actor } = running();
      const waits: number[] = [];
      const lose = (): void => {
        send({ ...samples[how], nowMs: clock.now(), draw: 0 });
        const beganMs = clock.now();
        while (!actor.getSnapshot().matches({ spooling: 'reopening' })) clock.increment(100);
        waits.push(clock.now() - beganMs);
        for (const name of ['reopened', 'replayed'] as const)
          send({ ...samples[name], nowMs: clock.now() });
      };
      for (const heldMs of [5_000, 1_000, 299_999, 1_000, 1_000, 1_000, 300_000, 1_000]) {
        clock.increment(heldMs);
        lose();
      }
      expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 500, 1_000]);
    },
  );

  it('waits no less when space is low and regained between two losses', () => {
    const { send, actor } = running();
    const replayed = [samples.failed, samples.reopened, samples.replayed] as const;
    send(samples.low, ...replayed, samples.regained, samples.low, ...replayed);
    expect(actor.getSnapshot().context.attempt).toBe(1);
  });

  it('goes on trying for ever while the spool stores', () => {
    const { clock, send, look } = running();
    send(samples.failed);
    for (let tries = 0; tries < 50; tries += 1) {
      clock.increment(30_000);
      send(samples['not reopened']);
    }
    expect(look()).toEqual([{ spooling: 'waiting' }, 'still full', 'NO_SPACE', 700]);
  });

  it('fails once its tries are spent while nothing can be stored, and says why', () => {
    const { clock, send, look, emitted } = running();
    send(samples.failed, samples['spool filled']);
    for (const nowMs of [10_000, 20_000]) {
      clock.increment(30_000);
      send({ ...samples['not reopened'], nowMs });
    }
    clock.increment(30_000);
    expect(look()).toEqual([{ readOnly: 'reopening' }, 'still full', 'NO_SPACE', 700]);
    emitted.length = 0;
    send({ ...samples['not reopened'], nowMs: 30_000 });
    expect(look()).toEqual(['failed', 'tries.spent', 'NO_SPACE', 30_000]);
    const moved = { type: 'audit.moved', because: 'tries.spent', code: 'NO_SPACE' };
    expect(emitted).toEqual([{ ...moved, from: 'readOnly', to: 'failed' }]);
    clock.increment(1_000_000);
    send(samples.reopened, samples.regained);
    expect([look()[0], emitted.length]).toEqual(['failed', 1]);
  });

  it('fails in the end when its log opens but takes nothing, and the spool is full', () => {
    const { clock, send, look } = running();
    send(samples.failed, samples['spool filled']);
    for (let tries = 0; tries < 3; tries += 1) {
      clock.increment(30_000);
      send(samples.reopened, samples.failed);
      expect(look()[0]).toEqual({ spooling: 'waiting' });
      send(samples['spool filled']);
    }
    expect(look()).toEqual(['failed', 'tries.spent', null, 700]);
  });

  it('takes a try that is not answered in time for failed, and tries again', () => {
    const { clock, send, look, emitted, actor } = running();
    send({ ...samples.failed, nowMs: 0, draw: 0.5 });
    clock.increment(750);
    clock.increment(4_999);
    expect(look()[0]).toEqual({ spooling: 'reopening' });
    clock.increment(1);
    expect(look()).toEqual([{ spooling: 'waiting' }, 'reopen.overdue', null, 0]);
    expect(actor.getSnapshot().context.steppedAtMs).toBe(5_750);
    clock.increment(1_500);
    expect(emitted.slice(1)).toEqual([
      { type: 'audit.reopen', attempt: 0 },
      { type: 'audit.reopen', attempt: 1 },
    ]);
  });

  it('dates a failure that only its own deadlines tell', () => {
    const { clock, send, look } = running();
    send({ ...samples.failed, nowMs: 0 }, { ...samples['spool filled'], nowMs: 0, draw: 0.5 });
    for (const ms of [750, 5_000, 1_500, 5_000, 3_000, 5_000]) clock.increment(ms);
    expect(look()).toEqual(['failed', 'tries.spent', null, 20_250]);
  });

  it.each([[], [samples['spool filled']]])(
    'takes an endless replay for failed, %#',
    (...events) => {
      const { clock, send, look } = running();
      send(samples.failed);
      clock.increment(1_000);
      send(samples.reopened, ...events);
      const mode = events.length === 0 ? 'spooling' : 'readOnly';
      clock.increment(59_999);
      expect(look()[0]).toEqual({ [mode]: 'replaying' });
      clock.increment(1);
      expect(look()).toEqual([{ [mode]: 'waiting' }, 'replay.overdue', null, 700]);
    },
  );

  it('is back in its log only once the replay is finished', () => {
    const { clock, send, emitted, actor } = running();
    send(samples.failed, samples['spool filled']);
    clock.increment(1_000);
    send(samples.reopened);
    const why = { because: 'reopen.succeeded', code: null };
    expect(emitted.slice(2)).toEqual([
      { type: 'audit.reopen', attempt: 0 },
      { type: 'audit.moved', from: 'readOnly', to: 'spooling', ...why },
      { type: 'audit.replay' },
    ]);
    send(samples.replayed);
    const { value, context } = actor.getSnapshot();
    expect([value, context.tries]).toEqual(['readWrite', 0]);
    expect(context.entered).toEqual({ ...entered, readWrite: 2, spooling: 2, readOnly: 1 });
  });
});
