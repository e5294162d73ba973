import type { Cancel, Clock } from '../../storage/ports.ts';

/**
 * Pieces of a long text, each made once there is room for it and all others have had a turn.
 * `onOver` is called once: after the last one, or when nobody reads it any more.
 */
export function streamOfPieces(
  pieces: Iterable<string>,
  clock: Pick<Clock, 'after'>,
  onOver: () => void,
): ReadableStream<Uint8Array> {
  const left = pieces[Symbol.iterator]();
  let cancel: Cancel = () => {};
  const give = (controller: ReadableStreamDefaultController<Uint8Array>): boolean => {
    try {
      const { value, done } = left.next();
      if (value === '') return false;
      if (done !== true) controller.enqueue(Buffer.from(value));
      else {
        controller.close();
        onOver();
      }
    } catch (error) {
      controller.error(error);
      onOver();
    }
    return true;
  };
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) =>
        new Promise((resolve) => {
          const turn = (): void => {
            if (give(controller)) resolve();
            else cancel = clock.after(0, turn);
          };
          cancel = clock.after(0, turn);
        }),
      cancel: () => {
        cancel();
        onOver();
      },
    },
    { highWaterMark: 0 },
  );
}
