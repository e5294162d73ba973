import { describe, expect, it } from 'vitest';
import { LogChecks, type OnProgress } from '../../actors/log-checks.ts';
import type { Verification } from '../../storage/verification.ts';

/** Checks that a test ends, one after the other. */
function checks() {
  const under: { tell: OnProgress; end: (size: number) => void; fail: (error: Error) => void }[] =
    [];
  const all = new LogChecks(
    (tell) =>
      new Promise<Verification>((resolve, fail) => {
        const end = (size: number): void =>
          resolve({
            verdict: 'ok',
            size,
            checked: size,
            unanchored: 0,
            segments: [],
            problems: [],
          });
        under.push({ tell, end, fail });
      }),
  );
  const run = (onProgress: OnProgress = () => {}) => all.run(onProgress).then(({ size }) => size);
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { under, run, turn };
}

describe('checks of a log', () => {
  it('are made one at a time, and whoever asks meanwhile shares the next', async () => {
    const { under, run, turn } = checks();
    const first = run();
    await turn();
    const meanwhile = Array.from({ length: 128 }, () => run());
    await turn();
    const begun = under.length;
    under[0]?.end(1);
    await turn();
    const later = run();
    under[1]?.end(2);
    await turn();
    under[2]?.end(3);
    expect([begun, under.length, await first, await later]).toEqual([1, 3, 1, 3]);
    expect(new Set(await Promise.all(meanwhile))).toEqual(new Set([2]));
  });

  it('tell how far they are to all who share them', async () => {
    const { under, run, turn } = checks();
    const heard: string[] = [];
    const both = ['a', 'b'].map((name) => run((done, of) => heard.push(`${name} ${done}/${of}`)));
    await turn();
    under[0]?.tell(1, 2);
    under[0]?.end(1);
    await Promise.all(both);
    expect(heard).toEqual(['a 1/2', 'b 1/2']);
  });

  it('fail for whoever throws, and for all if they fail; the next is made', async () => {
    const { under, run, turn } = checks();
    const throwing = run(() => {
      throw new Error('mine');
    });
    const other = run();
    await turn();
    under[0]?.tell(0, 1);
    await expect(throwing).rejects.toThrow('mine');
    under[0]?.fail(new Error('the disk'));
    await expect(other).rejects.toThrow('the disk');
    const next = run();
    await turn();
    under[1]?.end(5);
    expect(await next).toBe(5);
  });
});
