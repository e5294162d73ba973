import { decompressLegacyLz4 } from './lz4.ts';

const SETUP_SECTORS = 0x1f1;
const BOOT_MAGIC = 0x202;
const PAYLOAD_OFFSET = 0x248;
const PAYLOAD_BYTES = 0x24c;
const HEADER_BYTES = 0x250;
const VMLINUX_BYTES_MAX = 268_435_456;
const ELF_MAGIC = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);

/**
 * The kernel proper, an ELF file, out of a bzImage (Documentation/arch/x86/boot.rst): QEMU enters
 * it at once, where the packed one would unpack itself first, under emulation.
 * @throws {RangeError} if it is no bzImage, or packed by something else than LZ4.
 */
export function vmlinuxOf(bzImage: Buffer): Buffer {
  if (
    bzImage.length < HEADER_BYTES ||
    bzImage.toString('latin1', BOOT_MAGIC, BOOT_MAGIC + 4) !== 'HdrS'
  ) {
    throw new RangeError('this is no kernel: a bzImage has HdrS at 0x202');
  }
  const sectors = bzImage.readUInt8(SETUP_SECTORS) || 4;
  const from = (sectors + 1) * 512 + bzImage.readUInt32LE(PAYLOAD_OFFSET);
  const to = from + bzImage.readUInt32LE(PAYLOAD_BYTES);
  if (to - from < 8 || to > bzImage.length) throw new RangeError('this kernel is cut short');
  // The last four bytes say how long it will be.
  const bytes = bzImage.readUInt32LE(to - 4);
  if (bytes > VMLINUX_BYTES_MAX) {
    throw new RangeError(`this kernel would be ${bytes} bytes, at most ${VMLINUX_BYTES_MAX}`);
  }
  const vmlinux = decompressLegacyLz4(bzImage.subarray(from, to - 4), bytes);
  if (!vmlinux.subarray(0, 4).equals(ELF_MAGIC)) throw new RangeError('there is no ELF file in it');
  return vmlinux;
}
