import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  findPrograms,
  jailed,
  machineArguments,
} from '../../../../../runtime/world/vm/microvm/qemu.ts';
import { fakeQemu, hardware } from './fake-qemu.fixture.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a QEMU', () => {
  it('has nothing that is not asked for, starts nothing, and is limited to its memory', () => {
    const args = machineArguments(hardware);
    expect(args).toEqual(expect.arrayContaining(['-nodefaults', '-no-user-config', '384M']));
    const filter = args[args.indexOf('-sandbox') + 1];
    expect(filter).toBe('on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny');
    expect(args.filter((arg) => /^-(net|netdev|nic|drive|blockdev|usb|vga)$/.test(arg))).toEqual(
      [],
    );
  });

  it('is in a jail with namespaces of its own, and dies with whoever started it', () => {
    const jail = jailed(fakeQemu({}), hardware);
    expect(jail).toEqual(
      expect.arrayContaining([
        '--no-new-privs',
        '--unshare-all',
        '--die-with-parent',
        '--cap-drop',
        `--as=${(384 + 1_024) * 2 ** 20}`,
      ]),
    );
    expect(jail.includes('--reuid=64001')).toBe(process.getuid?.() === 0);
    expect(jail.includes('/dev/kvm')).toBe(false);
    expect(jailed(fakeQemu({}), { ...hardware, accel: 'kvm' }).includes('/dev/kvm')).toBe(true);
  });

  it('cannot be had where one of its programs is missing', async () => {
    vi.stubEnv('PATH', '/nowhere');
    expect(await findPrograms()).toBe('setpriv');
  });
});
