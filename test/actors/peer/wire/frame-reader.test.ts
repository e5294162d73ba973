import { describe, expect, it } from 'vitest';
import { readFrames } from '../../../../actors/peer/wire/frame-reader.ts';
import { FrameWriter } from '../../../../actors/peer/wire/frame-writer.ts';
import fc from '../../../fast-check.ts';
import { unhex } from './backends.ts';
import { anyFrame } from './frame-samples.ts';

const refused = (digits: string) => readFrames(unhex(digits));

describe('a reader of frames', () => {
  it('names what is wrong, and takes none of the frames before it', () => {
    const bye = '0c';
    const head = '0100000001' + '00000002';
    expect({
      nothing: refused(''),
      nothingButPadding: refused('00'.repeat(64)),
      unknown: refused('13'),
      beyond: refused(`0300000001${'13'}`),
      cut: refused('03000000'),
      afterBye: refused(`${bye}0300000001`),
      rekeyedTwice: refused('0f0f'),
      rekeyedLate: refused('03000000010f'),
      encoding: refused(`${head}0300000000`),
      tooMuch: refused(`${head}0200a00001`),
      sizeOfNothing: refused(`${head}0000000001`),
      noName: refused(`${head}0000000000000000`),
      longName: refused(`${head}000000000081`),
      noText: refused(`${head}000000000001ff0000`),
      partBeyondSize: refused(`${head}020000000101610002aaaa`),
      emptyData: refused('06000000010000'),
      claimed: refused('0600000001ffffaa'),
      flags: refused('07000000010000000002'),
      longMessage: refused('0700000001000000000001610401'),
      noOffer: refused('100000'),
      longAnswer: refused(`1104e1${'00'.repeat(1_249)}`),
      unpadded: refused(bye),
      paddedPastItsClass: refused(bye + '00'.repeat(64)),
      paddedWithMore: refused(`${bye}${'00'.repeat(62)}01`),
      paddedBetween: refused(`0f00${bye}${'00'.repeat(61)}`),
    }).toEqual({
      nothing: { violation: 'empty' },
      nothingButPadding: { violation: 'empty' },
      unknown: { violation: 'kind' },
      beyond: { violation: 'kind' },
      cut: { violation: 'cut' },
      afterBye: { violation: 'afterBye' },
      rekeyedTwice: { violation: 'rekey' },
      rekeyedLate: { violation: 'rekey' },
      encoding: { violation: 'encoding' },
      tooMuch: { violation: 'size' },
      sizeOfNothing: { violation: 'size' },
      noName: { violation: 'size' },
      longName: { violation: 'size' },
      noText: { violation: 'text' },
      partBeyondSize: { violation: 'size' },
      emptyData: { violation: 'size' },
      claimed: { violation: 'cut' },
      flags: { violation: 'flags' },
      longMessage: { violation: 'size' },
      noOffer: { violation: 'size' },
      longAnswer: { violation: 'size' },
      unpadded: { violation: 'padding' },
      paddedPastItsClass: { violation: 'padding' },
      paddedWithMore: { violation: 'padding' },
      paddedBetween: { violation: 'padding' },
    });
  });

  it('answers any bytes with frames or a violation, and never throws', () => {
    let answered = 0;
    const look = (bytes: Uint8Array) => {
      const read = readFrames(bytes);
      answered += Array.isArray(read) || 'violation' in read ? 1 : 0;
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), look), { numRuns: 50_000 });
    const writer = new FrameWriter();
    const edited = fc.property(anyFrame, fc.nat(), fc.nat({ max: 255 }), (frame, at, byte) => {
      writer.clear();
      writer.write(frame);
      look(writer.padded.with(at % writer.padded.length, byte));
    });
    fc.assert(edited, { numRuns: 50_000 });
    expect(answered).toBe(100_000);
  });
});
