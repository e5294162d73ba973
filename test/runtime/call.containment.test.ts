import { describe, expect, it } from 'vitest';
import { type EventObject, fromCallback } from 'xstate';
import type { CallContext } from '../../runtime/call.ts';
import type { ProtectOptions } from '../../runtime/protect.ts';
import { nextTurn } from '../../runtime/world/turn.ts';
import { stage, told } from './kernel/stage.ts';
import { strayErrors } from './process-errors.ts';

const stray = strayErrors();

/** Which of two actors that make the same call, one after the other, have failed by it. */
async function failedBy(
  work: (who: string, context: CallContext) => unknown,
  options: ProtectOptions<[string], unknown>,
) {
  const { runtime, facts, clock } = await stage();
  const pool = runtime.supervisor('pool');
  const call = runtime.protect('psp', work, options);
  const logic = fromCallback<EventObject, string>(({ input }) => {
    call(input).catch(() => {});
  });
  for (const id of ['innocent', 'guilty']) {
    pool.start(id, logic, { input: id, restart: 'temporary' });
  }
  await clock.advanceAsync(100);
  for (let turn = 0; turn < 5; turn++) await nextTurn();
  clock.advance(0);
  return { failed: told(facts, 'actor.failed'), stray: [...stray] };
}

const guiltyAlone = { failed: ['actor.failed pool/guilty'], stray: [] };

describe('what a call throws that nobody can catch fails the actor that made it', () => {
  it('as it hears of its timeout, whoever armed the timer', async () => {
    const work = (who: string, { signal }: CallContext): Promise<never> => {
      signal.addEventListener('abort', () => {
        if (who === 'guilty') throw new Error('of the guilty');
      });
      return new Promise(() => {});
    };
    expect(await failedBy(work, { timeoutMs: 10 })).toEqual(guiltyAlone);
  });

  it('after it waited for room, whoever made room', async () => {
    const work = async (who: string): Promise<void> => {
      if (who === 'innocent') return;
      setImmediate(() => {
        throw new Error('of the guilty');
      });
    };
    const bulkhead = { callsMax: 1, queueMax: 1 };
    expect(await failedBy(work, { bulkhead })).toEqual(guiltyAlone);
  });
});

describe('a classifier that is async, and rejects', () => {
  it('fails its call, and nobody else', async () => {
    const classify = async (): Promise<never> => {
      throw new Error('of the classifier');
    };
    const done = await failedBy(() => 7, { classify: classify as never });
    expect(done).toEqual({ failed: [], stray: [] });
  });
});
