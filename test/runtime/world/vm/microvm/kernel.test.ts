import { describe, expect, it } from 'vitest';
import { vmlinuxOf } from '../../../../../runtime/world/vm/microvm/kernel.ts';

const ELF = Buffer.from('\u007fELF and more', 'latin1');

/** One setup sector, then a payload of one literal block. */
function bzImageOf(content: Buffer): Buffer {
  const block = Buffer.concat([Buffer.from([content.length << 4]), content]);
  const payload = Buffer.alloc(8 + block.length + 4);
  payload.writeUInt32LE(0x184c2102, 0);
  payload.writeUInt32LE(block.length, 4);
  block.copy(payload, 8);
  payload.writeUInt32LE(content.length, 8 + block.length);
  const image = Buffer.alloc(1_024);
  image.writeUInt8(1, 0x1f1);
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt32LE(0, 0x248);
  image.writeUInt32LE(payload.length, 0x24c);
  return Buffer.concat([image, payload]);
}

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
