import { describe, expect, it } from 'vitest';
import { WINDOW_BYTES } from '../../../actors/peer/circuit.ts';
import { Ledger } from '../../../actors/peer/ledger.ts';
import { RelayQueue } from '../../../actors/peer/relay-queue.ts';
import { readFrames } from '../../../actors/peer/wire/frame-reader.ts';
import { FrameWriter } from '../../../actors/peer/wire/frame-writer.ts';

function stage() {
  const ledger = new Ledger();
  const queue = new RelayQueue(ledger.open('10.0.0.0/24'));
  const crumb = Uint8Array.of(7);
  const flood = (circuit: number, part: Uint8Array): number => {
    let taken = 0;
    while (queue.add(circuit, part)) taken += 1;
    return taken;
  };
  const sent = (writer: FrameWriter): readonly unknown[] => {
    const frames = readFrames(Uint8Array.from({ length: 64 }, (_, at) => writer.plain[at] ?? 0));
    if ('violation' in frames) throw new Error(frames.violation);
    return frames.map((frame) => frame.kind === 'relay' && [frame.circuit, frame.part.length]);
  };
  return { ledger, queue, crumb, flood, sent };
}

describe('what waits to be relayed over a connection', () => {
  it('is 1,024 parts of a circuit, or 256 KiB, and other circuits have room beside it', () => {
    const { queue, crumb, flood } = stage();
    expect([flood(1, crumb), flood(3, new Uint8Array(65_500))]).toEqual([1_024, 4]);
    expect([5, 1, 3].map((circuit) => queue.add(circuit, crumb))).toEqual([true, false, true]);
  });

  it('has room for all that 32 circuits may have on their way, whoever they belong to', () => {
    const { flood } = stage();
    const part = new Uint8Array(WINDOW_BYTES / 1_024);
    const taken = Array.from({ length: 32 }, (_, circuit) => flood(circuit, part));
    expect(new Set(taken)).toEqual(new Set([1_024]));
  });

  it('goes out in turn, each circuit in order, and gives back what it held', () => {
    const { ledger, queue, sent } = stage();
    const add = (circuit: number, length: number) => queue.add(circuit, new Uint8Array(length));
    for (const length of [1, 2, 3]) add(1, length);
    for (const length of [4, 5]) add(3, length);
    expect(ledger.heldBytes).toBe(5 * 128 + 15);
    const writer = new FrameWriter(4 * 7 + 13);
    expect([queue.fill(writer), sent(writer)]).toEqual([
      true,
      [
        [1, 1],
        [3, 4],
        [1, 2],
        [3, 5],
      ],
    ]);
    writer.clear();
    expect([queue.fill(writer), sent(writer), ledger.heldBytes]).toEqual([false, [[1, 3]], 0]);
  });
});
