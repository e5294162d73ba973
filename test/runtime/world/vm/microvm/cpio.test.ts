import { describe, expect, it } from 'vitest';
import { cpioOf } from '../../../../../runtime/world/vm/microvm/cpio.ts';

const zeros = (count: number): string => '00000000'.repeat(count);
const header = (inode: number, mode: string, rest: string): string =>
  `070701${inode.toString(16).padStart(8, '0')}0000${mode}${zeros(2)}00000001${zeros(1)}${rest}`;

describe('an archive of the first root', () => {
  it('is the bytes of "newc", root its owner, its time zero', () => {
    const archive = cpioOf([
      { kind: 'directory', name: 'dev', mode: 0o755 },
      { kind: 'device', name: 'dev/ttyS0', mode: 0o600, major: 4, minor: 64 },
      { kind: 'file', name: 'a', mode: 0o644, bytes: Buffer.from('hello') },
      { kind: 'link', name: 'sh', target: 'a' },
    ]);
    const expected = [
      `${header(1, '41ED', `${zeros(5)}00000004${zeros(1)}`)}dev\0\0\0`,
      `${header(2, '2180', `${zeros(3)}000000040000004000000${'00A'}${zeros(1)}`)}dev/ttyS0\0`,
      `${header(3, '81A4', `00000005${zeros(4)}00000002${zeros(1)}`)}a\0hello\0\0\0`,
      `${header(4, 'A1FF', `00000001${zeros(4)}00000003${zeros(1)}`)}sh\0\0\0\0a\0\0\0`,
      `${header(0, '0000', `${zeros(5)}0000000B${zeros(1)}`)}TRAILER!!!\0\0\0\0`,
    ];
    expect(archive.toString('latin1').split(/(?=070701)/)).toEqual(expected);
  });
});
