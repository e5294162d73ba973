import { describe, expect, it } from 'vitest';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { StorageError } from '../../storage/faults.ts';
import type { KeyRing, RingKey } from '../../storage/key-ring.ts';
import { KeyRingFiles, type RingMark } from '../../storage/key-ring-files.ts';
import type { Files } from '../../storage/ports.ts';
import { deaths, MortalFiles } from './mortal-files.ts';
import { sealTools, secretOf } from './sealing.ts';

const copies = ['/data/keys/ring', '/data/keys/ring.bak'] as const;
const record = new Uint8Array(253);

/** With the seeds of that generation. */
function ringOf(generation: number): KeyRing {
  const key = (state: RingKey['state'], seq: number): RingKey => ({
    ...{ state, seq, sinceMs: generation, record },
    seed: secretOf(generation * 10 + seq),
  });
  return { generation, keys: [key('present', 1), key('next', 2)] };
}

/** As an identity file has it, which nobody removes. */
function markOf(): RingMark {
  const mark = {
    generation: 0,
    set: async (generation: number) => {
      mark.generation = generation;
    },
    mustBeOurs: async () => {},
  };
  return mark;
}

const filesOf = (files: Files, mark = markOf()) =>
  new KeyRingFiles({ ...sealTools(), files, path: '/data/keys', mark });

/** The generation, and the first byte of each seed. */
async function told(files: Files, mark = markOf()): Promise<string> {
  const { ring, unmended } = (await filesOf(files, mark).read()) ?? {};
  if (unmended !== undefined) throw unmended;
  const seeds = ring?.keys.map(({ seed }) => seed?.use((lent) => lent[0]));
  return ring === undefined ? 'none' : `${ring.generation}: ${seeds}`;
}

async function written(...generations: readonly number[]) {
  const files = new MemoryFiles();
  for (const each of generations) await filesOf(files).write(ringOf(each));
  return files;
}

const writes = ['overwrite', 'create', 'replace', 'rename', 'remove', 'makeDirectory'];

/** The write of that number waits until `meanwhile` is over. */
const lateFrom = (files: MemoryFiles, at: number, meanwhile: () => Promise<void>): Files => {
  let nth = 0;
  return new Proxy(files, {
    get(target, name: keyof Files) {
      const method = target[name].bind(target) as (...given: unknown[]) => Promise<unknown>;
      if (!writes.includes(name)) return method;
      return async (...given: unknown[]) => {
        nth += 1;
        if (nth === at) await meanwhile();
        return await method(...given);
      };
    },
  });
};

const sizes = (files: Files) =>
  Promise.all(copies.map(async (path) => (await files.stat(path))?.sizeBytes));

