import { effect, type ReadonlySignal, signal } from '@preact/signals';

/**
 * Follows `source`, but changes at most once in `ms`, for what is dear to draw.
 * `after` runs something later.
 */
export function paced<Value>(
  source: ReadonlySignal<Value>,
  ms: number,
  after: (ms: number, run: () => void) => void,
): ReadonlySignal<Value> {
  const told = signal(source.peek());
  let isWaiting = false;
  effect(() => {
    source.value;
    if (isWaiting) return;
    isWaiting = true;
    after(ms, () => {
      isWaiting = false;
      told.value = source.peek();
    });
  });
  return told;
}
