import { describe, expect, it } from 'vitest';
import { Machine } from '../../../../../runtime/world/vm/microvm/machine.ts';
import { type FakeQemu, fakeQemu, hardware } from './fake-qemu.fixture.ts';

const start = (fake: FakeQemu): Machine =>
  new Machine({ programs: fakeQemu(fake), hardware, args: [], fds: [] });

describe("QEMU's own line", () => {
  it('has the answers to commands in their order, whatever else happens meanwhile', async () => {
    const machine = start({});
    const answers = ['query-status', 'query-rx-filter', 'query-kvm'].map((command) =>
      machine.qmp.run(command),
    );
    expect(await Promise.all(answers)).toEqual([
      { status: 'paused' },
      [],
      { enabled: false, present: false },
    ]);
    await expect(machine.qmp.run('nonsense')).rejects.toThrow('no such');
    machine.kill();
    await machine.ended;
    await expect(machine.qmp.run('stop')).rejects.toThrow('QEMU is gone');
  });

  it.each([
    ['no end of a line', 'head -c 3000000 /dev/zero >&5', 'QEMU says too much'],
    ['what is no QMP', 'echo hello >&5', 'QEMU says what is no QMP'],
  ])('is read no more once it says %s, and the machine is ended', async (_, says, why) => {
    const machine = start({ instead: `#!/bin/sh\n${says}\nexec sleep 1000\n` });
    await expect(machine.qmp.run('stop')).rejects.toThrow(why);
    expect(await machine.ended).toBe('SIGKILL');
  });
});
