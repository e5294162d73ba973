/** A packed kernel with `content` in it, of at most 14 bytes. */
export function bzImageOf(content: Buffer): Buffer {
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

export const ELF = Buffer.from('\u007fELF and more', 'latin1');
