import { describe, expect, it } from 'vitest';
import { decompressLegacyLz4 } from '../../../../../runtime/world/vm/microvm/lz4.ts';

const frameOf = (...blocks: readonly (readonly number[])[]): Buffer => {
  const magic = Buffer.from([0x02, 0x21, 0x4c, 0x18]);
  const parts = blocks.flatMap((block) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(block.length);
    return [length, Buffer.from(block)];
  });
  return Buffer.concat([magic, ...parts]);
};

const ascii = (text: string): number[] => [...Buffer.from(text, 'latin1')];
const textOf = (frame: Buffer, bytes: number): string =>
  decompressLegacyLz4(frame, bytes).toString('latin1');

describe('a legacy LZ4 frame', () => {
  it('gives back text, matches that overlap themselves, and one block after another', () => {
    const block = [0x32, ...ascii('abc'), 3, 0, 0x10, ...ascii('!')];
    expect(textOf(frameOf(block, [0x20, ...ascii('xy')]), 12)).toBe('abcabcabc!xy');
  });

  it('has lengths of more than fifteen in bytes of their own', () => {
    const text = 'q'.repeat(280);
    expect(textOf(frameOf([0xf0, 255, 10, ...ascii(text)]), 280)).toBe(text);
    expect(textOf(frameOf([0x1f, ...ascii('z'), 1, 0, 255, 0, 0x00]), 275)).toBe('z'.repeat(275));
  });

  it.each([
    ['no legacy frame', Buffer.from('not at all'), 4],
    ['it ends before its time', frameOf([0x10, 97]), 2],
    ['a block is longer than what is left', frameOf([0x10, 97]).subarray(0, 9), 1],
    ['a block ends before its time', frameOf([0x11, 97, 1]), 9],
    ['a match before the beginning', frameOf([0x10, 97, 2, 0, 0]), 9],
    ['a match before the beginning', frameOf([0x10, 97, 0, 0, 0]), 9],
    ['too much text', frameOf([0x30, 97]), 9],
    ['too much text', frameOf([0x20, 97, 98]), 1],
    ['too much comes out of it', frameOf([0x12, 97, 1, 0, 0]), 4],
  ])('that is broken is refused: %s', (why, frame, bytes) => {
    expect(() => decompressLegacyLz4(frame, bytes)).toThrow(
      new RangeError(`not to be decompressed as LZ4: ${why}`),
    );
  });
});
