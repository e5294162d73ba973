import { afterEach, describe, expect, it, vi } from 'vitest';
import { nextTurn } from '../../../runtime/world/turn.ts';

describe('a turn of the event loop', () => {
  afterEach(() => void vi.useRealTimers());

  it('lets promises settle that wait for promises alone, however long their chain', async () => {
    let links = 0;
    const chain = async (): Promise<void> => {
      for (; links < 1_000; links++) await null;
    };
    void chain();
    await nextTurn();
    expect(links).toBe(1_000);
  });

  it('passes although somebody faked the timers', async () => {
    vi.useFakeTimers({ toFake: ['setImmediate', 'setTimeout'] });
    expect(await nextTurn()).toBeUndefined();
  });
});
