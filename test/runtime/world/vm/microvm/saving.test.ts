import { describe, expect, it } from 'vitest';
import { Saving } from '../../../../../runtime/world/vm/microvm/saving.ts';

const LATE = new Error('its snapshot is not there in time');

/** Work that ends a turn after it is given up, or once it is told to. */
function stage() {
  const seen: string[] = [];
  let finish = (): void => {};
  const saving = new Saving(
    (signal) =>
      new Promise((resolve, reject) => {
        finish = resolve;
        signal.addEventListener('abort', () => {
          setImmediate(() => {
            seen.push('ended');
            reject(new Error('given up'));
          });
        });
      }),
    () => seen.push('over'),
  );
  const wait = (signal: AbortSignal) => saving.wait(signal).catch((error: unknown) => error);
  return { seen, wait, finish: () => finish() };
}

describe('work that more than one waits for', () => {
  it('goes on while one of them waits', async () => {
    const { seen, wait, finish } = stage();
    const [first, second] = [new AbortController(), new AbortController()];
    const waits = [wait(first.signal), wait(second.signal)];
    first.abort();
    expect([await waits[0], seen]).toEqual([LATE, []]);
    finish();
    expect(await waits[1]).toBeUndefined();
  });

  it('is given up with the last of them, who waits until nothing is left of it', async () => {
    const { seen, wait } = stage();
    const [first, second] = [new AbortController(), new AbortController()];
    const waits = [wait(first.signal), wait(second.signal)];
    first.abort();
    await waits[0];
    second.abort();
    expect([await waits[1], seen]).toEqual([LATE, ['over', 'ended']]);
  });

  it('is given up at once, if whoever it is for has given up before', async () => {
    const { seen, wait } = stage();
    expect([await wait(AbortSignal.abort()), seen]).toEqual([LATE, ['over', 'ended']]);
  });

  it('fails for all of them alike', async () => {
    const failed = new Error('no room');
    const saving = new Saving(
      () => Promise.reject(failed),
      () => {},
    );
    const never = new AbortController().signal;
    const waits = [saving.wait(never), saving.wait(never)];
    const ends = await Promise.allSettled(waits);
    expect(ends).toEqual(Array(2).fill({ status: 'rejected', reason: failed }));
  });
});
