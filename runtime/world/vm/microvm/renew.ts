const LOADED_AT = 0x40_0000;
const CODE_AT = 0x78;

/**
 * A program for the guest, in machine code because no compiler is asked for, and neither busybox
 * nor Node has these calls. It reads 56 bytes from descriptor 0, a `timespec` and a
 * `rand_pool_info` of 32 bytes, sets the clock, puts the seed into the kernel's pool by
 * descriptor 3, and has the kernel draw its key anew. Ends with 0 if all of it was done, else 1.
 */
export function renewProgram(): Buffer {
  const header = Buffer.alloc(CODE_AT);
  header.write('\u007fELF\u0002\u0001\u0001', 0, 'latin1');
  header.writeUInt16LE(2, 16); // executable
  header.writeUInt16LE(62, 18); // x86-64
  header.writeUInt32LE(1, 20);
  header.writeUInt32LE(LOADED_AT + CODE_AT, 24); // entry
  header.writeUInt32LE(64, 32); // program headers
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt32LE(1, 64); // to be loaded,
  header.writeUInt32LE(7, 68); // for all uses,
  header.writeUInt32LE(LOADED_AT, 80);
  header.writeUInt32LE(LOADED_AT, 88);
  header.writeUInt32LE(CODE_AT + code.length, 96);
  header.writeUInt32LE(0x2000, 104); // with room for what is read
  header.writeUInt32LE(0x1000, 112);
  return Buffer.concat([header, code]);
}

const code = Buffer.from(
  [
    '31ff be00104000 ba38000000 31c0 0f05', // read(0, 0x401000, 56)
    '83f838 754f', // else fail
    '31ff be00104000 b8e3000000 0f05', // clock_settime(CLOCK_REALTIME, 0x401000)
    '85c0 753d',
    'bf03000000 be03520840 ba10104000 b810000000 0f05', // ioctl(3, RNDADDENTROPY, 0x401010)
    '85c0 7523',
    'bf03000000 be07520000 b810000000 0f05', // ioctl(3, RNDRESEEDCRNG)
    '85c0 750e',
    '31ff b83c000000 0f05', // exit(0)
    '90909090 90',
    'bf01000000 b83c000000 0f05', // fail: exit(1)
  ]
    .join('')
    .replaceAll(' ', ''),
  'hex',
);
