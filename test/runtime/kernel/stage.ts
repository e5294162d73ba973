import { assign, emit, setup } from 'xstate';
import type { Fact } from '../../../runtime/facts.ts';
import type { RuntimeOptionsInput } from '../../../runtime/options/runtime.ts';
import { createRuntime, type Runtime } from '../../../runtime/runtime.ts';
import { simWorld } from '../../../runtime/sim/world.ts';

/** A runtime on virtual time, and everything it told. */
export async function stage(options: RuntimeOptionsInput & { seed?: number } = {}) {
  const { seed = 1, ...rest } = options;
  const world = simWorld({ seed });
  const runtime = await createRuntime({ world, ...rest });
  const facts: Fact[] = [];
  runtime.events$.subscribe((fact) => facts.push(fact));
  return { world, runtime, facts, clock: world.clock };
}

/** `type subject` of each fact, of the named types only if any are named. */
export function told(facts: readonly Fact[], ...types: string[]): string[] {
  return facts
    .filter(({ type }) => types.length === 0 || types.includes(type))
    .map(({ type, subject }) => `${type} ${subject ?? ''}`.trim());
}

/** Counts, answers with what it counted, and throws when told to. */
export const counterMachine = setup({
  types: {
    context: {} as { count: number },
    input: {} as { from?: number } | undefined,
    events: {} as
      | { type: 'add' }
      | { type: 'report' }
      | { type: 'boom' }
      | { type: 'finish' }
      | { type: 'xstate.stop' },
    emitted: {} as { type: 'reported'; count: number },
  },
  actions: {
    throwBoom: () => {
      throw new Error('boom');
    },
    add: assign({ count: ({ context }) => context.count + 1 }),
    report: emit(({ context }) => ({ type: 'reported' as const, count: context.count })),
  },
}).createMachine({
  id: 'counter',
  context: ({ input }) => ({ count: input?.from ?? 0 }),
  initial: 'counting',
  states: {
    counting: {
      on: {
        add: { actions: 'add' },
        report: { actions: 'report' },
        boom: { actions: 'throwBoom' },
        finish: 'finished',
      },
    },
    finished: { type: 'final' },
  },
});

/** The count an actor reports, asked on virtual time. */
export async function countOf(
  runtime: Runtime,
  path: string,
  clock: { advanceAsync(ms: number): Promise<void> },
): Promise<unknown> {
  const answer = runtime.find(path)?.ask({ type: 'report' }, { reply: 'reported' });
  await clock.advanceAsync(0);
  return await answer;
}

/** Knows about draining, and takes a second for it. */
export const drainingMachine = setup({
  types: { events: {} as { type: 'actor.drain'; deadlineMs: number } | { type: 'stick' } },
  delays: { drainMs: 1000 },
}).createMachine({
  id: 'draining',
  initial: 'open',
  states: {
    open: { on: { 'actor.drain': 'draining', stick: 'stuck' } },
    draining: { after: { drainMs: 'drained' } },
    stuck: { on: { 'actor.drain': {} } },
    drained: { type: 'final' },
  },
});
