import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import { FaultyClock, type ProcessClock } from '../../../runtime/sim/faulty-clock.ts';
import { FaultyDisk } from '../../../runtime/sim/faulty-disk.ts';
import { SeededRandom } from '../../../runtime/sim/random.ts';
import type { Files } from '../../../storage/ports.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function machine() {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const machineClock = new FaultyClock(clock);
  const box: { process: ProcessClock; deaths: number[]; isMortal: boolean } = {
    process: machineClock.process(),
    deaths: [],
    isMortal: true,
  };
  const disk = new FaultyDisk({
    nowMs: () => clock.monotonicMs(),
    random: (name) => random.stream(name),
    onMishap: (nth) => {
      box.deaths.push(nth);
      box.process.isDead = box.isMortal;
    },
  });
  const boot = (): Files => {
    box.process = machineClock.process();
    return disk.mount(box.process);
  };
  const files = boot();
  await files.makeDirectory('/d');
  await files.create('/d/a', bytes('abcdef'));
  return { clock, disk, files, boot, box };
}

/** What became of a call by now. */
async function fate(clock: VirtualClock, call: Promise<unknown>): Promise<string> {
  let fated = 'pending';
  call.then(
    () => {
      fated = 'done';
    },
    (error) => {
      fated = error.code;
    },
  );
  await clock.advanceAsync(0);
  return fated;
}

const textOf = async (files: Files, path: string): Promise<string | undefined> => {
  const read = await files.read(path);
  return read === undefined ? undefined : new TextDecoder().decode(read);
};

