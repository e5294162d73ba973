import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Level } from 'level';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { StorageError } from '../../storage/faults.ts';
import { levelKv } from '../../storage/level-kv.ts';
import type { Kv, KvRange, KvStore } from '../../storage/ports.ts';
import { bytesIn, diskOf, temporaryDirectory } from './disk.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const text = (found: Uint8Array | undefined) => found && Buffer.from(found).toString();
const put = (key: string, value: string) => ({ key: bytes(key), value: bytes(value) });

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error) => (error instanceof StorageError ? error.code : String(error)),
  );

const pipe = (path: string): void => void spawnSync('mkfifo', [path]);
const link = (path: string): void => symlinkSync('/dev/null', path);

/** A place for a store, which is closed after the test. */
function placeOf() {
  const kv = levelKv(diskOf());
  const path = join(temporaryDirectory(), 'below', 'store');
  const keep = (store: KvStore): KvStore => {
    onTestFinished(() => store.close());
    return store;
  };
  return {
    kv,
    path,
    create: async () => keep(await kv.create(path)),
    open: async () => keep(await kv.open(path)),
  };
}

async function scanned(store: KvStore, range: Partial<KvRange> = {}): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of store.scan({ from: bytes(''), to: bytes('~'), ...range })) {
    found.push(`${text(entry.key)}=${text(entry.value)}`);
  }
  return found;
}

describe('a store', () => {
  it('keeps what was committed, beyond its end', async () => {
    const { create, open } = placeOf();
    const store = await create();
    await store.commit([put('a', '1'), put('b', '2'), put('c', '')]);
    await store.commit([put('a', '3')], [bytes('b'), bytes('never')]);
    await store.commit([]);
    expect(await scanned(store)).toEqual(['a=3', 'c=']);
    await store.close();
    const again = await open();
    expect(await scanned(again)).toEqual(['a=3', 'c=']);
    expect(await again.get(bytes('a'))).toEqual(bytes('3'));
    expect(await again.get(bytes('c'))).toEqual(new Uint8Array());
    expect(await again.get(bytes('b'))).toBeUndefined();
  });

  it('takes what it is given when it is given, and hands out bytes of its own', async () => {
    const { create } = placeOf();
    const store = await create();
    const key = bytes('k');
    const value = bytes('v');
    const committed = store.commit([{ key, value }]);
    key.fill(0);
    value.fill(0);
    await committed;
    const got = await store.get(bytes('k'));
    got?.fill(0);
    expect(await scanned(store)).toEqual(['k=v']);
  });

  it('scans ranges in the order of bytes, both ways, and no further than asked', async () => {
    const { create } = placeOf();
    const store = await create();
    await store.commit(['a', 'b', 'ba', 'c', 'd'].map((key) => put(key, key)));
    await store.commit([{ key: Uint8Array.of(0), value: bytes('zero') }]);
    expect(await scanned(store, { from: bytes('b'), to: bytes('d') })).toEqual([
      'b=b',
      'ba=ba',
      'c=c',
    ]);
    expect(await scanned(store, { reverse: true, limit: 2 })).toEqual(['d=d', 'c=c']);
    expect(await scanned(store, { limit: 0 })).toEqual([]);
    expect(await scanned(store, { from: bytes('d'), to: bytes('b') })).toEqual([]);
    expect(await scanned(store, { limit: 1 })).toEqual(['\0=zero']);
    for await (const { key } of store.scan({ from: bytes('b'), to: bytes('~') })) {
      expect(text(key)).toBe('b');
      break;
    }
  });

  it('that was closed is gone for whoever goes on using it', async () => {
    const { create } = placeOf();
    const store = await create();
    await store.close();
    expect(await codeOf(store.get(bytes('a')))).toBe('GONE');
    expect(await codeOf(store.commit([put('a', '1')]))).toBe('GONE');
    expect(await codeOf(scanned(store))).toBe('GONE');
  });

  it('writes nothing a second time that fits into its buffer', async () => {
    const logsOf = async (bufferBytes: number): Promise<string[]> => {
      const { kv, path } = placeOf();
      const store = await kv.create(path, { bufferBytes });
      for (const key of ['a', 'b', 'c']) await store.commit([put(key, key.repeat(65_536))]);
      await store.close();
      return readdirSync(path).filter((name) => name.endsWith('.log'));
    };
    expect(await logsOf(1024 * 1024)).toEqual(['000003.log']);
    expect(await logsOf(65_536)).not.toContain('000003.log');
  });

  it('waits until the disk has what was committed', async () => {
    const { create } = placeOf();
    const store = await create();
    const written: unknown[] = [];
    const { batch } = Level.prototype;
    vi.spyOn(Level.prototype, 'batch').mockImplementationOnce(function (this: Level) {
      const made = batch.call(this);
      const { write } = made;
      made.write = (options?: object) => {
        written.push(options);
        return write.call(made, options ?? {});
      };
      return made;
    });
    await store.commit([put('a', '1')]);
    expect(written).toEqual([{ sync: true }]);
    expect(await scanned(store)).toEqual(['a=1']);
  });

  it('takes nothing more after a commit that failed, until it is opened again', async () => {
    const { create, open } = placeOf();
    const store = await create();
    await store.commit([put('a', '1')]);
    vi.spyOn(Level.prototype, 'batch').mockImplementationOnce(() => {
      throw new Error('IO error: /s/000003.log: No space left on device');
    });
    expect(await codeOf(store.commit([put('b', '2')]))).toBe('NO_SPACE');
    expect(await codeOf(store.commit([put('c', '3')]))).toBe('NO_SPACE');
    await store.close();
    const again = await open();
    await again.commit([put('d', '4')]);
    expect(await scanned(again)).toEqual(['a=1', 'd=4']);
  });

  it('is found by a raw read as it is, while it is open and after', async () => {
    const { kv, path, create } = placeOf();
    const store = await create();
    await store.commit([put('a', '1'), put('b', '2')]);
    const raw = { entries: [put('a', '1'), put('b', '2')], damage: [] };
    expect(await kv.readRaw(path)).toEqual(raw);
    await store.close();
    expect(await kv.readRaw(path, { trusted: true })).toEqual(raw);
  });
});

