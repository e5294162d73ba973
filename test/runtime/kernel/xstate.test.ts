import { describe, expect, it, vi } from 'vitest';
import {
  type ActorOptions,
  type AnyActorLogic,
  type AnyActorRef,
  assign,
  createActor,
  type EventObject,
  emit,
  fromCallback,
  fromPromise,
  fromTransition,
  initialTransition,
  isMachineSnapshot,
  raise,
  sendTo,
  setup,
} from 'xstate';
import {
  canStartFrom,
  edgesOn,
  handles,
  hasTransition,
  moveOf,
  persist,
} from '../../../runtime/kernel/xstate.ts';
import { strayErrors } from '../process-errors.ts';
import { system, Witness } from './system.ts';

const stray = strayErrors();

interface Internals {
  scheduler: {
    schedule(...args: unknown[]): void;
    cancel(...args: unknown[]): void;
    cancelAll(ref: AnyActorRef): void;
  };
  _relay(source: AnyActorRef | undefined, target: AnyActorRef, event: EventObject): void;
  get(systemId: string): AnyActorRef | undefined;
}

const internalsOf = (ref: AnyActorRef): Internals =>
  ref.system as AnyActorRef['system'] & Internals;

/** Receives everything and keeps it: a parent that never fails. */
function listener() {
  const heard: EventObject[] = [];
  const logic = fromCallback<EventObject>(({ receive }) => receive((event) => heard.push(event)));
  return { heard, ref: createActor(logic, { id: 'parent' }).start() };
}

function under(parent: AnyActorRef, logic: AnyActorLogic, id = 'child') {
  const options: ActorOptions<AnyActorLogic> = { parent, id };
  return createActor(logic, options);
}

const boom = (): never => {
  throw new Error('boom');
};

/** An inner actor that counts how many of it are running. */
function counted() {
  const count = { running: 0 };
  const logic = fromCallback(() => {
    count.running += 1;
    return () => {
      count.running -= 1;
    };
  });
  return { count, logic };
}

const failing = setup({ actions: { boom } }).createMachine({
  id: 'failing',
  context: { n: 0 },
  on: {
    boom: { actions: [assign({ n: 99 }), 'boom'] },
    add: { actions: assign({ n: 1 }) },
    nothing: {},
  },
});

/** Machines in machines, the innermost of which invokes `logic`; the outermost fails on `boom`. */
function nested(depth: number, logic: AnyActorLogic): AnyActorLogic {
  const inner = depth === 1 ? logic : nested(depth - 1, logic);
  return setup({ actors: { inner }, actions: { boom } }).createMachine({
    id: `level${depth}`,
    invoke: { src: 'inner' },
    on: { boom: { actions: 'boom' } },
  });
}

