import { describe, expect, it } from 'vitest';
import { clearFrame, maskedFrame } from '../../../runtime/world/web-frame.ts';

const message = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => at * 7 + 1);

/** What a reader of RFC 6455 makes of a frame: its head, its mask if any, and what is within. */
function read(frame: Uint8Array) {
  const bytes = Buffer.from(frame);
  const [first = 0, second = 0] = bytes;
  const isMasked = second >= 0x80;
  const short = second & 0x7f;
  const at = short === 126 ? 4 : short === 127 ? 10 : 2;
  const length =
    short === 126
      ? bytes.readUInt16BE(2)
      : short === 127
        ? Number(bytes.readBigUInt64BE(2))
        : short;
  const mask = isMasked ? bytes.subarray(at, at + 4) : Buffer.alloc(4);
  const body = bytes.subarray(at + (isMasked ? 4 : 0));
  const within = Uint8Array.from(body, (byte, n) => byte ^ (mask[n % 4] ?? 0));
  return { first, isMasked, at, length, mask: mask.toString('hex'), within };
}

describe('a frame', () => {
  it.each([1, 2, 3, 125, 126, 127, 1_023, 16_383, 16_384, 65_535, 65_536])(
    'of %i bytes is one binary message with the shortest head, masked or not',
    (length) => {
      for (const isMasked of [true, false]) {
        const frame = isMasked ? maskedFrame(message(length)) : clearFrame(message(length));
        const { mask, ...rest } = read(frame.bytes);
        const at = length < 126 ? 2 : length < 65_536 ? 4 : 10;
        expect(rest).toEqual({ first: 0x82, isMasked, at, length, within: message(length) });
        expect(mask === '00000000').toBe(!isMasked);
        frame.release();
      }
    },
  );

  it('has a mask of its own', () => {
    const masks = Array.from({ length: 4_096 }, () => read(maskedFrame(message(1)).bytes).mask);
    expect(new Set(masks).size).toBeGreaterThan(4_000);
  });

  it('stays as it is until it was written, whatever is framed meanwhile', () => {
    maskedFrame(message(20_000)).release();
    const frames = Array.from({ length: 40 }, (_, n) =>
      maskedFrame(new Uint8Array(20_000).fill(n)),
    );
    const within = frames.map(({ bytes }) => [...new Set(read(bytes).within)]);
    expect(within).toEqual(Array.from(frames, (_, n) => [n]));
    for (const frame of frames) frame.release();
  });
});