describe('a place without a store', () => {
  it('cannot be opened, and nothing is left behind by trying', async () => {
    const { kv, path } = placeOf();
    expect(await codeOf(kv.open(path))).toBe('GONE');
    expect(existsSync(path)).toBe(false);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'note'), '');
    expect(await codeOf(kv.open(path))).toBe('GONE');
    expect(readdirSync(path)).toEqual(['note']);
  });

  it('becomes one only its owner may enter', async () => {
    const { path, create } = placeOf();
    await create();
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('may be destroyed, which does nothing', async () => {
    const { kv, path } = placeOf();
    expect(await codeOf(kv.destroy(path))).toBe('done');
    expect(existsSync(path)).toBe(false);
  });

  it('may be what a crash left of making one', async () => {
    const { path, create, open } = placeOf();
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'MANIFEST-000001'), 'half');
    writeFileSync(join(path, 'LOCK'), '');
    expect(await codeOf(open())).toBe('GONE');
    const store = await create();
    await store.commit([put('a', '1')]);
    expect(await scanned(store)).toEqual(['a=1']);
  });
});

describe('a place with a store', () => {
  it('is taken, whether the store is open or not', async () => {
    const { kv, path, create } = placeOf();
    const store = await create();
    expect(await codeOf(kv.create(path))).toBe('TAKEN');
    await store.close();
    expect(await codeOf(kv.create(path))).toBe('TAKEN');
  });

  it('is locked while it is open, for this process and for others', async () => {
    const { kv, path, create } = placeOf();
    const store = await create();
    const others = levelKv(diskOf());
    const attempts: ((user: Kv) => Promise<unknown>)[] = [
      (user) => user.open(path),
      (user) => user.open(`${path}/../store`),
      (user) => user.destroy(path),
      (user) => user.repair(path),
    ];
    for (const attempt of attempts) {
      expect(await codeOf(attempt(kv))).toBe('LOCKED');
      expect(await codeOf(attempt(others))).toBe('LOCKED');
    }
    expect(openElsewhere(path)).toBe('LEVEL_LOCKED');
    await store.commit([put('a', '1')]);
    await store.close();
    expect(openElsewhere(path)).toBe('open');
  });

  it('stays locked when whoever had it before closes once more', async () => {
    const { kv, path, create, open } = placeOf();
    const first = await create();
    await first.close();
    await open();
    await first.close();
    expect(await codeOf(kv.open(path))).toBe('LOCKED');
    expect(openElsewhere(path)).toBe('LEVEL_LOCKED');
  });

  it('may be opened again after an opening that failed', async () => {
    const { kv, path, create, open } = placeOf();
    await (await create()).close();
    const current = bytesIn(path).get('CURRENT') ?? new Uint8Array();
    writeFileSync(join(path, 'CURRENT'), 'MANIFEST-1');
    expect(await codeOf(kv.open(path))).toBe('CORRUPT');
    writeFileSync(join(path, 'CURRENT'), current);
    expect(await scanned(await open())).toEqual([]);
  });

  it('that lost CURRENT is neither opened nor made anew', async () => {
    const { kv, path, create } = placeOf();
    const store = await create();
    await store.commit([put('a', '1')]);
    await store.close();
    rmSync(join(path, 'CURRENT'));
    const before = bytesIn(path);
    expect(await codeOf(kv.open(path))).toBe('CORRUPT');
    expect(await codeOf(kv.create(path))).toBe('TAKEN');
    expect(bytesIn(path)).toEqual(before);
  });

  it.each([
    ['a pipe', 'CURRENT', pipe],
    ['a pipe', 'LOCK', pipe],
    ['a pipe', '000005.log', pipe],
    ['a link', 'CURRENT', link],
    ['a link', '000007.log', link],
  ])(
    'with %s for its %s is not opened, keeps nobody waiting, and writes nowhere else',
    async (_, name, make) => {
      const { path, create, open } = placeOf();
      await (await create()).close();
      rmSync(join(path, name), { force: true });
      make(join(path, name));
      await expect(open()).rejects.toMatchObject({
        code: 'CORRUPT',
        message: `${join(path, name)} is no file`,
      });
    },
  );

  it('that is a link is neither made, opened, read, repaired nor destroyed', async () => {
    const { kv, path, create } = placeOf();
    await (await create()).close();
    const before = bytesIn(path);
    const linked = `${path}.link`;
    symlinkSync(path, linked);
    const asked = ['create', 'open', 'readRaw', 'repair', 'destroy'] as const;
    const codes: string[] = [];
    for (const ask of asked) codes.push(await codeOf(kv[ask](linked)));
    expect([codes, bytesIn(path)]).toEqual([Array(5).fill('FOREIGN'), before]);
  });

  it('is repaired as far as it can be', async () => {
    const { kv, path, create, open } = placeOf();
    const store = await create();
    await store.commit([put('a', '1'), put('b', '2')]);
    await store.close();
    rmSync(join(path, 'CURRENT'));
    await kv.repair(path);
    expect(await scanned(await open())).toEqual(['a=1', 'b=2']);
  });

  it('is destroyed with all in it', async () => {
    const { kv, path, create } = placeOf();
    const store = await create();
    await store.commit([put('a', '1')]);
    await store.close();
    writeFileSync(join(path, 'note'), 'of a stranger');
    await kv.destroy(path);
    expect(existsSync(path)).toBe(false);
    expect(existsSync(join(path, '..'))).toBe(true);
  });
});

/** What comes of opening the store in a process of its own. */
function openElsewhere(path: string): string {
  const level = createRequire(import.meta.url).resolve('level');
  const script = `const { Level } = require(${JSON.stringify(level)});
    const db = new Level(${JSON.stringify(path)});
    db.open().then(() => db.close().then(() => 'open'), (error) => error.cause.code)
      .then((told) => process.stdout.write(told));`;
  return spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' }).stdout;
}
