import { Observable } from 'rxjs';
import {
  type ActorLogic,
  type AnyActorLogic,
  assign,
  type EventObject,
  emit,
  fromCallback,
  fromObservable,
  fromPromise,
  fromTransition,
  type Snapshot,
  setup,
} from 'xstate';

/** Throws `value`, the first time it is asked to. */
export class Hazard {
  readonly value: unknown;
  /** Inner actors that are running. */
  inner = 0;
  #isArmed = true;

  constructor(value: unknown) {
    this.value = value;
  }

  /** True: what guards ask for. */
  readonly strike = (): boolean => {
    const { value } = this;
    if (!this.#isArmed) return true;
    this.#isArmed = false;
    throw value;
  };
}

const never = new Promise<never>(() => {});

/** The parts of a machine, one of which throws, and an inner actor that must not outlive it. */
function parts(hazard: Hazard) {
  const { strike } = hazard;
  const struck = (): void => void strike();
  return setup({
    types: { events: {} as { type: 'strike' }, emitted: {} as { type: 'out' } },
    actors: {
      inner: fromCallback(() => {
        hazard.inner += 1;
        return () => {
          hazard.inner -= 1;
        };
      }),
      untidy: fromCallback(() => struck),
      rejected: fromPromise<boolean>(async () => strike() && (await never)),
    },
    actions: {
      strike: struck,
      assign: assign(() => (strike() ? {} : {})),
      listen: ({ self }) => void self.on('out', struck),
      watch: ({ self }) => void self.subscribe({ next: struck, error: () => {} }),
      watchErrors: ({ self }) => void self.subscribe({ error: struck }),
      out: emit({ type: 'out' }),
      fail: () => {
        throw new Error('another one');
      },
    },
    guards: { strike },
  });
}

type Parts = ReturnType<typeof parts>;
type Config = Parameters<Parts['createMachine']>[0];

const machine = (config: (hazard: Hazard) => Config) => (hazard: Hazard) =>
  parts(hazard).createMachine({ invoke: { src: 'inner' }, ...config(hazard) });

const ACTIVE = { status: 'active', output: undefined, error: undefined } as const;

/** Logic by hand, one method of which is replaced. */
const byHand =
  (replace: (hazard: Hazard) => Partial<ActorLogic<Snapshot<unknown>, EventObject>>) =>
  (hazard: Hazard): AnyActorLogic => ({
    getInitialSnapshot: () => ACTIVE,
    getPersistedSnapshot: (snapshot) => snapshot,
    transition: (snapshot, { type }) =>
      type === 'xstate.stop' ? { ...snapshot, status: 'stopped', error: undefined } : snapshot,
    ...replace(hazard),
  });

const callback =
  (body: (hazard: Hazard, on: (listener: () => void) => void) => (() => void) | undefined) =>
  (hazard: Hazard) =>
    fromCallback(({ receive }) => body(hazard, receive));

type Site = (hazard: Hazard) => AnyActorLogic;

/** Where a machine can throw. It has an inner actor. */
export const machineSites: Readonly<Record<string, Site>> = {
  'an action': machine(() => ({ on: { strike: { actions: 'strike' } } })),
  'a guard': machine(() => ({ on: { strike: { guard: 'strike', actions: [] } } })),
  'an assign': machine(() => ({ on: { strike: { actions: 'assign' } } })),
  'an entry action': machine(() => ({
    initial: 'a',
    states: { a: { on: { strike: 'b' } }, b: { entry: 'strike' } },
  })),
  'an exit action': machine(() => ({
    initial: 'a',
    states: { a: { on: { strike: 'b' }, exit: 'strike' }, b: {} },
  })),
  'an entry action at the start': machine(() => ({ entry: 'strike' })),
  'an output function': machine(({ strike }) => ({
    initial: 'a',
    states: { a: { on: { strike: 'b' } }, b: { type: 'final' } },
    output: strike,
  })),
  'a delayed action': machine(() => ({ after: { 1: { actions: 'strike' } } })),
  'a guard of an always': machine(() => ({
    initial: 'a',
    states: { a: { on: { strike: 'b' } }, b: { always: { guard: 'strike', target: 'a' } } },
  })),
  'a context factory': machine(({ strike }) => ({ context: () => (strike() ? {} : {}) })),
  'an inner promise': machine(() => ({ invoke: [{ src: 'inner' }, { src: 'rejected' }] })),
  'the cleanup of an inner callback': machine(() => ({
    initial: 'a',
    states: { a: { invoke: { src: 'untidy' }, on: { strike: 'b' } }, b: {} },
  })),
  'a listener of what it emits': machine(() => ({
    entry: 'listen',
    on: { strike: { actions: 'out' } },
  })),
  'a subscriber of its own': machine(() => ({ entry: 'watch' })),
  'a subscriber to its own failure': machine(() => ({
    entry: 'watchErrors',
    on: { strike: { actions: 'fail' } },
  })),
};

/** Where other logic can throw, at once. */
export const otherSites: Readonly<Record<string, Site>> = {
  'a promise that rejects': ({ strike }) => fromPromise(async () => strike() && (await never)),
  'a promise creator': ({ strike }) => fromPromise(() => (strike() ? never : never)),
  'an observable': ({ strike }) =>
    fromObservable(() => new Observable((subscriber) => subscriber.next(strike()))),
  'a callback': callback(({ strike }) => {
    strike();
    return undefined;
  }),
  'a receiver of a callback': callback(({ strike }, on) => {
    on(strike);
    return undefined;
  }),
  'a reducer': ({ strike }) => fromTransition(() => strike(), true),
  'the transition of logic by hand': byHand(({ strike }) => ({
    transition: (snapshot) => (strike() ? snapshot : snapshot),
  })),
  'the initial snapshot of logic by hand': byHand(({ strike }) => ({
    getInitialSnapshot: () => (strike() ? ACTIVE : ACTIVE),
  })),
  'the start of logic by hand': byHand(({ strike }) => ({ start: () => void strike() })),
};

/** Where nobody can catch what is thrown: it reaches the process. */
export const lateSites: Readonly<Record<string, Site>> = {
  'a timer of a callback': callback(({ strike }) => {
    const timeout = setTimeout(strike, 0);
    return () => clearTimeout(timeout);
  }),
  'an interval of a callback': callback(({ strike }) => {
    const interval = setInterval(strike, 1);
    return () => clearInterval(interval);
  }),
  'an async function in a callback': callback(({ strike }) => {
    const start = async (): Promise<void> => {
      await Promise.resolve();
      strike();
    };
    void start();
    return undefined;
  }),
  'a promise nobody awaits in a receiver': callback(({ strike }, on) => {
    on(() => void Promise.resolve().then(strike));
    return undefined;
  }),
};
