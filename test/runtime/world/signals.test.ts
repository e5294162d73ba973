import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { signals } from '../../../runtime/world/signals.ts';
import { signalsContract } from '../../contracts/signals.contract.ts';

/** This process must outlive what it sends itself. */
const stay = (): void => {};
beforeAll(() => void process.on('SIGHUP', stay).on('SIGTERM', stay));
afterAll(() => void process.off('SIGHUP', stay).off('SIGTERM', stay));

signalsContract('the signals of this process', () => ({
  signals,
  async send(name) {
    const arrived = once(process, name);
    process.kill(process.pid, name);
    await arrived;
  },
}));

describe('the signals of this process', () => {
  it('leave no listener behind, told or taken away', async () => {
    const before = process.listenerCount('SIGHUP');
    signals.once(['SIGHUP', 'SIGTERM'], () => {})();
    expect(process.listenerCount('SIGHUP')).toBe(before);
    const told = new Promise((resolve) => signals.once(['SIGTERM', 'SIGHUP'], resolve));
    process.kill(process.pid, 'SIGTERM');
    expect(await told).toBe('SIGTERM');
    expect(process.listenerCount('SIGHUP')).toBe(before);
  });

  it('end the process once all who heard them are done, not with the first', async () => {
    const kill = process.kill.bind(process);
    const killed: unknown[] = [];
    vi.spyOn(process, 'kill').mockImplementation((_pid, name) => {
      killed.push(name);
      return true;
    });
    // Others of this file heard one, and never raised it.
    for (let others = 0; others < 10; others++) signals.raise('SIGHUP');
    const before = killed.length;
    const told = ['a', 'b'].map(() => new Promise((resolve) => signals.once(['SIGTERM'], resolve)));
    kill(process.pid, 'SIGTERM');
    await Promise.all(told);
    signals.raise('SIGTERM');
    const afterOne = killed.length;
    signals.raise('SIGTERM');
    expect([afterOne - before, killed.slice(before)]).toEqual([0, ['SIGTERM']]);
  });
});
