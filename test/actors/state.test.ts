import { describe, expect, it } from 'vitest';
import { State, UNCHANGED } from '../../actors/state.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { MemoryKv } from '../../runtime/world/memory-kv.ts';
import { StorageError } from '../../storage/faults.ts';
import type { KvStore } from '../../storage/ports.ts';
import { StateStore } from '../../storage/state.ts';
import { sealTools } from '../storage/sealing.ts';

const PATH = '/state';

/** A disk, a state on it, and what the state told. */
async function opened() {
  const clock = new VirtualClock();
  const files = new MemoryFiles();
  const kv = new MemoryKv(files);
  const seal = sealTools();
  const told: unknown[] = [];
  const commits: number[] = [];
  const disk = { isHanging: false, opened: 0 };
  const watched = (store: KvStore): KvStore => ({
    get: (key) => store.get(key),
    scan: (range) => store.scan(range),
    settle: () => store.settle(),
    close: () => store.close(),
    commit: async (puts, deletes = []) => {
      if (disk.isHanging) await new Promise(() => {});
      await store.commit(puts, deletes);
      commits.push(puts.length + deletes.length);
    },
  });
  const reopen = async () => {
    disk.opened += 1;
    return new StateStore(watched(await kv.open(PATH)), seal);
  };
  const kernel = {
    clock,
    random: new SeededRandom(1).stream('state'),
    tell: (
      type: string,
      _subject: string,
      { error, ...data }: Readonly<Record<string, unknown>>,
    ) => {
      const code = error instanceof StorageError ? { code: error.code } : {};
      told.push({ atMs: clock.monotonicMs(), type, ...code, ...data });
      return '';
    },
  };
  const store = new StateStore(watched(await kv.create(PATH)), seal);
  const state = new State(store, { kernel, reopen });
  /** What another process would find now. */
  const onDisk = async () => {
    const { entries } = await kv.readRaw(PATH);
    return entries.map(({ key }) => new TextDecoder().decode(key));
  };
  return { clock, files, kv, told, commits, disk, reopen, state, onDisk };
}

describe('state', () => {
  it('is written a second after its first change, the newest of each name, at once', async () => {
    const { clock, state, commits, onDisk } = await opened();
    for (let value = 0; value < 10; value++) {
      state.set('a', value);
      state.set(`b${value % 2}`, value);
      await clock.advanceAsync(99);
    }
    await clock.advanceAsync(9);
    expect(commits).toEqual([]);
    await clock.advanceAsync(1);
    expect([commits, await onDisk(), clock.pending]).toEqual([[3], ['a', 'b0', 'b1'], 0]);
    expect([await state.get('a'), await state.get('b0'), await state.get('c')]).toEqual([
      ...[9, 8, undefined],
    ]);
  });

  it('can be read before it is written, a removal too', async () => {
    const { clock, state } = await opened();
    state.set('a', 1);
    expect(await state.get('a')).toBe(1);
    await clock.advanceAsync(1_000);
    state.set('a', undefined);
    expect(await state.get('a')).toBe(undefined);
    await clock.advanceAsync(1_000);
    expect(await state.get('a')).toBe(undefined);
  });

  it('is looked at when it is written, and stays if there is nothing to see', async () => {
    const { clock, state } = await opened();
    let looks = 0;
    const source = { take: () => (looks++ === 0 ? 'first' : UNCHANGED) };
    for (let mark = 0; mark < 100; mark++) state.mark('a', source);
    expect(looks).toBe(0);
    await clock.advanceAsync(1_000);
    state.mark('a', source);
    await clock.advanceAsync(1_000);
    expect([looks, await state.get('a')]).toEqual([2, 'first']);
  });

  it('that is settled is as it was then', async () => {
    const { clock, state } = await opened();
    const now = { value: 'before' };
    state.mark('a', { take: () => now.value });
    state.settle();
    now.value = 'after';
    await clock.advanceAsync(1_000);
    expect(await state.get('a')).toBe('before');
  });

  it('is all found again, and what is damaged is said to be', async () => {
    const { clock, kv, state, reopen } = await opened();
    for (let index = 0; index < 250; index++) state.set(`name ${index}`, index);
    await state.flush();
    await state.close();
    const store = await kv.open(PATH);
    await store.commit([{ key: new TextEncoder().encode('name 7'), value: new Uint8Array(60) }]);
    await store.close();
    const kernel = { clock, random: new SeededRandom(1).stream('s'), tell: () => '' };
    const found = await new State(await reopen(), { kernel, reopen }).load();
    expect([found.size, found.get('name 249'), found.get('name 7')]).toEqual([
      250,
      { value: 249, isDamaged: false },
      { value: undefined, isDamaged: true },
    ]);
  });

  it('of many names is written in commits of 500', async () => {
    const { state, commits } = await opened();
    for (let index = 0; index < 1_200; index++) state.set(`name ${index}`, index);
    await state.flush();
    expect(commits).toEqual([500, 500, 200]);
  });

  it('has 100,000 names and no more, until one goes', async () => {
    const { state } = await opened();
    for (let index = 0; index < 100_000; index++) state.mark(`${index}`, { take: () => UNCHANGED });
    expect([state.set('one more', 1), state.set('5', undefined)]).toEqual([false, true]);
    await state.flush();
    expect([state.set('one more', 1), state.set('another', 1)]).toEqual([true, false]);
  });

  it('is written by flush with what came in meanwhile', async () => {
    const { state, onDisk, clock } = await opened();
    state.set('a', 1);
    const first = state.flush();
    state.set('b', 2);
    await Promise.all([first, state.flush()]);
    expect([await onDisk(), clock.pending]).toEqual([['a', 'b'], 0]);
  });

  it('is written before the store is closed, and then not any more', async () => {
    const { state, onDisk, clock } = await opened();
    state.set('a', 1);
    await state.close();
    expect([state.set('b', 2), await onDisk(), clock.pending]).toEqual([false, ['a'], 0]);
  });
});

