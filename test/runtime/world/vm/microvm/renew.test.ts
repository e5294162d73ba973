import { describe, expect, it } from 'vitest';
import { renewProgram } from '../../../../../runtime/world/vm/microvm/renew.ts';

describe('the program that sets a clock and a seed', () => {
  it('is a whole ELF file that begins where its code does', () => {
    const program = renewProgram();
    expect(program.subarray(0, 4)).toEqual(Buffer.from('\u007fELF', 'latin1'));
    expect(program.readUInt32LE(24)).toBe(0x40_0078);
    expect(program.readUInt32LE(96)).toBe(program.length);
  });

  it('goes on to each step only if the one before was done', () => {
    const program = renewProgram();
    const failed = program.lastIndexOf(Buffer.from('bf01000000b83c000000', 'hex'));
    const jumps = [...program.keys()].filter((at) => at >= 0x78 && program[at] === 0x75);
    expect(jumps.map((at) => at + 2 + program.readInt8(at + 1))).toEqual([
      failed,
      failed,
      failed,
      failed,
    ]);
  });
});
