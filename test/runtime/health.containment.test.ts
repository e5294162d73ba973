import { describe, expect, it, vi } from 'vitest';
import { stage } from './kernel/stage.ts';
import { strayErrors } from './process-errors.ts';

const stray = strayErrors();

describe('a check of an embedder', () => {
  it('hurts nobody else by what it leaves behind, and is held to it', async () => {
    const { runtime, clock, facts } = await stage();
    const complaints = () =>
      facts.flatMap(({ type, data }) => (type.startsWith('health.') ? [data.because] : []));
    let runs = 0;
    runtime.healthCheck('db', ({ signal }) => {
      runs += 1;
      signal.addEventListener('abort', () => {
        throw new Error('from a listener');
      });
      if (runs === 1) void Promise.reject(new Error('forgotten'));
      return runs === 5 ? new Promise(() => {}) : undefined;
    });
    const isTold = (expected: unknown[]) =>
      vi.waitFor(async () => {
        await clock.advanceAsync(30_000);
        expect(complaints().slice(0, expected.length)).toEqual(expected);
      });
    await isTold(['Error: forgotten']);
    await isTold(['Error: forgotten', undefined, 'it did not end within 5000 ms']);
    expect(stray).toEqual([]);
  });
});
