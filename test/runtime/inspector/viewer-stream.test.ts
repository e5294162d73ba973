import { expect, it } from 'vitest';
import { streamOf } from '../../../runtime/inspector/viewer-stream.ts';
import { simWorld } from '../../../runtime/sim/world.ts';

/** A viewer that is told what a test puts in. */
class FakeViewer {
  readonly texts: string[] = [];
  taken = 0;
  isOver = false;
  isClosed = false;
  #onReady = (): void => {};

  onReady(listener: () => void): void {
    this.#onReady = listener;
  }

  tell(...texts: readonly string[]): void {
    this.texts.push(...texts);
    this.#onReady();
  }

  take(): string | undefined {
    const text = this.texts.shift();
    if (text !== undefined) this.taken += 1;
    if (text === 'bye') this.isOver = true;
    return text;
  }

  close(): void {
    this.isClosed = true;
  }
}

function stage() {
  const { clock } = simWorld({ seed: 1 });
  const viewer = new FakeViewer();
  const reader = streamOf(viewer, clock).getReader();
  const read = async () => Buffer.from((await reader.read()).value ?? []).toString();
  return { clock, viewer, reader, read };
}

it('each text leaves once it is there, in order, and nothing is taken ahead', async () => {
  const { viewer, read } = stage();
  viewer.tell('a', 'b', 'c');
  expect([viewer.taken, await read(), viewer.taken]).toEqual([0, 'a', 1]);
  expect([await read(), await read()]).toEqual(['b', 'c']);
  const next = read();
  viewer.tell('d');
  expect(await next).toBe('d');
});

it('it is over after the last word', async () => {
  const { viewer, reader, read } = stage();
  viewer.tell('bye');
  expect(await read()).toBe('bye');
  expect((await reader.read()).done).toBe(true);
});

it('whoever leaves closes the viewer, also while nothing happens', async () => {
  const { viewer, reader } = stage();
  const next = reader.read();
  await reader.cancel();
  viewer.tell('late');
  expect([(await next).done, viewer.isClosed, viewer.taken]).toEqual([true, true, 0]);
});

it('while nothing happens it says every 15 s that it is there', async () => {
  const { clock, viewer, read } = stage();
  const first = read();
  await clock.advanceAsync(15_000);
  expect(await first).toBe(': still here\n\n');
  const second = read();
  await clock.advanceAsync(14_999);
  viewer.tell('a');
  expect(await second).toBe('a');
  await clock.advanceAsync(1);
  viewer.tell('b');
  expect(await read()).toBe('b');
});
