const LEGACY_MAGIC = 0x184c2102;
const BLOCK_BYTES_MAX = 8_388_608;

/**
 * The legacy frame that `lz4 -l` writes and kernels carry: blocks of at most 8 MiB, each with its
 * length before it. `bytes` is what comes out, known beforehand.
 * @throws {RangeError} for anything else.
 */
export function decompressLegacyLz4(packed: Buffer, bytes: number): Buffer {
  if (packed.length < 4 || packed.readUInt32LE(0) !== LEGACY_MAGIC) throw broken('no legacy frame');
  const out = Buffer.alloc(bytes);
  let from = 4;
  let to = 0;
  while (to < bytes) {
    if (from + 4 > packed.length) throw broken('it ends before its time');
    const length = packed.readUInt32LE(from);
    from += 4;
    if (length > packed.length - from) throw broken('a block is longer than what is left');
    const block = packed.subarray(from, from + length);
    to += decompressBlock(block, out.subarray(to, to + BLOCK_BYTES_MAX));
    from += length;
  }
  return out;
}

/** Returns how many bytes came out. */
function decompressBlock(block: Buffer, out: Buffer): number {
  let from = 0;
  let to = 0;
  const next = (): number => {
    const byte = block[from];
    if (byte === undefined) throw broken('a block ends before its time');
    from += 1;
    return byte;
  };
  const lengthOf = (nibble: number): number => {
    let length = nibble;
    if (nibble < 15) return length;
    for (let more = 255; more === 255; ) {
      more = next();
      length += more;
    }
    return length;
  };
  for (;;) {
    const token = next();
    const literals = lengthOf(token >> 4);
    if (literals > block.length - from || literals > out.length - to) throw broken('too much text');
    to += block.copy(out, to, from, from + literals);
    from += literals;
    if (from === block.length) return to;
    const distance = next() | (next() << 8);
    const matched = lengthOf(token & 15) + 4;
    if (distance === 0 || distance > to) throw broken('a match before the beginning');
    if (matched > out.length - to) throw broken('too much comes out of it');
    // Trap: a match may overlap what it writes.
    if (distance >= matched) out.copyWithin(to, to - distance, to - distance + matched);
    else for (let at = to; at < to + matched; at += 1) out[at] = out[at - distance] ?? 0;
    to += matched;
  }
}

const broken = (why: string): RangeError => new RangeError(`not to be decompressed as LZ4: ${why}`);
