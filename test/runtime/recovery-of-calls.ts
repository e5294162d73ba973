import { setup } from 'xstate';
import type { Verdict } from '../../runtime/index.ts';
import { audited, failure, settled } from './audit-stage.ts';
import { stage } from './kernel/stage.ts';
import type { Recoveries } from './recovery.ts';

const once = { kind: 'consecutive', failuresMax: 1 } as const;
const open = { minMs: 1_000, maxMs: 1_000 } as const;

/** A backend that fails, hangs or answers, as the test says at that moment. */
async function backend() {
  const at = await stage({ limits: { breakersMax: 2 } });
  const state = { is: 'well' as 'well' | 'down' | 'hanging' };
  const ends: ((value: string) => void)[] = [];
  const work = async (): Promise<string> => {
    if (state.is === 'down') throw new Error('down');
    if (state.is === 'hanging') return await new Promise((end) => ends.push(end));
    return 'done';
  };
  return { ...at, state, work, ends };
}

export const recoveriesOfCalls: Recoveries<
  | 'BREAKER_OPEN'
  | 'BREAKER_ISOLATED'
  | 'BREAKERS_LIMIT'
  | 'BULKHEAD_FULL'
  | 'CALL_TIMEOUT'
  | 'CALL_REJECTED'
  | 'CLASSIFIER_FAILED'
  | 'MODE_REFUSING'
  | 'READ_ONLY'
> = {
  BREAKER_OPEN: {
    recovery: 'retry',
    async run() {
      const { runtime, clock, state, work } = await backend();
      const call = runtime.protect('psp', work, { breaker: { window: once, open } });
      state.is = 'down';
      await failure(call());
      const failed = await failure(call());
      state.is = 'well';
      await clock.advanceAsync(Number(Object(failed).retryAfterMs));
      return { failed, isBack: (await call()) === 'done' };
    },
  },
  BREAKER_ISOLATED: {
    recovery: 'operator',
    async run() {
      const { runtime, work } = await backend();
      const call = runtime.protect('psp', work);
      const isolation = runtime.breaker('psp').isolate('deploy');
      const failed = await failure(call());
      isolation.release();
      return { failed, isBack: (await call()) === 'done' };
    },
  },
  BREAKERS_LIMIT: {
    recovery: 'degrade',
    async run() {
      const { runtime, clock, state, work } = await backend();
      const call = runtime.protect('psp', work, { breaker: { window: once, open } });
      state.is = 'down';
      await failure(call());
      runtime.breaker('other').isolate('deploy');
      const failed = await failure((async () => runtime.breaker('third'))());
      state.is = 'well';
      await clock.advanceAsync(1_000);
      return { failed, isBack: (await call()) === 'done' };
    },
  },
  BULKHEAD_FULL: {
    recovery: 'retry',
    async run() {
      const { runtime, state, work, ends } = await backend();
      const call = runtime.protect('psp', work, { bulkhead: { callsMax: 1, queueMax: 0 } });
      state.is = 'hanging';
      const first = call();
      const failed = await failure(call());
      state.is = 'well';
      ends[0]?.('done');
      await first;
      return { failed, isBack: (await call()) === 'done' };
    },
  },
  CALL_TIMEOUT: {
    recovery: 'retry',
    async run() {
      const { runtime, world, state, work } = await backend();
      const call = runtime.protect('psp', work, { timeoutMs: 100 });
      state.is = 'hanging';
      const failed = await settled(world, failure(call()), 100);
      state.is = 'well';
      return { failed, isBack: (await call()) === 'done' };
    },
  },
  CALL_REJECTED: {
    recovery: 'retry',
    async run() {
      const { runtime, state } = await backend();
      const work = async () => state.is;
      const call = runtime.protect('psp', work, {
        classify: ({ ok, value }: { ok: boolean; value?: unknown }): Verdict =>
          ok && value === 'well' ? 'success' : 'failure',
      });
      state.is = 'down';
      const failed = await failure(call());
      state.is = 'well';
      return { failed, isBack: (await call()) === 'well' };
    },
  },
  CLASSIFIER_FAILED: {
    recovery: 'operator',
    async run() {
      const { runtime, work } = await backend();
      let isMended = false;
      const call = runtime.protect('psp', work, {
        classify: (): Verdict => {
          if (isMended) return 'success';
          throw new TypeError('not a function');
        },
      });
      const failed = await failure(call());
      isMended = true;
      return { failed, isBack: (await call()) === 'done' };
    },
  },
  MODE_REFUSING: {
    recovery: 'degrade',
    async run() {
      const { runtime, work } = await backend();
      runtime.defineMode(
        'sales',
        setup({}).createMachine({ initial: 'shut', states: { shut: { tags: 'refusing' } } }),
      );
      const call = runtime.protect('psp', work, { mode: 'sales' });
      const without = runtime.protect('psp', work);
      return { failed: await failure(call()), isBack: (await without()) === 'done' };
    },
  },
  READ_ONLY: {
    recovery: 'degrade',
    async run() {
      const { runtime, log, world, clock } = await audited();
      const charge = runtime.protect('psp', async () => 'charged');
      const look = runtime.protect('psp', async () => 'looked', { effect: 'read' });
      world.files.isReadOnly = true;
      void log.append({ type: 'order.placed' });
      await clock.advanceAsync(0);
      return { failed: await failure(charge()), isBack: (await look()) === 'looked' };
    },
  },
};
