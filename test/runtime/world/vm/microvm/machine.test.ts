import { describe, expect, it } from 'vitest';
import { Machine, NoJail } from '../../../../../runtime/world/vm/microvm/machine.ts';
import { type FakeQemu, fakeQemu, hardware } from './fake-qemu.fixture.ts';

const never = new AbortController().signal;
const start = (fake: FakeQemu): Machine =>
  new Machine({ programs: fakeQemu(fake), hardware, args: [], fds: [] });

/** Sends a signal to nobody: throws if there is no such process. */
const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a machine', () => {
  it('is killed at once, whatever it does, and leaves nothing', async () => {
    const machine = start({});
    const pid = await machine.pid;
    expect(isThere(pid)).toBe(true);
    machine.kill();
    expect(await machine.ended).toBe('SIGKILL');
    expect(isThere(pid)).toBe(false);
    machine.kill();
  });

  it('that is killed before it is there does not come to be', async () => {
    const machine = start({ instead: '#!/bin/sh\nexec sleep 1000\n' });
    machine.kill();
    expect(await machine.ended).toBe('SIGKILL');
    await expect(machine.pid).rejects.toThrow('it did not come to be');
  });

  it('that ends says with what, and what it complained of', async () => {
    const there = 'echo \'{"child-pid": 1}\' >&6';
    const machine = start({ instead: `#!/bin/sh\n${there}\necho "no kernel here" >&2\nexit 7\n` });
    const waited = machine.unlessEnded(new Promise(() => {}), never);
    await expect(waited).rejects.toThrow('QEMU ended: no kernel here');
    expect(await machine.ended).toBe('exit 7');
    expect(machine.complaint).toBe('no kernel here');
  });

  it('whose jail fails says what that complained of, though QEMU is gone before', async () => {
    const complain = 'echo "bwrap: Unknown option --disable-userns" >&2';
    const machine = start({ instead: `#!/bin/sh\n${complain}\nexec 5>&-\nexec sleep 1000\n` });
    const waited = machine.unlessEnded(machine.qmp.run('query-status'), never);
    await expect(waited).rejects.toEqual(
      new NoJail('no jail could be made: bwrap: Unknown option --disable-userns'),
    );
  });

  it('that cannot be started is one that ended', async () => {
    const machine = start({ instead: '#!/no/such/shell\n' });
    expect(await machine.ended).toMatch(/^not started: .*ENOENT/);
  });

  it('is waited for no longer than it is asked to be', async () => {
    const machine = start({});
    const waiting = new AbortController();
    const waited = machine.unlessEnded(new Promise(() => {}), waiting.signal);
    waiting.abort();
    await expect(waited).rejects.toThrow('it took too long');
    machine.kill();
    await machine.ended;
  });

  it('hears from the first process of its guest how the agent ended', async () => {
    const machine = start({ instead: '#!/bin/sh\necho noise >&4; echo "ended 134" >&4\n' });
    await machine.ended;
    expect(machine.agentExit).toBe(134);
  });
});
