import type { Cancel, Clock } from '../../storage/ports.ts';
import type { Viewer } from './stream.ts';

/** A word on the way now and then keeps proxies from taking it for dead. */
const BEAT_MS = 15_000;
const BEAT = ': still here\n\n';

/** What a viewer is told, for an answer that goes on: nothing is taken before it can leave. */
export function streamOf(
  viewer: Pick<Viewer, 'isOver' | 'onReady' | 'take' | 'close'>,
  clock: Pick<Clock, 'after'>,
): ReadableStream<Uint8Array> {
  let wake = (): void => {};
  let stopBeat: Cancel = () => {};
  const give = (controller: ReadableStreamDefaultController<Uint8Array>, text: string): void => {
    wake = () => {};
    stopBeat();
    controller.enqueue(Buffer.from(text));
  };
  return new ReadableStream<Uint8Array>(
    {
      start: () => viewer.onReady(() => wake()),
      pull: (controller) =>
        new Promise((resolve) => {
          wake = () => {
            const text = viewer.take();
            if (text === undefined && !viewer.isOver) return;
            if (text !== undefined) give(controller, text);
            else {
              stopBeat();
              controller.close();
            }
            resolve();
          };
          stopBeat = clock.after(BEAT_MS, () => {
            give(controller, BEAT);
            resolve();
          });
          wake();
        }),
      cancel: () => {
        wake = () => {};
        stopBeat();
        viewer.close();
      },
    },
    { highWaterMark: 0 },
  );
}