describe('XState', () => {
  it('takes a parent from outside, into whose system the actor then belongs', () => {
    const { ref } = listener();
    const child = under(ref, failing).start();
    expect(child._parent).toBe(ref);
    expect(child.system).toBe(ref.system);
  });

  it('stops any actor that is told xstate.stop by relay, a child too', () => {
    const { count, logic } = counted();
    const { ref } = listener();
    const child = under(ref, logic).start();
    internalsOf(child)._relay(undefined, child, { type: 'xstate.stop' });
    expect([child.getSnapshot().status, count.running]).toEqual(['stopped', 0]);
  });

  it('leaves the snapshot of a stopped fromTransition actor active', () => {
    const { ref } = listener();
    const child = under(
      ref,
      fromTransition((n: number) => n, 0),
    ).start();
    internalsOf(child)._relay(undefined, child, { type: 'xstate.stop' });
    expect(child.getSnapshot().status).toBe('active');
  });

  it('honours another scheduler for after, raise, exit and stop', () => {
    const machine = setup({}).createMachine({
      initial: 'a',
      states: {
        a: {
          entry: raise({ type: 'raised' }, { delay: 20, id: 'raise' }),
          after: { 10: 'b' },
          on: { go: 'b' },
        },
        b: { after: { 30: 'a' } },
      },
    });
    const actor = createActor(machine);
    const calls: string[] = [];
    Object.assign(internalsOf(actor).scheduler, {
      schedule: (...[, , event, delay]: [unknown, unknown, EventObject, number]) =>
        calls.push(`schedule ${event.type} ${delay}`),
      cancel: (_owner: unknown, id: string) => calls.push(`cancel ${id}`),
      cancelAll: (owner: AnyActorRef) => calls.push(`cancelAll ${owner === actor}`),
    });
    actor.start();
    actor.send({ type: 'go' });
    actor.stop();
    expect(calls).toEqual([
      'schedule raised 20',
      'schedule xstate.after.10.(machine).a 10',
      'cancel xstate.after.10.(machine).a',
      'schedule xstate.after.30.(machine).b 30',
      'cancelAll true',
    ]);
  });

  it('cancels the timers of an actor before it tells the parent that it failed', () => {
    const order: string[] = [];
    const parent = createActor(
      fromCallback<EventObject>(({ receive }) => receive(({ type }) => order.push(type))),
    ).start();
    const { scheduler } = internalsOf(parent);
    const { cancelAll } = scheduler;
    scheduler.cancelAll = (owner) => {
      order.push('cancelAll');
      cancelAll(owner);
    };
    under(parent, failing).start().send({ type: 'boom' });
    expect(order).toEqual(['cancelAll', 'xstate.error.actor.child']);
  });

  it('tells the parent of an end inside send, in events that name the actor', () => {
    const { ref, heard } = listener();
    under(ref, failing).start().send({ type: 'boom' });
    const done = setup({}).createMachine({
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: { type: 'final' } },
      output: 7,
    });
    under(ref, done).start().send({ type: 'go' });
    expect(heard).toEqual([
      { type: 'xstate.error.actor.child', error: new Error('boom'), actorId: 'child' },
      { type: 'xstate.done.actor.child', output: 7, actorId: 'child' },
    ]);
  });

  it('reports through the parent at start(), not before, that an actor could not start', () => {
    const { ref, heard } = listener();
    const child = under(ref, setup({}).createMachine({ context: boom }));
    expect([child.getSnapshot().status, heard]).toEqual(['error', []]);
    child.start();
    expect(heard).toMatchObject([{ type: 'xstate.error.actor.child', error: new Error('boom') }]);
  });

  it('leaves what lives inside a failing machine running', () => {
    const { count, logic } = counted();
    const { ref } = listener();
    const child = under(ref, nested(1, logic)).start();
    child.send({ type: 'boom' });
    expect([child.getSnapshot().status, count.running]).toEqual(['error', 1]);
  });

  it('makes the error snapshot of the last good one, and leaves that otherwise as it was', () => {
    const { ref } = listener();
    const child = under(ref, failing).start();
    const before = child.getSnapshot();
    child.send({ type: 'boom' });
    expect({ ...child.getSnapshot() }).toEqual({
      ...before,
      status: 'error',
      error: new Error('boom'),
    });
  });

  it('drops the deferred effects of a transition that failed', () => {
    const { heard, ref } = listener();
    const emitted: unknown[] = [];
    const machine = setup({ actions: { boom } }).createMachine({
      on: { go: { actions: [sendTo(ref, { type: 'effect' }), emit({ type: 'out' }), 'boom'] } },
    });
    const child = under(ref, machine);
    child.on('out', (event) => emitted.push(event));
    child.start().send({ type: 'go' });
    expect(heard.map(({ type }) => type)).toEqual(['xstate.error.actor.child']);
    expect(emitted).toEqual([]);
  });

  it('keeps the systemId of an actor created in a transition that then failed', () => {
    const { ref } = listener();
    const logic = setup({ actors: { inner: fromCallback(() => {}) }, actions: { boom } });
    const actions = [logic.spawnChild('inner', { id: 'inner', systemId: 'mine' }), 'boom'] as const;
    const child = under(ref, logic.createMachine({ on: { go: { actions } } })).start();
    child.send({ type: 'go' });
    const keyed = internalsOf(ref).get('mine');
    expect([keyed?.id, keyed?._parent === child]).toEqual(['inner', true]);
  });

  it('answers an event that nobody wants with the very same snapshot', () => {
    const actor = createActor(failing).start();
    const before = actor.getSnapshot();
    actor.send({ type: 'unheard.of' });
    expect(actor.getSnapshot()).toBe(before);
  });

  it('has no transition data for such an event, and some for one ignored on purpose', () => {
    const snapshot = createActor(failing).start().getSnapshot();
    const found = ['unheard.of', 'nothing', 'add'].map((type) =>
      hasTransition(snapshot, { type } as { type: 'add' }),
    );
    expect(found).toEqual([false, true, true]);
  });

  it('throws the error of a root only if nobody observes errors', async () => {
    const observed = createActor(failing);
    const errors: unknown[] = [];
    observed.subscribe({ error: (error) => errors.push(error) });
    observed.start().send({ type: 'boom' });
    expect(errors).toEqual([new Error('boom')]);
    createActor(failing).start().send({ type: 'boom' });
    await vi.waitFor(() => expect(stray).toEqual([new Error('boom')]));
  });

  it('keeps unknown options of an actor, symbols included', () => {
    const mark = Symbol('mark');
    const options = { [mark]: 7 };
    expect(createActor(failing, options).options).toMatchObject({ [mark]: 7 });
  });

  it('numbers its sessions over the whole process, so that nothing may hang on them', () => {
    const [first, second] = [createActor(failing), createActor(failing)];
    expect(second.sessionId).not.toBe(first.sessionId);
  });

  it('wedges the mailbox of an actor whose inspector throws at a snapshot', () => {
    const actor = createActor(failing).start();
    actor.system.inspect(({ type }) => {
      if (type === '@xstate.snapshot') boom();
    });
    expect(() => actor.send({ type: 'add' })).toThrow('boom');
    actor.send({ type: 'boom' });
    expect([actor.getSnapshot().status, actor.getSnapshot().context]).toEqual(['active', { n: 1 }]);
  });

  it('lets anybody forge the end of an actor to its parent', () => {
    const { ref, heard } = listener();
    ref.send({ type: 'xstate.done.actor.child' });
    expect(heard).toEqual([{ type: 'xstate.done.actor.child' }]);
  });
});

