import { describe, expect, it } from 'vitest';
import { readFrames } from '../../../../actors/peer/wire/frame-reader.ts';
import { FrameWriter, headBytes } from '../../../../actors/peer/wire/frame-writer.ts';
import { hex, text } from '../../../../storage/bytes.ts';
import fc from '../../../fast-check.ts';
import { anyFrame } from './frame-samples.ts';

describe('a writer of frames', () => {
  it('writes what a reader reads, and says before how long it is', () => {
    const writer = new FrameWriter();
    fc.assert(
      fc.property(fc.array(anyFrame, { minLength: 1, maxLength: 20 }), (any) => {
        const frames = any.filter(({ kind }, at) => kind !== 'rekey' || at === 0);
        writer.clear();
        for (const frame of frames) {
          const before = writer.room;
          expect(writer.write(frame)).toBe(true);
          const part = 'part' in frame ? frame.part.length : 0;
          expect(before - writer.room).toBe(headBytes(frame) + part);
        }
        expect(readFrames(writer.padded)).toEqual(frames);
      }),
      { numRuns: 300 },
    );
  });

  it('writes each byte where the specification has it', () => {
    const writer = new FrameWriter();
    const part = text('{}');
    const encoding = 'json';
    writer.write({ kind: 'request', id: 1, timeoutMs: 2, encoding, size: 3, name: 'a', part });
    writer.write({ kind: 'bye' });
    const frames = '01000000010000000201000000030161' + '00027b7d' + '0c';
    expect(hex(writer.plain)).toBe(frames);
    expect(hex(writer.padded)).toBe(frames + '00'.repeat(43));
  });

  it('pads with zeros, whatever stood there before', () => {
    const writer = new FrameWriter();
    writer.write({ kind: 'data', id: 1, part: new Uint8Array(1_000).fill(255) });
    writer.clear();
    writer.write({ kind: 'data', id: 1, part: Uint8Array.from({ length: 62 }, () => 255) });
    expect(hex(writer.padded)).toBe(`0600000001003e${'ff'.repeat(62)}${'00'.repeat(3)}`);
  });

  it('leaves alone what does not fit, and takes what fills it to the last byte', () => {
    const writer = new FrameWriter();
    const part = new Uint8Array(65_519 - 7);
    expect(writer.write({ kind: 'data', id: 1, part: new Uint8Array(65_513) })).toBe(false);
    expect(writer.plain.length).toBe(0);
    expect(writer.write({ kind: 'data', id: 1, part })).toBe(true);
    expect([writer.room, writer.write({ kind: 'bye' })]).toEqual([0, false]);
  });
});
