import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OfflineAudit } from '../../../runtime/cli/offline-audit.ts';
import type { MasterKeySource } from '../../../runtime/options/master-key.ts';
import { diskFiles } from '../../../runtime/world/files.ts';
import { nodeWorld } from '../../../runtime/world/node.ts';
import { identify } from '../../../storage/data-dir.ts';
import { writeIdentity } from '../../../storage/identity-copies.ts';
import { temporaryDirectory } from '../../storage/disk.ts';
import { rootKey, storeId, wrapOf } from '../../storage/sealing.ts';
import { dataDir, keyHex, lineAt } from './data-dir.fixture.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

async function open(path: string, source: MasterKeySource | undefined = { env: 'KEY' }) {
  const world = nodeWorld({ log: quiet });
  const identity = await identify(world.files, path);
  if (identity === undefined) throw new Error('no identity');
  return new OfflineAudit({ world, env: { KEY: keyHex } }, path, identity, source);
}

/** Names, times and bytes of all that is below. */
function digest(path: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()) {
    const stat = statSync(`${path}/${name}`);
    hash.update(`${name} ${stat.mtimeMs}\n`);
    if (stat.isFile()) hash.update(readFileSync(`${path}/${name}`));
  }
  return hash.digest('hex');
}

async function all<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('the audit log in a directory', () => {
  it('that a crash kept from beginning is no alarm; one that was removed is', async () => {
    const files = diskFiles;
    const verdicts: string[] = [];
    for (const hasLog of [false, true]) {
      const path = join(temporaryDirectory(), 'data');
      await files.makeDirectory(path);
      const identity = { storeId, wrap: wrapOf(7), ...(hasLog && { hasLog }) };
      await writeIdentity(files, path, identity, rootKey);
      const { verdict } = await (await open(path)).verify(() => {});
      verdicts.push(verdict);
    }
    expect(verdicts).toEqual(['tornTail', 'rolledBack']);
  });

  it('is read without a trace', async () => {
    const { path } = await dataDir({ isShredded: true, isClosed: false });
    const before = digest(path);
    const offline = await open(path);
    const progress: unknown[] = [];
    const { verdict } = await offline.verify((done, of) => progress.push([done, of]));
    const lines = await all(offline.export({}));
    const last = await all(offline.tail(2, false));
    await offline.status();
    await offline.close();
    expect([
      verdict,
      progress,
      lines,
      last.map((read) => read.kind === 'record' && read.index),
    ]).toEqual([
      'shredded',
      [
        [0, 2],
        [1, 2],
        [2, 2],
      ],
      ['{"gap":{"from":0,"to":5,"because":"shredded"}}', ...[5, 6, 7].map(lineAt)],
      [6, 7],
    ]);
    expect(digest(path)).toBe(before);
  });

  it('whose audit keys are gone is tampered, beside an anchor as well', async () => {
    const { path } = await dataDir();
    const key = { file: path.replace('data', 'key'), create: false };
    const { checkpoint: anchor } = await (await open(path, key)).rotateKey({}, () => {});
    for (const name of ['archive', 'archive.bak']) rmSync(`${path}/audit/${name}`);
    const offline = await open(path);
    const found = await offline.verify(() => {}, { anchor });
    expect(found).toEqual(await offline.verify(() => {}));
    expect([found.verdict, found.problems]).toEqual([
      'tampered',
      ['archive.bak', 'archive'].map((name) => ({
        verdict: 'tampered',
        because: `${name} is missing`,
      })),
    ]);
  });

  it('has fewer records than a tail may ask for', async () => {
    const { path } = await dataDir();
    const offline = await open(path);
    expect((await all(offline.tail(100, false))).length).toBe(8);
    expect(await all(offline.tail(0, false))).toEqual([]);
  });

  it('cannot be followed: nobody writes it', async () => {
    const { path } = await dataDir();
    const message = `nobody answers at ${path}/control.sock to follow`;
    await expect(all((await open(path)).tail(1, true))).rejects.toThrow(message);
  });

  it('is exported by type, time and index', async () => {
    const { path } = await dataDir();
    const offline = await open(path);
    const since = '2026-01-01T00:00:00.001Z';
    expect([
      await all(offline.export({ type: 'order.placed', fromIndex: 1, toIndex: 7 })),
      await all(offline.export({ subject: 'order/5' })),
      await all(offline.export({ since })),
      await all(offline.export({ until: since, toIndex: 1 })),
    ]).toEqual([[2, 4, 6].map(lineAt), [lineAt(5)], [], [lineAt(0)]]);
  });

  it('is shredded under the lock, on record, and by nothing but the request', async () => {
    const { path } = await dataDir();
    const offline = await open(path, { file: path.replace('data', 'key'), create: false });
    expect(await offline.shred({ before: 5, reason: 'a request' })).toEqual([1]);
    expect(await offline.shred({ before: 5, reason: 'again' })).toEqual([]);
    const lines = await all(offline.export({ fromIndex: 0, toIndex: 9 }));
    const told = await all(offline.export({ type: 'audit.shredding' }));
    expect(lines.slice(0, 4)).toEqual([
      '{"gap":{"from":0,"to":5,"because":"shredded"}}',
      ...[5, 6, 7].map(lineAt),
    ]);
    expect(told.slice(1).map((line) => JSON.parse(line).data.because)).toEqual(['a request']);
    expect((await offline.verify(() => {})).verdict).toBe('shredded');
  });

  it('keeps what is old, if that is not what is to be shredded', async () => {
    const { path } = await dataDir();
    const offline = await open(path, { file: path.replace('data', 'key'), create: false });
    expect(await offline.shred({ before: 4, reason: 'a request' })).toEqual([]);
    expect((await all(offline.export({ toIndex: 8 }))).length).toBe(8);
  });

  it('takes the key for whatever is in records', async () => {
    const { path } = await dataDir();
    const world = nodeWorld({ log: quiet });
    const identity = await identify(world.files, path);
    if (identity === undefined) throw new Error('no identity');
    const offline = new OfflineAudit({ world, env: {} }, path, identity, undefined);
    const refused = { name: 'Failure', exit: 4 };
    await expect(all(offline.export({}))).rejects.toMatchObject(refused);
    await expect(all(offline.tail(1, false))).rejects.toMatchObject(refused);
    await expect(offline.shred({ before: 1, reason: 'old' })).rejects.toMatchObject(refused);
    expect((await offline.status()).head).toBe(null);
    expect((await offline.verify(() => {})).verdict).toBe('unverifiable');
  });
});