describe('the adapter', () => {
  it('tells an owner of the failure of its actor, after a last look, and nobody else', () => {
    const { start, deliver, told } = system();
    const child = start('a', failing);
    start('b', failing);
    deliver(child, 'boom');
    expect(told).toEqual(['a is failing', 'a failed: Error: boom']);
  });

  it('tells an owner that its actor finished, with the output', () => {
    const { start, told } = system();
    start(
      'a',
      setup({}).createMachine({ initial: 'a', states: { a: { type: 'final' } }, output: 7 }),
    );
    expect(told).toEqual(['a finished: 7']);
  });

  it.each([1, 2, 3])('leaves nothing running in a machine that fails, %d deep', (depth) => {
    const { count, logic } = counted();
    const { start, deliver } = system();
    const child = start('a', nested(depth, logic));
    expect(count.running).toBe(1);
    deliver(child, 'boom');
    expect(count.running).toBe(0);
  });

  it.each([1, 2, 3])('leaves nothing running in a machine that is stopped, %d deep', (depth) => {
    const { count, logic } = counted();
    const { start, adapter } = system();
    adapter.stop(start('a', nested(depth, logic)));
    expect(count.running).toBe(0);
  });

  it('tells an owner that its actor could not start', () => {
    const { start, told } = system();
    start('a', setup({}).createMachine({ context: boom }));
    expect(told).toEqual(['a is failing', 'a failed: Error: boom']);
  });

  it('survives the failure of its root, and tells', () => {
    const { adapter, told } = system();
    adapter.deliver(adapter.root, { type: 'supervisor.fail', error: 'spent' });
    expect(told).toEqual(['root failed: spent']);
  });

  it('runs timers on its own clock, and leaves none of an actor that stopped', () => {
    const { start, deliver, adapter, clock } = system();
    const timed = setup({ actions: { boom } }).createMachine({
      initial: 'a',
      on: { boom: { actions: 'boom' } },
      states: { a: { after: { 10: 'b' } }, b: { after: { 1000: 'a' } } },
    });
    const [a, b] = [start('a', timed), start('b', timed)];
    clock.advance(10);
    expect([a.getSnapshot().value, clock.pending]).toEqual(['b', 2]);
    adapter.stop(a);
    expect(clock.pending).toBe(1);
    deliver(b, 'boom');
    expect(clock.pending).toBe(0);
  });

  it('frees the systemIds of a machine that failed, created but never started ones too', () => {
    const { start, deliver, adapter } = system();
    const keyed = setup({ actors: { inner: fromCallback(() => {}) }, actions: { boom } });
    const machine = keyed.createMachine({
      initial: 'a',
      invoke: { src: 'inner', systemId: 'outer' },
      states: {
        a: {
          on: { go: { actions: [keyed.spawnChild('inner', { systemId: 'inner' }), 'boom'] } },
        },
      },
    });
    for (const id of ['first', 'second']) {
      const child = start(id, machine);
      expect(adapter.root.system.get('outer')?._parent).toBe(child);
      deliver(child, 'go');
      expect(Object.keys(adapter.root.system.getAll())).toEqual([]);
    }
  });

  it('makes of an event for a supervised actor a letter, whoever sends it', () => {
    const { start, deliver, told } = system();
    const target = start('target', failing);
    const sender = setup({}).createMachine({
      on: { go: { actions: sendTo(() => target, { type: 'add' }) } },
    });
    deliver(start('sender', sender), 'go');
    target.send({ type: 'boom' });
    expect(told).toEqual(['target receives add', 'target receives boom']);
    expect(target.getSnapshot().context).toEqual({ n: 0 });
  });

  it.each([
    'xstate.done.actor.target',
    'xstate.error.actor.target',
    'xstate.stop',
    'xstate.after.10.target',
  ])('makes of a forged %s from a sibling a letter like any other', (type) => {
    const { start, deliver, told, adapter } = system();
    const target = start('target', failing);
    const { count, logic } = counted();
    const toParent = setup({ actors: { logic } }).createMachine({
      invoke: { src: 'logic' },
      on: {
        go: { actions: sendTo(() => target, { type }) },
        up: { actions: sendTo(() => adapter.root, { type }) },
      },
    });
    const forger = start('forger', toParent);
    deliver(forger, 'go');
    deliver(forger, 'up');
    expect(told).toEqual([`target receives ${type}`, `root receives ${type}`]);
    const alive = [target, forger, adapter.root].map((ref) => ref.getSnapshot().status);
    expect([...alive, count.running]).toEqual(['active', 'active', 'active', 1]);
  });

  it('lets the inner actors of a machine speak with it and with each other at once', () => {
    const { start, deliver, told } = system();
    const inner = fromCallback<EventObject>(({ sendBack, receive }) => {
      receive(() => sendBack({ type: 'pong' }));
    });
    const machine = setup({ actors: { inner } }).createMachine({
      context: { pongs: 0 },
      invoke: { src: 'inner', id: 'inner' },
      on: {
        go: { actions: sendTo('inner', { type: 'ping' }) },
        pong: { actions: assign({ pongs: ({ context }) => context.pongs + 1 }) },
      },
    });
    const child = start('a', machine);
    deliver(child, 'go');
    expect([child.getSnapshot().context, told]).toEqual([{ pongs: 1 }, []]);
  });

  it('tells the owner of an event for an inner actor that has ended', () => {
    const { start, deliver, told } = system();
    const over = fromCallback(() => {});
    let inner: AnyActorRef | undefined;
    const machine = setup({ actors: { over } }).createMachine({
      initial: 'a',
      states: {
        a: {
          invoke: { src: 'over', id: 'over' },
          exit: ({ self }) => {
            const snapshot = self.getSnapshot();
            inner = isMachineSnapshot(snapshot) ? snapshot.children.over : undefined;
          },
          on: { go: 'b' },
        },
        b: {},
      },
    });
    deliver(start('a', machine), 'go');
    inner?.send({ type: 'late' });
    expect(told).toEqual(['a loses late']);
  });

  it('hands on what an inner promise did, to the machine it lives in', async () => {
    const { start } = system();
    const machine = setup({ actors: { work: fromPromise(async () => 7) } }).createMachine({
      initial: 'a',
      context: { result: 0 },
      states: {
        a: {
          invoke: {
            src: 'work',
            onDone: { target: 'b', actions: assign({ result: ({ event }) => event.output }) },
          },
        },
        b: {},
      },
    });
    const child = start('a', machine);
    await vi.waitFor(() => expect(child.getSnapshot().context).toEqual({ result: 7 }));
  });

  it('says that a machine handles what it names and wants now, the wildcard aside', () => {
    const { start } = system();
    const machine = setup({}).createMachine({
      initial: 'a',
      states: {
        a: { on: { drain: 'b', '*': {} } },
        b: { on: { never: { guard: () => false } } },
      },
    });
    const child = start('a', machine);
    const promise = start(
      'p',
      fromPromise(async () => 1),
    );
    const answers = ['drain', 'other', 'never'].map((type) => handles(child, { type }));
    expect([...answers, handles(promise, { type: 'drain' })]).toEqual([true, false, false, false]);
  });

  it('persists an actor that failed as it stood before', () => {
    const { start, deliver } = system();
    const child = start('a', failing);
    deliver(child, 'add');
    deliver(child, 'boom');
    expect(persist(child)).toMatchObject({ status: 'active', context: { n: 1 } });
    expect(persist(child)).not.toHaveProperty('error', new Error('boom'));
  });

  it('knows a snapshot that logic cannot start from before it is started', () => {
    const inner = setup({}).createMachine({
      initial: 'a',
      states: { a: { entry: () => expect.unreachable('it was started') } },
    });
    const machine = setup({ actors: { inner } }).createMachine({
      initial: 'a',
      states: { a: { invoke: { id: 'part', src: 'inner' } }, b: {} },
    });
    const active = { status: 'active', output: undefined, error: undefined } as const;
    const part = { src: 'inner', snapshot: { ...active, value: 'a', children: {} } };
    const at = (value: string, children = {}) => ({ ...active, value, children, context: {} });
    const answers = [at('a', { part }), at('b'), at('gone'), active].map((snapshot) =>
      canStartFrom(machine, snapshot),
    );
    expect(answers).toEqual([true, true, false, false]);
    expect(
      canStartFrom(
        fromPromise(async () => 1),
        active,
      ),
    ).toBe(true);
  });

  it('tells an owner of whatever is handled within its actor, timers too', () => {
    const { adapter, clock, told } = system();
    const inner = setup({}).createMachine({
      initial: 'a',
      states: { a: { after: { 10: 'b' } }, b: {} },
    });
    const outer = setup({ actors: { inner } }).createMachine({ invoke: { src: 'inner' } });
    const witness = new Witness('a', told);
    adapter.create(outer, witness, adapter.root, { id: 'a' }).start();
    const before = witness.moves;
    clock.advance(10);
    expect([before, witness.moves]).toEqual([0, 1]);
  });

  it('reads of an inspection which states a machine is in, and by which edge it got there', () => {
    const { adapter } = system();
    const lamp = setup({}).createMachine({
      id: 'lamp',
      initial: 'off',
      states: { off: { on: { 'lamp.light': 'on' } }, on: { initial: 'dim', states: { dim: {} } } },
    });
    const moves: unknown[] = [];
    adapter.root.system.inspect((event) => moves.push(moveOf(event)));
    const ref = adapter.create(lamp, new Witness('lamp', []), adapter.root, { id: 'l' });
    ref.start();
    adapter.deliver(ref, { type: 'lamp.light' });
    const told = moves.filter((move) => move !== undefined);
    const lit = {
      actor: 'l',
      machine: lamp,
      states: ['on', 'on.dim'],
      ...{ value: { on: 'dim' }, isInner: false },
    };
    expect(told).toEqual([
      { actor: 'l', machine: lamp, states: ['off'], edges: [], value: 'off', isInner: false },
      { ...lit, edges: ['off lamp.light -> on'] },
      { ...lit, edges: [] },
    ]);
  });

  it('names, without running a machine, the transitions that an event takes', () => {
    const lamp = setup({ guards: { isBroken: ({ context }) => context.isBroken } }).createMachine({
      id: 'lamp',
      context: ({ input }) => ({ isBroken: input === 'broken' }),
      initial: 'off',
      states: {
        off: { on: { 'lamp.light': 'on' } },
        on: { always: { guard: 'isBroken', target: 'dark' } },
        dark: {},
      },
    });
    const light = { type: 'lamp.light' };
    const edges = ['whole', 'broken'].map((input) => {
      const [snapshot] = initialTransition(lamp, input);
      return edgesOn(snapshot, light);
    });
    const lit = 'off lamp.light -> on';
    expect(edges).toEqual([[lit], [lit, 'on  -> dark']]);
  });
});
