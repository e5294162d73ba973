import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import { FaultyClock } from '../../../runtime/sim/faulty-clock.ts';
import { FaultyDisk } from '../../../runtime/sim/faulty-disk.ts';
import { SeededRandom } from '../../../runtime/sim/random.ts';
import { filesContract } from '../../contracts/files.contract.ts';

function mounted() {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const disk = new FaultyDisk({
    nowMs: () => clock.monotonicMs(),
    random: (name) => random.stream(name),
    onMishap: () => {},
  });
  return { clock, disk, files: disk.mount(new FaultyClock(clock).process()) };
}

filesContract('the files of a process on a disk without faults', async () => {
  const { files } = mounted();
  await files.makeDirectory('/data');
  return { files, root: '/data' };
});

describe('the files of a process', () => {
  it('write what they were given, whatever becomes of it while the disk is slow', async () => {
    const { clock, disk, files } = mounted();
    disk.slow(1_000, 100);
    const bytes = Uint8Array.of(1, 2);
    const calls = [
      files.create('/a', bytes),
      files.append('/b', bytes),
      files.replace('/c', bytes),
    ];
    bytes.fill(9);
    await clock.advanceAsync(1_000);
    await Promise.all(calls);
    const read = await Promise.all(['/a', '/b', '/c'].map((path) => files.read(path)));
    expect(read.map((found) => [...(found ?? [])])).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
  });

  it('count each call that changes something as a write', async () => {
    const { disk, files } = mounted();
    await files.makeDirectory('/d');
    await files.create('/d/a', Uint8Array.of(1));
    await files.read('/d/a');
    await files.stat('/d/a');
    await files.rename('/d/a', '/d/b');
    await files.truncate('/d/b', 0);
    await files.remove('/d');
    expect(disk.writes).toBe(5);
  });
});
