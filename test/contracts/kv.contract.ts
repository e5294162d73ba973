import { describe, expect, it } from 'vitest';
import { StorageError } from '../../storage/faults.ts';
import type { Files, Kv, KvPut, KvRange, KvStore, RawStore } from '../../storage/ports.ts';

export interface KvStage {
  readonly kv: Kv;
  readonly files: Files;
  /** A directory that is there, and empty. */
  readonly root: string;
  /** Among the names in the directory of a store, the file that commits are appended to. */
  logOf(names: readonly string[]): string | undefined;
}

type Begin = () => Promise<KvStage>;

const encode = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

const decode = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

/** `a=1 b=2` as puts. */
function puts(text: string): KvPut[] {
  return text.split(' ').map((pair) => {
    const [key = '', value = ''] = pair.split('=');
    return { key: encode(key), value: encode(value) };
  });
}

const shown = (entries: readonly KvPut[]): string =>
  entries.map(({ key, value }) => `${decode(key)}=${decode(value)}`).join(' ');

const everything: KvRange = { from: new Uint8Array(), to: Uint8Array.of(255, 255) };

async function all(store: KvStore, range: KvRange = everything): Promise<KvPut[]> {
  const entries: KvPut[] = [];
  for await (const entry of store.scan(range)) entries.push(entry);
  return entries;
}

async function scanned(store: KvStore, range?: KvRange): Promise<string> {
  return shown(await all(store, range));
}

async function code(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return 'done';
  } catch (error) {
    return error instanceof StorageError ? error.code : error;
  }
}

/** A store made in `/s` of the stage, each of `commits` committed. */
async function made(stage: KvStage, ...commits: string[]) {
  const path = `${stage.root}/s`;
  const store = await stage.kv.create(path);
  for (const commit of commits) await store.commit(puts(commit));
  return { path, store };
}

/** The file with the latest commits of a closed store. */
async function logIn({ files, logOf }: KvStage, path: string): Promise<string> {
  return `${path}/${logOf((await files.list(path)) ?? [])}`;
}

/** What all engines promise. */
export function kvContract(name: string, begin: Begin): void {
  describe(`${name}: a store`, () => {
    living(begin);
    locking(begin);
  });
  describe(`${name}: a commit`, () => committing(begin));
  describe(`${name}: a scan`, () => scanning(begin));
  describe(`${name}: a raw read`, () => rawReading(begin));
  describe(`${name}: damage`, () => damaging(begin));
}

function living(begin: Begin): void {
  it('keeps what was committed, from one opening to the next', async () => {
    const stage = await begin();
    const { path, store } = await made(stage, 'a=1 b=2', 'a=3 c=4');
    await store.close();
    const again = await stage.kv.open(path);
    await again.commit(puts('d=5'), [encode('b')]);
    await again.close();
    const last = await stage.kv.open(path);
    expect(await scanned(last)).toBe('a=3 c=4 d=5');
    await last.close();
  });

  it('is gone before it is made, and looking for it makes nothing', async () => {
    const { kv, files, root } = await begin();
    expect(await code(kv.open(`${root}/s`))).toBe('GONE');
    expect(await files.list(root)).toEqual([]);
    await files.makeDirectory(`${root}/empty`);
    expect(await code(kv.open(`${root}/empty`))).toBe('GONE');
    expect(await files.list(`${root}/empty`)).toEqual([]);
  });

  it('is not made where one is', async () => {
    const stage = await begin();
    const { path, store } = await made(stage, 'a=1');
    await store.close();
    expect(await code(stage.kv.create(path))).toBe('TAKEN');
    const { entries, damage } = await stage.kv.readRaw(path);
    expect([shown(entries), damage]).toEqual(['a=1', []]);
  });

  it('is destroyed with its directory, and can be made again', async () => {
    const stage = await begin();
    const { path, store } = await made(stage, 'a=1');
    await store.close();
    await stage.kv.destroy(path);
    expect(await stage.files.list(stage.root)).toEqual([]);
    expect(await code(stage.kv.open(path))).toBe('GONE');
    const again = await made(stage);
    expect(await scanned(again.store)).toBe('');
    await again.store.close();
  });

  it('is destroyed without a word where none is', async () => {
    const { kv, files, root } = await begin();
    expect(await code(kv.destroy(`${root}/s`))).toBe('done');
    expect(await files.list(root)).toEqual([]);
  });

  it('is gone for whoever uses it after it was closed', async () => {
    const stage = await begin();
    const { path, store } = await made(stage, 'a=1');
    await store.close();
    const used = [() => store.get(encode('a')), () => store.commit(puts('b=2')), () => all(store)];
    for (const use of used) expect(await code(use())).toBe('GONE');
    expect(shown((await stage.kv.readRaw(path)).entries)).toBe('a=1');
  });

  it('shares nothing with the one beside it', async () => {
    const stage = await begin();
    const { store } = await made(stage, 'a=1');
    const other = await stage.kv.create(`${stage.root}/other`);
    expect([await scanned(store), await scanned(other)]).toEqual(['a=1', '']);
    await Promise.all([store.close(), other.close()]);
  });
}

