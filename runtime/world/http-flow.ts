import type { ServerResponse } from 'node:http';
import { clock } from './clock.ts';

/**
 * Writes what comes, each piece once the one before has left. Whoever does not take one within
 * `leaveMs` is dropped; whoever leaves ends it.
 */
export async function pour(
  body: ReadableStream<Uint8Array>,
  response: ServerResponse,
  leaveMs: number,
): Promise<void> {
  const reader = body.getReader();
  response.once('close', () => void reader.cancel().catch(() => {}));
  const within = (write: (done: (error?: Error | null) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      const cancel = clock.after(leaveMs, () => response.destroy());
      write((error) => {
        cancel();
        if (error) reject(error);
        else resolve();
      });
    });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return await within((left) => void response.once('close', left).end());
      await within((left) => void response.write(value, left));
    }
  } catch {
    response.destroy();
  }
}
