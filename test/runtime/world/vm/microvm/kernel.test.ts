import { describe, expect, it } from 'vitest';
import { vmlinuxOf } from '../../../../../runtime/world/vm/microvm/kernel.ts';
import { bzImageOf, ELF } from './bz-image.fixture.ts';

describe('a packed kernel', () => {
  it('has the kernel proper in it', () => {
    expect(vmlinuxOf(bzImageOf(ELF))).toEqual(ELF);
  });

  it('that is none, cut short, too large, or holds something else is refused', () => {
    const whole = bzImageOf(ELF);
    const large = Buffer.from(whole);
    large.writeUInt32LE(2 ** 30, whole.length - 4);
    const cases: readonly (readonly [Buffer, string])[] = [
      [Buffer.alloc(64), 'this is no kernel: a bzImage has HdrS at 0x202'],
      [Buffer.alloc(4_096), 'this is no kernel: a bzImage has HdrS at 0x202'],
      [whole.subarray(0, -1), 'this kernel is cut short'],
      [large, `this kernel would be ${2 ** 30} bytes, at most 268435456`],
      [bzImageOf(Buffer.from('no elf here')), 'there is no ELF file in it'],
    ];
    for (const [image, message] of cases) {
      expect(() => vmlinuxOf(image)).toThrow(new RangeError(message));
    }
  });
});
