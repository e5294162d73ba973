import { describe, expect, it } from 'vitest';
import { MemoryFiles } from '../../../runtime/world/memory-files.ts';
import { MemoryKv } from '../../../runtime/world/memory-kv.ts';
import type { KvPut, KvStore } from '../../../storage/ports.ts';
import { kvContract } from '../../contracts/kv.contract.ts';

kvContract('stores in memory', async () => {
  const files = new MemoryFiles();
  await files.makeDirectory('/data');
  return { files, kv: new MemoryKv(files), root: '/data', logOf: ([name]) => name };
});

const put = (key: string, value = '1'): KvPut[] => [
  { key: new Uint8Array(Buffer.from(key)), value: new Uint8Array(Buffer.from(value)) },
];

async function code(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => 'done',
    (error) => error.code,
  );
}

/** A store with one commit, of `a`. */
async function stage() {
  const files = new MemoryFiles();
  const kv = new MemoryKv(files);
  const store = await kv.create('/s');
  await store.commit(put('a'));
  const keys = async () => {
    const { entries, damage } = await kv.readRaw('/s');
    return {
      keys: entries.map(({ key }) => String(Buffer.from(key))).join(' '),
      isTorn: damage.map(({ isTornTail }) => isTornTail),
    };
  };
  return { files, kv, store, keys };
}

describe('a store in memory', () => {
  it('takes no commit after one that failed, until it is opened again', async () => {
    const { files, kv, store, keys } = await stage();
    files.isReadOnly = true;
    const failed = [store.commit(put('b')), store.commit(put('c'))];
    expect(await Promise.all(failed.map(code))).toEqual(['READ_ONLY_DISK', 'READ_ONLY_DISK']);
    files.isReadOnly = false;
    expect(await code(store.commit(put('d')))).toBe('READ_ONLY_DISK');
    expect(await keys()).toEqual({ keys: 'a', isTorn: [] });
    await store.close();
    const again = await kv.open('/s');
    await again.commit(put('e'));
    expect(await keys()).toEqual({ keys: 'a e', isTorn: [] });
  });

  it('has a torn tail after a disk was full, and loses it when it is opened', async () => {
    const { files, kv, store, keys } = await stage();
    files.spaceBytes -= (await files.freeBytes('/')) - 10;
    const failed = [store.commit(put('b')), store.commit(put('c'))];
    expect(await Promise.all(failed.map(code))).toEqual(['NO_SPACE', 'NO_SPACE']);
    expect(await store.get(Buffer.from('b'))).toBeUndefined();
    expect(await keys()).toEqual({ keys: 'a', isTorn: [true] });
    await store.close();
    expect(await code(kv.open('/s'))).toBe('NO_SPACE');
    expect(await keys()).toEqual({ keys: 'a', isTorn: [true] });
    files.spaceBytes = 1_000;
    const again = await kv.open('/s');
    expect(await keys()).toEqual({ keys: 'a', isTorn: [] });
    expect(await code(again.commit(put('b')))).toBe('done');
  });

  it('cannot be opened on a disk that admits no writes, but can be read', async () => {
    const { files, kv, store, keys } = await stage();
    await store.close();
    files.isReadOnly = true;
    expect(await code(kv.open('/s'))).toBe('READ_ONLY_DISK');
    expect(await keys()).toEqual({ keys: 'a', isTorn: [] });
    files.isReadOnly = false;
    expect(await code(kv.open('/s'))).toBe('done');
  });

  it('cannot be opened if its header is another, until it is repaired', async () => {
    const { files, kv, store, keys } = await stage();
    await store.close();
    await files.overwrite('/s/store', 0, Buffer.from('x'));
    expect(await code(kv.open('/s'))).toBe('CORRUPT');
    await kv.repair('/s');
    expect(await keys()).toEqual({ keys: 'a', isTorn: [] });
    expect(await code(kv.open('/s'))).toBe('done');
  });

  it('finishes what was asked of it before it is closed', async () => {
    const { store, keys } = await stage();
    const done: string[] = [];
    for (const key of ['b', 'c']) void store.commit(put(key)).then(() => done.push(key));
    await store.close();
    expect(done).toEqual(['b', 'c']);
    expect(await keys()).toEqual({ keys: 'a b c', isTorn: [] });
  });

  it('is closed by whoever opened it, and by nobody for the next one', async () => {
    const { kv, store } = await stage();
    await store.close();
    const next = await kv.open('/s');
    await store.close();
    expect(await code(kv.open('/s'))).toBe('LOCKED');
    await next.close();
    expect(await code(kv.open('/s'))).toBe('done');
  });
});

describe('a process that dies', () => {
  it('leaves what was committed, and no lock', async () => {
    const { kv, store, keys } = await stage();
    const waiting = [code(store.commit(put('b'))), code(store.commit(put('c')))];
    kv.crash();
    expect(await Promise.all(waiting)).toEqual(['GONE', 'GONE']);
    const uses = (dead: KvStore) => [dead.commit(put('d')), dead.get(Buffer.from('a'))];
    expect(await Promise.all(uses(store).map(code))).toEqual(['GONE', 'GONE']);
    const next = await kv.open('/s');
    await store.close();
    expect(await code(kv.open('/s'))).toBe('LOCKED');
    expect(await code(next.commit(put('e')))).toBe('done');
    expect(await keys()).toEqual({ keys: 'a e', isTorn: [] });
  });

  it('takes a store with it that is being opened', async () => {
    const { kv, store } = await stage();
    await store.close();
    const opening = code(kv.open('/s'));
    kv.crash();
    const next = code(kv.open('/s'));
    expect([await opening, await next, await code(kv.open('/s'))]).toEqual([
      'GONE',
      'done',
      'LOCKED',
    ]);
  });
});