function locking(begin: Begin): void {
  it('is open once', async () => {
    const stage = await begin();
    const { path, store } = await made(stage, 'a=1');
    expect(await code(stage.kv.open(path))).toBe('LOCKED');
    expect(await code(stage.kv.destroy(path))).toBe('LOCKED');
    await store.commit(puts('b=2'));
    expect(await scanned(store)).toBe('a=1 b=2');
    await store.close();
    expect(await code(stage.kv.destroy(path))).toBe('done');
  });

  it('is opened for one of two who ask at once', async () => {
    const stage = await begin();
    const { path, store } = await made(stage, 'a=1');
    await store.close();
    const asked = await Promise.allSettled([stage.kv.open(path), stage.kv.open(path)]);
    const open = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const codes = asked.map((one) => (one.status === 'rejected' ? one.reason.code : 'open'));
    expect(codes.sort()).toEqual(['LOCKED', 'open']);
    for (const other of open) await other.close();
  });

  it('is not held by an opening that failed', async () => {
    const stage = await begin();
    expect(await code(stage.kv.open(`${stage.root}/s`))).toBe('GONE');
    const { path, store } = await made(stage, 'a=1');
    await store.close();
    expect(await code(stage.kv.create(path))).toBe('TAKEN');
    const again = await stage.kv.open(path);
    expect(await scanned(again)).toBe('a=1');
    await again.close();
  });
}

function committing(begin: Begin): void {
  it('can be read at once, whole', async () => {
    const stage = await begin();
    const { store } = await made(stage, 'a=1 b=2');
    await store.commit(puts('b=3 c=4'), [encode('a'), encode('absent')]);
    const read = await Promise.all(['a', 'b', 'c', 'd'].map((key) => store.get(encode(key))));
    expect(read).toEqual([undefined, encode('3'), encode('4'), undefined]);
    expect(await scanned(store)).toBe('b=3 c=4');
    await store.close();
  });

  it('is in the files of the store once it is done', async () => {
    const stage = await begin();
    const { path, store } = await made(stage);
    for (const commit of ['a=1', 'b=2', 'a=3 c=4']) {
      await store.commit(puts(commit), [encode('b')]);
      const { entries, damage } = await stage.kv.readRaw(path);
      expect([shown(entries), damage]).toEqual([await scanned(store), []]);
    }
    await store.close();
  });

  it('comes after those that were asked for before it', async () => {
    const stage = await begin();
    const { path, store } = await made(stage);
    const commits = Array.from({ length: 50 }, (_, count) => store.commit(puts(`a=${count}`)));
    await Promise.all(commits);
    await store.close();
    expect(shown((await stage.kv.readRaw(path)).entries)).toBe('a=49');
  });

  it('takes keys and values of any bytes, and gives plain arrays of bytes', async () => {
    const stage = await begin();
    const { store } = await made(stage);
    const value = Uint8Array.from({ length: 10_000 }, (_, at) => at % 253);
    const entries = [
      { key: Uint8Array.of(0), value: new Uint8Array() },
      { key: Uint8Array.of(0, 0), value: Uint8Array.of(0) },
      { key: Uint8Array.of(127, 255), value },
      { key: Uint8Array.of(128), value: Uint8Array.of(255, 254) },
    ];
    await store.commit(entries.toReversed());
    expect(await all(store)).toEqual(entries);
    expect(await Promise.all(entries.map(({ key }) => store.get(key)))).toEqual(
      entries.map((entry) => entry.value),
    );
    await store.close();
  });
}

function scanning(begin: Begin): void {
  const entries = 'a=1 ab=2 b=3 ba=4 c=5';

  it.each<[string, Partial<KvRange>, string]>([
    ['a to z', {}, entries],
    ['ab to ba', {}, 'ab=2 b=3'],
    ['b to b', {}, ''],
    ['c to a', {}, ''],
    ['d to z', {}, ''],
    ['a to z', { reverse: true }, 'c=5 ba=4 b=3 ab=2 a=1'],
    ['ab to ba', { reverse: true }, 'b=3 ab=2'],
    ['a to z', { limit: 2 }, 'a=1 ab=2'],
    ['a to z', { limit: 0 }, ''],
    ['a to z', { limit: 100 }, entries],
    ['a to c', { limit: 2, reverse: true }, 'ba=4 b=3'],
  ])('of %s, %j', async (range, options, expected) => {
    const stage = await begin();
    const { store } = await made(stage, 'c=5 ab=0 b=3', 'ba=4 a=1 ab=2');
    const [from = '', to = ''] = range.split(' to ');
    const found = await scanned(store, { from: encode(from), to: encode(to), ...options });
    expect(found).toBe(expected);
    await store.close();
  });

  it('can be left early', async () => {
    const stage = await begin();
    const { store } = await made(stage, entries);
    const seen: string[] = [];
    for await (const entry of store.scan(everything)) {
      seen.push(shown([entry]));
      if (seen.length === 2) break;
    }
    await store.commit(puts('d=6'));
    await store.close();
    expect(seen).toEqual(['a=1', 'ab=2']);
  });

  it('does not see what is committed while it runs', async () => {
    const stage = await begin();
    const { store } = await made(stage, 'a=1 b=2');
    const seen: KvPut[] = [];
    for await (const entry of store.scan(everything)) {
      if (seen.length === 0) await store.commit(puts('b=3 c=4'));
      seen.push(entry);
    }
    expect([shown(seen), await scanned(store)]).toEqual(['a=1 b=2', 'a=1 b=3 c=4']);
    await store.close();
  });
}

