import { describe, expect, it } from 'vitest';
import { doubtOf, readEvidence } from '../../../../../runtime/world/vm/microvm/evidence.ts';
import { Machine } from '../../../../../runtime/world/vm/microvm/machine.ts';
import { namespacesOf } from '../../../../../runtime/world/vm/process-facts.ts';
import { fakeQemu, hardware } from './fake-qemu.fixture.ts';

const uid = process.getuid?.() === 0 ? 64_001 : process.getuid?.();
const holding = {
  accel: 'tcg',
  memoryMib: 384,
  networkCards: 0,
  uid: Array(4).fill(uid).join(' '),
  capabilities: 'none',
  noNewPrivs: '1',
  seccomp: '2',
  sharedNamespaces: 'none',
  strayDescriptors: 'none',
  networkDevices: 'lo',
  fileBytesMax: '0:0',
  coreBytesMax: '0:0',
};

describe('what holds a QEMU', () => {
  it('is enough only if all of it is as it should be', () => {
    expect(doubtOf(holding, hardware)).toBe(undefined);
    for (const name of Object.keys(holding)) {
      expect(doubtOf({ ...holding, [name]: 'other' }, hardware)).toMatch(`${name} is other, and`);
    }
    expect(doubtOf(holding, { ...hardware, accel: 'kvm' })).toBe('accel is tcg, and should be kvm');
  });

  it('is read from the system: one without a jail has nothing of it', async () => {
    const start = { programs: fakeQemu({}), hardware, args: [], fds: [] };
    const machine = new Machine(start);
    const found = await readEvidence(machine, hardware);
    const ours = (await namespacesOf('self')).join(' ');
    expect(found).toMatchObject({ noNewPrivs: '0', memoryMib: -1, sharedNamespaces: ours });
    machine.kill();
    await machine.ended;
  });
});