describe('the key ring on the disk', () => {
  it('is none before the first, and then the last that was written, twice', async () => {
    expect(await told(new MemoryFiles())).toBe('none');
    const files = await written(1, 2);
    expect(await told(files)).toBe('2: 21,22');
    expect(await files.read(copies[0])).toEqual(await files.read(copies[1]));
  });

  it.each(copies)('is whole without one copy, which is made anew: %s', async (path) => {
    for (const spoil of ['remove', 'flip', 'directory'] as const) {
      const files = await written(2);
      if (spoil === 'flip') await files.overwrite(path, 40, Uint8Array.of(1, 2, 3, 4));
      else await files.remove(path);
      if (spoil === 'directory') await files.makeDirectory(path);
      expect(await told(files)).toBe('2: 21,22');
      const [one, other] = await sizes(files);
      expect([one !== undefined, one]).toEqual([true, other]);
    }
  });

  it('is checked without a write, and one whole copy is enough', async () => {
    const files = await written(2);
    const [damaged, whole] = copies;
    await files.overwrite(damaged, 40, Uint8Array.of(1, 2, 3, 4));
    const before = await files.read(damaged);
    await filesOf(files).check();
    expect(await files.read(damaged)).toEqual(before);
    await files.overwrite(whole, 40, Uint8Array.of(1, 2, 3, 4));
    await expect(filesOf(files).check()).rejects.toMatchObject({ code: 'CORRUPT' });
  });

  it.each(copies)('is had though this copy cannot be mended, which is said: %s', async (path) => {
    for (const way of ['overwrite', 'replace'] as const) {
      const files = await written(2);
      await files.overwrite(path, 40, Uint8Array.of(1, 2, 3, 4));
      const fault = new StorageError('DISK_FAILED', 'the disk failed');
      const { overwrite, replace } = files;
      Object.assign(files, { [way]: () => Promise.reject(fault) });
      const { ring, unmended } = (await filesOf(files).read()) ?? {};
      expect([ring?.generation, unmended]).toEqual([2, fault]);
      Object.assign(files, { overwrite, replace });
      expect(await told(files)).toBe('2: 21,22');
      expect(await files.read(copies[0])).toEqual(await files.read(copies[1]));
    }
  });

  it('is had, and both copies mended, though the mark cannot be set', async () => {
    const files = await written(2);
    await files.overwrite(copies[0], 40, Uint8Array.of(1, 2, 3, 4));
    const unmended = new StorageError('NO_SPACE', 'the disk is full');
    const mark = { ...markOf(), generation: 1, set: () => Promise.reject(unmended) };
    expect(await filesOf(files, mark).read()).toMatchObject({ ring: { generation: 2 }, unmended });
    expect(await files.read(copies[0])).toEqual(await files.read(copies[1]));
  });

  it('is lost with neither, which is said with the name of the file, and left', async () => {
    const files = await written(2);
    for (const path of copies) await files.overwrite(path, 40, Uint8Array.of(1, 2, 3, 4));
    const before = await files.read(copies[0]);
    const because = '/data/keys/ring: the key ring is damaged';
    await expect(told(files)).rejects.toMatchObject({ code: 'CORRUPT', message: because });
    expect(await files.read(copies[0])).toEqual(before);
    for (const path of copies) await files.remove(path);
    const missing =
      '/data/keys/ring: both copies are missing, and the next key is nowhere else: ' +
      'put the last ring back, or begin another directory';
    await expect(told(files)).rejects.toMatchObject({ code: 'CORRUPT', message: missing });
  });

  it('is lost, and not begun anew, with its whole directory', async () => {
    for (const setBy of ['write', 'read'] as const) {
      const files = new MemoryFiles();
      const mark = markOf();
      // What was killed before it could set the mark is read by the next one.
      await filesOf(files, setBy === 'write' ? mark : markOf()).write(ringOf(1));
      expect(await told(files, mark)).toBe('1: 11,12');
      for (const path of [...copies, '/data/keys']) await files.remove(path);
      await expect(told(files, mark)).rejects.toMatchObject({ code: 'CORRUPT' });
      expect(await files.stat('/data/keys')).toBeUndefined();
    }
  });

  it('is lost where an older one was put back, and neither is written', async () => {
    const files = await written(1);
    const mark = markOf();
    const old = await Promise.all(copies.map((path) => files.read(path)));
    await filesOf(files, mark).write(ringOf(3));
    // What was killed before it could set the mark is read by the next one.
    await filesOf(files).write(ringOf(4));
    expect([mark.generation, await told(files, mark), mark.generation]).toEqual([3, '4: 41,42', 4]);
    for (const [nth, path] of copies.entries()) {
      await files.replace(path, old[nth] ?? new Uint8Array());
    }
    const because =
      '/data/keys/ring: it is older than the last one: ' +
      'put the last ring back, or begin another directory';
    await expect(told(files, mark)).rejects.toMatchObject({ code: 'CORRUPT', message: because });
    expect(await Promise.all(copies.map((path) => files.read(path)))).toEqual(old);
  });

  it('is known to be the first only by the mark of one that was begun', async () => {
    for (const generation of [0, 1, 2, 65_535]) {
      const files = filesOf(new MemoryFiles(), { ...markOf(), generation });
      expect(files.isBegunOnly).toBe(generation === 1);
    }
  });

  it('is not made anew for a disk that does not give it now', async () => {
    const files = await written(2);
    const fault = new StorageError('DISK_FAILED', 'the disk failed');
    const unread = Object.assign(Object.create(files), { read: () => Promise.reject(fault) });
    await expect(told(unread)).rejects.toMatchObject({ code: 'DISK_FAILED' });
    expect(await told(files)).toBe('2: 21,22');
  });

  it.each([
    ['the first', ['none', '2: 21,22']],
    ['a later', ['1: 11,12', '2: 21,22']],
  ])(
    'is, whatever write of %s one a crash or a failing disk ends, as before or whole',
    async (which, both) => {
      const seen = new Set<string>();
      for (const death of deaths) {
        for (let at = 1, isDying = true; isDying; at++) {
          const files = new MortalFiles();
          if (which === 'a later') await filesOf(files).write(ringOf(1));
          Object.assign(files, { death, dieAt: files.writes + at });
          isDying = await filesOf(files)
            .write(ringOf(2))
            .then(
              () => false,
              () => true,
            );
          files.revive();
          const found = await told(files);
          seen.add(found);
          expect(await told(files)).toBe(found);
          expect(await files.read(copies[0])).toEqual(await files.read(copies[1]));
          await filesOf(files).write(ringOf(3));
          expect(await told(files)).toBe('3: 31,32');
        }
      }
      expect([...seen].sort()).toEqual([...both].sort());
    },
  );

  it('is one of the two, whatever write of the change and of its mending fail', async () => {
    const found = new Set<string>();
    const fail = async (files: MortalFiles, at: number, work: () => Promise<unknown>) => {
      Object.assign(files, { dieAt: files.writes + at });
      const hasFailed = await work().then(...([() => false, () => true] as const));
      files.revive();
      return hasFailed;
    };
    for (const death of deaths) {
      for (let at = 1, isChanging = true; isChanging; at++) {
        for (let then = 1, isMending = true; isMending; then++) {
          const files = new MortalFiles();
          files.death = death;
          await filesOf(files).write(ringOf(1));
          isChanging = await fail(files, at, () => filesOf(files).write(ringOf(2)));
          isMending = await fail(files, then, () => told(files));
          found.add(await told(files));
        }
      }
    }
    expect([...found].sort()).toEqual(['1: 11,12', '2: 21,22']);
  });

  it.each([1, 2])(
    'is of whoever has the directory next, with %i changes, whatever comes late',
    async (changes) => {
      for (let at = 1, isLate = true; isLate; at++) {
        const files = await written(1);
        const mark = { ...markOf(), generation: 1 };
        isLate = false;
        let last = '';
        const takeOver = async (): Promise<void> => {
          isLate = true;
          const next = filesOf(files, mark);
          for (let nth = 1; nth <= changes; nth++) {
            const { ring = ringOf(0) } = (await next.read()) ?? {};
            const generation = ring.generation + 1;
            await next.write({ ...ringOf(4 + nth), generation });
            last = `${generation}: ${4 + nth}1,${4 + nth}2`;
          }
        };
        const mustBeOurs = async (): Promise<void> => {
          if (isLate) throw new StorageError('GONE', 'the directory was released');
        };
        const ours = { ...mark, mustBeOurs, set: mustBeOurs };
        const writing = filesOf(lateFrom(files, at, takeOver), ours).write(ringOf(2));
        if (await writing.then(...([() => false, () => true] as const))) {
          expect(await told(files, mark)).toBe(last);
          expect(await told(files, mark)).toBe(last);
        }
      }
    },
  );

  it('overwrites the old one in place: what was destroyed is nowhere on the disk', async () => {
    const files = await written(1);
    const zeroed: string[] = [];
    const { overwrite } = files;
    files.overwrite = async (path, at, bytes) => {
      if (at === 0 && bytes.every((byte) => byte === 0)) zeroed.push(`${path} ${bytes.length}`);
      await overwrite.call(files, path, at, bytes);
    };
    const [size] = await sizes(files);
    await filesOf(files).write(ringOf(2));
    expect(zeroed).toEqual([`${copies[1]} ${size}`, `${copies[0]} ${size}`]);
  });
});