function rawReading(begin: Begin): void {
  const raw = ({ entries, damage }: RawStore) => ({ entries: shown(entries), damage });

  it('gives the live entries in the order of their keys, trusted or not', async () => {
    const stage = await begin();
    const { path, store } = await made(stage, 'c=1 a=2 b=3', 'a=4 d=5');
    await store.commit([], [encode('b')]);
    await store.close();
    const expected = { entries: 'a=4 c=1 d=5', damage: [] };
    expect(raw(await stage.kv.readRaw(path))).toEqual(expected);
    expect(raw(await stage.kv.readRaw(path, { trusted: true }))).toEqual(expected);
    const ranges = [{ from: encode('b'), to: encode('d') }];
    expect(raw(await stage.kv.readRaw(path, { ranges })).entries).toContain('c=1');
    const again = await stage.kv.open(path);
    await again.commit(puts('e=6'));
    await again.close();
    expect(raw(await stage.kv.readRaw(path))).toEqual({ entries: 'a=4 c=1 d=5 e=6', damage: [] });
  });

  it('writes nothing and locks nothing', async () => {
    const stage = await begin();
    const { path, store } = await made(stage, 'a=1');
    expect(raw(await stage.kv.readRaw(path))).toEqual({ entries: 'a=1', damage: [] });
    expect(await code(stage.kv.open(path))).toBe('LOCKED');
    await store.close();
    const names = await stage.files.list(path);
    await stage.kv.readRaw(path);
    expect(await stage.files.list(path)).toEqual(names);
    expect(await code(stage.kv.destroy(path))).toBe('done');
  });

  it('finds no entries and one damage where no store is', async () => {
    const { kv, files, root } = await begin();
    await files.makeDirectory(`${root}/empty`);
    for (const path of [`${root}/s`, `${root}/empty`]) {
      const { entries, damage } = await kv.readRaw(path);
      expect([entries, damage.map(({ isTornTail }) => isTornTail)]).toEqual([[], [false]]);
    }
    expect(await files.list(`${root}/empty`)).toEqual([]);
  });
}

function damaging(begin: Begin): void {
  it.each([1, 5])('by a crash: %d bytes short, all but the last commit is read', async (short) => {
    const stage = await begin();
    const { path, store } = await made(stage, 'a=1', 'b=2', 'c=three');
    await store.close();
    const log = await logIn(stage, path);
    await stage.files.truncate(log, ((await stage.files.stat(log))?.sizeBytes ?? 0) - short);
    const { entries, damage } = await stage.kv.readRaw(path);
    const found = damage.map(({ file, isTornTail }) => [`${path}/${file}`, isTornTail]);
    expect([shown(entries), found]).toEqual(['a=1 b=2', [[log, true]]]);
    const again = await stage.kv.open(path);
    await again.commit(puts('d=4'));
    expect(await scanned(again)).toBe('a=1 b=2 d=4');
    await again.close();
  });

  /** A store of three commits, with one byte of the value of the second another. */
  async function tampered(stage: KvStage) {
    const { path, store } = await made(stage, 'a=1', 'b=tamper-here', 'c=3');
    await store.close();
    const log = await logIn(stage, path);
    const at = Buffer.from((await stage.files.read(log)) ?? []).indexOf('tamper-here');
    await stage.files.overwrite(log, at, encode('T'));
    return { path, log };
  }

  it('by a stranger is no torn tail, and what is before it is read', async () => {
    const stage = await begin();
    const { path, log } = await tampered(stage);
    const { entries, damage } = await stage.kv.readRaw(path);
    const found = damage.map(({ file, isTornTail }) => [`${path}/${file}`, isTornTail]);
    expect([found[0], shown(entries).split(' ')[0]]).toEqual([[log, false], 'a=1']);
    expect(shown(entries)).not.toContain('b=');
  });

  it('of a trusted store is not looked for', async () => {
    const stage = await begin();
    const { path } = await tampered(stage);
    const { entries, damage } = await stage.kv.readRaw(path, { trusted: true });
    expect([shown(entries), damage]).toEqual(['a=1 b=Tamper-here c=3', []]);
  });

  it('is gone once the store is repaired', async () => {
    const stage = await begin();
    const { path } = await tampered(stage);
    await stage.kv.repair(path);
    const { entries, damage } = await stage.kv.readRaw(path);
    expect([damage, shown(entries).split(' ')[0]]).toEqual([[], 'a=1']);
    const store = await stage.kv.open(path);
    expect(await scanned(store)).toBe(shown(entries));
    await store.close();
  });
}