describe('state that a disk refuses', () => {
  it('is kept, tried again ever more rarely, and told of twice in all', async () => {
    const { clock, files, state, told, onDisk } = await opened();
    files.isReadOnly = true;
    state.set('a', 1);
    await clock.advanceAsync(20_000);
    state.set('a', 2);
    state.set('b', 3);
    await clock.advanceAsync(100_000);
    files.isReadOnly = false;
    await clock.advanceAsync(60_000);
    expect([await onDisk(), await state.get('a'), clock.pending]).toEqual([['a', 'b'], 2, 0]);
    expect(told).toEqual([
      { atMs: 1_000, type: 'state.failed', code: 'READ_ONLY_DISK' },
      { atMs: expect.any(Number), type: 'state.recovered', failures: 9 },
    ]);
  });

  it('rejects a flush, and is tried at once by the next', async () => {
    const { files, state, onDisk } = await opened();
    files.isReadOnly = true;
    state.set('a', 1);
    await expect(state.flush()).rejects.toMatchObject({ code: 'READ_ONLY_DISK' });
    files.isReadOnly = false;
    await state.flush();
    expect(await onDisk()).toEqual(['a']);
  });

  it('never goes back to an older value', async () => {
    const { files, state } = await opened();
    files.isReadOnly = true;
    state.set('a', 'old');
    const failing = state.flush().catch(() => {});
    state.set('a', 'new');
    await failing;
    files.isReadOnly = false;
    await state.flush();
    expect(await state.get('a')).toBe('new');
  });

  it('is given up for now if the disk does not answer within ten seconds', async () => {
    const { clock, disk, state, told, onDisk } = await opened();
    disk.isHanging = true;
    state.set('a', 1);
    await clock.advanceAsync(10_999);
    expect(told).toEqual([]);
    await clock.advanceAsync(1);
    disk.isHanging = false;
    await clock.advanceAsync(2_000);
    expect([await onDisk(), disk.opened]).toEqual([['a'], 1]);
    expect(told).toEqual([
      { atMs: 11_000, type: 'state.failed', code: 'DISK_FAILED' },
      { atMs: expect.any(Number), type: 'state.recovered', failures: 1 },
    ]);
  });

  it('does not keep the runtime from closing it', async () => {
    const { clock, files, state, told } = await opened();
    files.isReadOnly = true;
    state.set('a', 1);
    await state.close();
    expect([told.length, clock.pending]).toEqual([1, 0]);
  });
});
