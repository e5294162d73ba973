import * as fc from 'fast-check';
import type { AnyStateMachine, AnyStateNode, EventFrom, EventObject } from 'xstate';
import type { Stage } from '../stage.ts';

/** What is done to an actor: it is sent an event, or time passes. */
export type ActorStep<Event extends EventObject = EventObject> =
  | Event
  | { readonly type: 'wait'; readonly waitMs: number };

/** For each type of event, an arbitrary for each of its fields. */
export type Payloads<Event extends EventObject> = {
  readonly [Type in Event['type']]?: {
    readonly [Field in Exclude<keyof Extract<Event, { type: Type }>, 'type'>]: fc.Arbitrary<
      Extract<Event, { type: Type }>[Field]
    >;
  };
};

export interface EventsOptions<Event extends EventObject> {
  /** What a type has beside its name. Types that match a wildcard of the machine must be here. */
  readonly payloads?: Payloads<Event>;
  /** How many steps a sequence has at most; 20 unless given. */
  readonly stepsMax?: number;
  /** How long one wait is at most, in milliseconds; 60,000 unless given. */
  readonly waitMsMax?: number;
}

/** Does the steps, one after the other: waits on the clock of `at`, and sends the events. */
export async function playSteps<Event extends EventObject>(
  at: Pick<Stage, 'wait'>,
  steps: readonly ActorStep<Event>[],
  send: (event: Event) => void,
): Promise<void> {
  for (const step of steps) {
    if (isWait(step)) await at.wait(step.waitMs);
    else send(step);
  }
}

type Wait = Extract<ActorStep, { readonly waitMs: number }>;

const isWait = (step: ActorStep): step is Wait => step.type === 'wait' && 'waitMs' in step;

type Fields = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/**
 * Draws sequences of events that `machine` declares, the user's payloads among them. A machine with
 * timers waits too, often just before, at and just after a delay that is known without its context.
 * @throws {TypeError} for a payload of a type that the machine does not declare, or a machine that
 * takes no events and has no timers.
 */
export function eventsOf<Machine extends AnyStateMachine>(
  machine: Machine,
  options: EventsOptions<EventFrom<Machine>> = {},
): fc.Arbitrary<ActorStep<EventFrom<Machine>>[]> {
  const { stepsMax = 20, waitMsMax = 60_000 } = options;
  const payloads = (options.payloads ?? {}) as Readonly<Record<string, Fields>>;
  const declared = machine.events.filter((type) => !type.startsWith('xstate.'));
  for (const type of Object.keys(payloads)) {
    if (!declared.some((known) => covers(known, type))) {
      const known = declared.join(', ') || 'none';
      throw new TypeError(`eventsOf.payloads must be of ${known}, got ${type}`);
    }
  }
  const plain = declared.filter((type) => !type.includes('*'));
  const sent = [...new Set([...plain, ...Object.keys(payloads)])].map((type) =>
    fc.record({ type: fc.constant(type), ...payloads[type] }, { noNullPrototype: true }),
  );
  const steps: fc.Arbitrary<EventObject>[] = [...sent, ...waitsOf(machine, waitMsMax)];
  if (steps.length === 0) throw new TypeError(`eventsOf: ${machine.id} takes no events`);
  const sequence = fc.array(fc.oneof(...steps), { maxLength: stepsMax, size: 'max' });
  return sequence as fc.Arbitrary<ActorStep<EventFrom<Machine>>[]>;
}

/** As XState matches: `*` is any, `door.*` is `door` and all below it. */
function covers(known: string, type: string): boolean {
  if (known === '*' || known === type) return true;
  return known.endsWith('.*') && `${type}.`.startsWith(known.slice(0, -1));
}

function waitsOf(machine: AnyStateMachine, waitMsMax: number): fc.Arbitrary<EventObject>[] {
  const delays = delaysUnder(machine.root);
  if (delays.length === 0) return [];
  const named: Readonly<Record<string, unknown>> = machine.implementations.delays;
  const known = delays.map((delay) => (typeof delay === 'string' ? named[delay] : delay));
  const edges = known.flatMap((ms) => (typeof ms === 'number' ? [ms - 1, ms, ms + 1] : []));
  const inReach = [...new Set(edges)].filter((ms) => ms >= 0 && ms <= waitMsMax);
  const any = fc.integer({ min: 0, max: waitMsMax });
  const waitMs = inReach.length === 0 ? any : fc.oneof(any, fc.constantFrom(...inReach));
  return [fc.record({ type: fc.constant('wait'), waitMs }, { noNullPrototype: true })];
}

/** Those that a function gives are undefined. */
function delaysUnder(node: AnyStateNode): (string | number | undefined)[] {
  const children: readonly AnyStateNode[] = Object.values(node.states);
  const own = node.after.map(({ delay }) => (typeof delay === 'function' ? undefined : delay));
  return [...own, ...children.flatMap(delaysUnder)];
}
