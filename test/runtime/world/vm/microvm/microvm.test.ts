import { describe, expect, it } from 'vitest';
import type { VmEvents, VmExit } from '../../../../../actors/vm-drivers.ts';
import { MicroVm } from '../../../../../runtime/world/vm/microvm/microvm.ts';
import { type FakeQemu, fakeQemu, hardware } from './fake-qemu.fixture.ts';

const never = new AbortController().signal;
const READY = "line.write(Buffer.from('0000000001', 'hex'))";
const evidence = { isolation: 'microvm', engine: 'qemu-tcg', digests: {}, found: {} } as const;

function start(fake: FakeQemu) {
  const violations: string[] = [];
  let tell = (_exit: VmExit): void => {};
  const exit = new Promise<VmExit>((resolve) => {
    tell = resolve;
  });
  const events: VmEvents = {
    onPrinted() {},
    onHostCall() {},
    onOutcome() {},
    onPong() {},
    onViolated: (because) => violations.push(because),
    onExited: tell,
  };
  const programs = fakeQemu(fake);
  const vm = new MicroVm({ programs, hardware, args: [], fds: [] }, 64, events);
  return { vm, events, exit, violations };
}

describe('a machine that was restored', () => {
  it('is there once it took chance and time of its own', async () => {
    const check = `const { seedHex, wallMs } = JSON.parse(String(frame.subarray(5)));
      if (frame[4] === 4 && seedHex.length === 96 && wallMs > 1.7e12) ${READY};`;
    const { vm, events, exit } = start({ guest: check });
    await vm.restored(never);
    await vm.wake(never);
    await vm.begin(evidence, events);
    expect(vm.evidence).toBe(evidence);
    vm.kill();
    expect(await exit).toEqual({ because: 'killed', status: 'SIGKILL' });
  });

  it('is not there if it does not take them', async () => {
    const { vm } = start({ guest: 'process.exit(1)' });
    await expect(vm.wake(never)).rejects.toThrow('QEMU ended: exit 1');
  });

  it('is not there if it cannot be restored', async () => {
    const { vm } = start({ status: 'internal-error' });
    await expect(vm.restored(never)).rejects.toThrow('QEMU is internal-error, not restored');
    vm.kill();
    await vm.machine.ended;
  });

  it('and hangs is waited for no longer than it is asked to be', async () => {
    const { vm } = start({ status: 'inmigrate' });
    const waking = new AbortController();
    const restored = vm.restored(waking.signal);
    waking.abort();
    await expect(restored).rejects.toThrow('it took too long');
    vm.kill();
    expect(await vm.machine.ended).toBe('SIGKILL');
  });

  it('is not given what its memory does not take', async () => {
    const { vm, events, exit } = start({ guest: READY });
    await vm.wake(never);
    await vm.begin(evidence, events);
    vm.call({ code: 'x'.repeat(65), input: '', resultBytesMax: 1 });
    expect(await exit).toEqual({ because: 'memory', status: 'what it was given is too large' });
  });

  it.each([
    ['134', 'memory'],
    ['137', 'memory'],
    ['0', 'crashed'],
  ])('whose agent ends with %s ended because: %s', async (code, because) => {
    const die = `${READY}; setTimeout(() => {
      require('node:fs').writeSync(4, 'ended ${code}\\n'); process.exit(0); }, 20)`;
    const { vm, events, exit } = start({ guest: die });
    await vm.wake(never);
    await vm.begin(evidence, events);
    expect(await exit).toEqual({
      because,
      status: `its agent ended with ${code}, QEMU with exit 0`,
    });
  });
});
