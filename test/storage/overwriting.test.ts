import { describe, expect, it } from 'vitest';
import { fileSystemIn, whyBytesStay } from '../../storage/overwriting.ts';

describe('bytes that are overwritten', () => {
  it.each([
    ['ext4', 'rw,relatime', undefined],
    ['xfs', 'rw', undefined],
    ['tmpfs', 'rw', undefined],
    ['ext4', 'rw,data=journal', 'ext4 keeps what is written in its journal, too'],
    ['btrfs', 'rw', 'btrfs does not overwrite in place'],
    ['zfs', 'rw', 'zfs does not overwrite in place'],
    ['overlay', 'rw', 'overlay does not overwrite in place'],
    ['nfs4', 'rw', 'it is not known whether nfs4 overwrites in place'],
    ['fuse.sshfs', 'rw', 'it is not known whether fuse.sshfs overwrites in place'],
  ])('on %s (%s): %s', (type, options, because) => {
    expect(whyBytesStay({ type, options: options.split(',') })).toBe(because);
  });

  it('may stay where nothing is known', () => {
    expect(whyBytesStay(undefined)).toBe('it is not known what the files lie on');
  });
});

describe('what a path lies on', () => {
  const mounts = [
    'overlay / overlay rw,lowerdir=/a 0 0',
    '/dev/sda1 /data ext4 rw,data=journal 0 0',
    '/dev/sdb1 /data/my\\040files xfs rw 0 0',
    'tank /data/my\\040files zfs rw 0 0',
    '',
  ].join('\n');

  it.each([
    ['/srv/a', 'overlay'],
    ['/data', 'ext4'],
    ['/data/a', 'ext4'],
    ['/database', 'overlay'],
    ['/data/my files/a', 'zfs'],
  ])('is what is mounted nearest above it, and last: %s', (path, type) => {
    expect(fileSystemIn(mounts, path)?.type).toBe(type);
  });

  it('has the options it was mounted with, and may be unknown', () => {
    expect(fileSystemIn(mounts, '/data')?.options).toEqual(['rw', 'data=journal']);
    expect(fileSystemIn('none of it\n', '/data')).toBeUndefined();
  });
});
