import { assign, emit, setup } from 'xstate';
import type { Handle } from '../../runtime/handle.ts';
import { failure } from './audit-stage.ts';
import { counterMachine, stage } from './kernel/stage.ts';
import type { Recoveries } from './recovery.ts';

/** Answers, or is silent, or throws, as the test says at that moment. */
export function moodyMachine() {
  const mood = { is: 'well' as 'well' | 'silent' | 'broken' };
  const machine = setup({
    types: {
      context: {} as { asked: number },
      events: {} as { type: 'ask' },
      emitted: {} as { type: 'answered' },
    },
    guards: { isWell: () => mood.is === 'well' },
    actions: {
      breakIfBroken: assign(({ context }) => {
        if (mood.is === 'broken') throw new Error('broken');
        return { asked: context.asked + 1 };
      }),
      answer: emit({ type: 'answered' }),
    },
  }).createMachine({
    context: { asked: 0 },
    on: {
      ask: [
        { guard: 'isWell', actions: ['breakIfBroken', 'answer'] },
        { actions: 'breakIfBroken' },
      ],
    },
  });
  return { mood, machine };
}

async function moody() {
  const at = await stage();
  const { mood, machine } = moodyMachine();
  at.runtime.supervisor('pool', { restartsMax: 0 }).start('a', machine);
  const found = () => at.runtime.find('pool/a') as Handle<typeof machine> | undefined;
  const ask = async (): Promise<unknown> => {
    const answer = found()?.ask({ type: 'ask' }, { reply: 'answered', timeoutMs: 1_000 });
    answer?.catch(() => {});
    await at.clock.advanceAsync(2_000);
    return await answer;
  };
  return { ...at, mood, ask };
}

async function counting() {
  const at = await stage({ limits: { actorsMax: 2 } });
  const pool = at.runtime.supervisor('pool');
  const child = pool.start('a', counterMachine, { mailbox: { eventsMax: 1 } });
  const report = async (handle: typeof child = child): Promise<unknown> => {
    const answer = handle.ask({ type: 'report' }, { reply: 'reported' });
    answer.catch(() => {});
    await at.clock.advanceAsync(0);
    return await answer;
  };
  /** As a caller in JavaScript might. */
  const askAnything = async (type: string): Promise<Error> => {
    const asked = failure(child.ask({ type } as never, { reply: 'reported' }));
    await at.clock.advanceAsync(0);
    return await asked;
  };
  return { ...at, pool, child, report, askAnything };
}

const isReport = (answer: unknown): boolean => Object(answer).type === 'reported';
const isAnswer = (answer: unknown): boolean => Object(answer).type === 'answered';

/** What a throw is, as an error. */
function thrownBy(call: () => unknown): Promise<Error> {
  return failure((async () => call())());
}

export const recoveriesOfActors: Recoveries<
  | 'MAILBOX_FULL'
  | 'ACTOR_DEAD'
  | 'ACTOR_FAILED'
  | 'ASK_TIMEOUT'
  | 'EVENT_REFUSED'
  | 'EVENT_UNHANDLED'
  | 'ACTORS_LIMIT'
  | 'RESTARTS_SPENT'
  | 'RUNTIME_STOPPED'
> = {
  MAILBOX_FULL: {
    recovery: 'retry',
    async run() {
      const { child, clock, report } = await counting();
      child.tell({ type: 'add' });
      const failed = await failure(child.ask({ type: 'report' }, { reply: 'reported' }));
      await clock.advanceAsync(0);
      return { failed, isBack: isReport(await report()) };
    },
  },
  ACTOR_DEAD: {
    recovery: 'restart',
    async run() {
      const { child, pool, clock, report } = await counting();
      child.tell({ type: 'finish' });
      await clock.advanceAsync(0);
      const failed = await failure(report());
      return { failed, isBack: isReport(await report(pool.start('a', counterMachine))) };
    },
  },
  ACTOR_FAILED: {
    recovery: 'retry',
    async run() {
      const { mood, ask, clock } = await moody();
      mood.is = 'broken';
      const failed = await failure(ask());
      mood.is = 'well';
      await clock.advanceAsync(10_000);
      return { failed, isBack: isAnswer(await ask()) };
    },
  },
  ASK_TIMEOUT: {
    recovery: 'retry',
    async run() {
      const { mood, ask } = await moody();
      mood.is = 'silent';
      const failed = await failure(ask());
      mood.is = 'well';
      return { failed, isBack: isAnswer(await ask()) };
    },
  },
  EVENT_REFUSED: {
    recovery: 'operator',
    async run() {
      const { askAnything, report } = await counting();
      return { failed: await askAnything('xstate.stop'), isBack: isReport(await report()) };
    },
  },
  EVENT_UNHANDLED: {
    recovery: 'operator',
    async run() {
      const { askAnything, report } = await counting();
      return { failed: await askAnything('unheard.of'), isBack: isReport(await report()) };
    },
  },
  ACTORS_LIMIT: {
    recovery: 'degrade',
    async run() {
      const { pool, report } = await counting();
      const failed = await thrownBy(() => pool.start('b', counterMachine));
      return { failed, isBack: isReport(await report()) };
    },
  },
  RESTARTS_SPENT: {
    recovery: 'operator',
    async run() {
      const { mood, ask, facts, clock } = await moody();
      mood.is = 'broken';
      await failure(ask());
      const spent = facts.find(({ data }) => Object(data.error).code === 'RESTARTS_SPENT');
      mood.is = 'well';
      await clock.advanceAsync(10_000);
      return { failed: Object(spent?.data.error), isBack: isAnswer(await ask()) };
    },
  },
  RUNTIME_STOPPED: {
    recovery: 'restart',
    async run() {
      const { runtime, clock } = await stage();
      void runtime.shutdown();
      await clock.advanceAsync(0);
      const failed = await thrownBy(() => runtime.supervisor('late'));
      const next = await counting();
      return { failed, isBack: isReport(await next.report()) };
    },
  },
};