describe('a faulty disk', () => {
  it('is slow for a while: a call takes about its latency longer', async () => {
    const { clock, disk, files } = await machine();
    disk.slow(1_000, 100);
    const call = files.read('/d/a');
    await clock.advanceAsync(49);
    expect(await fate(clock, call)).toBe('pending');
    await clock.advanceAsync(101);
    expect(await fate(clock, call)).toBe('done');
    await clock.advanceAsync(1_000);
    expect(await fate(clock, files.read('/d/a'))).toBe('done');
  });

  it('hangs: calls wait until that is over, and are done then', async () => {
    const { clock, disk, files } = await machine();
    disk.hang(100);
    const call = files.append('/d/a', bytes('g'));
    await clock.advanceAsync(99);
    expect([await fate(clock, call), await textOf(disk.files, '/d/a')]).toEqual([
      'pending',
      'abcdef',
    ]);
    await clock.advanceAsync(1);
    expect([await fate(clock, call), await textOf(disk.files, '/d/a')]).toEqual([
      'done',
      'abcdefg',
    ]);
  });

  it('is full for a while, and has room for what was removed', async () => {
    const { clock, disk, files } = await machine();
    await disk.fill(100);
    expect(await fate(clock, files.create('/d/b', bytes('1234567')))).toBe('NO_SPACE');
    await files.remove('/d/a');
    expect(await files.freeBytes('/')).toBe(6);
    expect(await fate(clock, files.create('/d/b', bytes('123456')))).toBe('done');
    await clock.advanceAsync(100);
    expect(await fate(clock, files.append('/d/b', bytes('7')))).toBe('done');
  });

  it('is as large as before, once it was full twice', async () => {
    const { clock, disk, files } = await machine();
    const freeBytes = await files.freeBytes('/');
    for (let time = 0; time < 2; time++) {
      await disk.fill(100);
      expect(await files.freeBytes('/')).toBe(0);
      await clock.advanceAsync(100);
    }
    expect(await files.freeBytes('/')).toBe(freeBytes);
  });

  it('admits no writes for a while', async () => {
    const { clock, disk, files } = await machine();
    disk.admitNoWrites(100);
    const calls = [files.append('/d/a', bytes('g')), files.read('/d/a')];
    expect(await Promise.all(calls.map((call) => fate(clock, call)))).toEqual([
      'READ_ONLY_DISK',
      'done',
    ]);
    await clock.advanceAsync(100);
    expect(await fate(clock, files.append('/d/a', bytes('g')))).toBe('done');
  });

  it('fails every call for a while, of which some were done all the same', async () => {
    const { clock, disk, files } = await machine();
    disk.fail(100);
    const names = Array.from({ length: 20 }, (_, n) => `/d/${n}`);
    const calls = [...names.map((name) => files.create(name, bytes('x'))), files.list('/d')];
    const fates = await Promise.all(calls.map((call) => fate(clock, call)));
    expect(new Set(fates)).toEqual(new Set(['DISK_FAILED']));
    const made = (await disk.files.list('/d'))?.length ?? 0;
    expect(made > 1 && made < 21).toBe(true);
    await clock.advanceAsync(100);
    expect(await fate(clock, files.list('/d'))).toBe('done');
  });

  it('vanishes', async () => {
    const { disk, files } = await machine();
    disk.vanish();
    expect([await files.list('/'), await files.stat('/d')]).toEqual([[], undefined]);
  });

  it('rots by one bit, even where nobody may write', async () => {
    const { disk, files } = await machine();
    await files.create('/d/b', bytes('xyz'));
    await files.create('/d-c', bytes('uvw'));
    disk.admitNoWrites(100);
    const hits = [disk.rot(3, 8), disk.rot(1, 24), disk.rot(2, 0)];
    expect(hits).toEqual(['/d/a', '/d/b', '/d-c']);
    const texts = ['/d/a', '/d/b', '/d-c'].map((path) => textOf(files, path));
    expect(await Promise.all(texts)).toEqual(['accdef', 'yyz', 'tvw']);
  });

  it('rots at once, though the file is being removed, or not at all', async () => {
    const { disk, files } = await machine();
    const removal = files.remove('/d/a');
    expect(disk.rot(0, 8)).toBe('/d/a');
    await removal;
    expect([disk.rot(0, 8), await files.stat('/d/a')]).toEqual([undefined, undefined]);
  });

  it('tears a write in the middle, and the process dies', async () => {
    const { clock, disk, files, boot, box } = await machine();
    disk.mishapAt(4, 'torn');
    await files.append('/d/a', bytes('gh'));
    const call = files.append('/d/a', bytes('ijkl'));
    expect([await fate(clock, call), box.deaths]).toEqual(['pending', [4]]);
    expect(await textOf(boot(), '/d/a')).toBe('abcdefghij');
  });

  it('never half replaces a file', async () => {
    const { clock, disk, files, boot } = await machine();
    disk.mishapAt(3, 'torn');
    await fate(clock, files.replace('/d/a', bytes('new')));
    expect(await textOf(boot(), '/d/a')).toBe('abcdef');
  });

  it('lets the process die before a write', async () => {
    const { clock, disk, files, boot, box } = await machine();
    disk.mishapAt(3, 'before');
    const call = files.append('/d/a', bytes('g'));
    expect([await fate(clock, call), box.deaths]).toEqual(['pending', [3]]);
    expect(await textOf(boot(), '/d/a')).toBe('abcdef');
  });

  it('fails some of its writes for a while, and reads nothing wrong', async () => {
    const { clock, disk, files } = await machine();
    disk.stumble(100, 300);
    const fates: string[] = [];
    for (let write = 0; write < 100; write++) {
      fates.push(await fate(clock, files.append('/d/a', bytes('.'))));
    }
    const failed = fates.filter((each) => each === 'DISK_FAILED').length;
    const done = fates.filter((each) => each === 'done').length;
    expect([failed + done, failed > 15, failed < 45]).toEqual([100, true, true]);
    const written = ((await textOf(files, '/d/a')) ?? '').length - 6;
    expect([written > done, written < 100]).toEqual([true, true]);
    await clock.advanceAsync(100);
    expect(await fate(clock, files.append('/d/a', bytes('.')))).toBe('done');
  });

  it('fails one write, which may have been done all the same', async () => {
    const { clock, disk, files, box } = await machine();
    box.isMortal = false;
    expect([disk.mishapAt(3, 'fails'), disk.mishapAt(3, 'torn')]).toEqual([true, false]);
    const fates = [
      await fate(clock, files.append('/d/a', bytes('g'))),
      await fate(clock, files.append('/d/a', bytes('h'))),
    ];
    expect([fates, box.deaths]).toEqual([['DISK_FAILED', 'done'], [3]]);
    expect(await textOf(disk.files, '/d/a')).toMatch(/^abcdefg?h$/);
  });

  it('does nothing for a dead process, and answers it nothing', async () => {
    const { clock, disk, files, box } = await machine();
    disk.hang(10);
    const calls = [files.append('/d/a', bytes('g')), files.read('/d/a')];
    box.process.isDead = true;
    calls.push(files.remove('/d/a'));
    await clock.advanceAsync(100);
    const fates = await Promise.all(calls.map((call) => fate(clock, call)));
    expect(fates).toEqual(['pending', 'pending', 'pending']);
    expect(await textOf(disk.files, '/d/a')).toBe('abcdef');
  });

  it('loses what it did not sync if the process dies, and keeps it if not', async () => {
    const { clock, disk, files } = await machine();
    disk.loseSync(100);
    await files.append('/d/a', bytes('kept'));
    await clock.advanceAsync(100);
    expect(disk.is('unsynced')).toBe(false);
    disk.loseSync(100);
    await files.append('/d/a', bytes('lost'));
    await files.create('/d/b', bytes('lost'));
    disk.admitNoWrites(100);
    disk.lose();
    expect([await textOf(disk.files, '/d/a'), await disk.files.list('/d')]).toEqual([
      'abcdefkept',
      ['a'],
    ]);
  });

  it('is well again at once', async () => {
    const { clock, disk, files } = await machine();
    disk.hang(100);
    disk.fail(100);
    disk.admitNoWrites(100);
    disk.mishapAt(3, 'before');
    disk.heal();
    expect(await fate(clock, files.append('/d/a', bytes('g')))).toBe('done');
  });
});
