import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { MemoryKv } from '../../runtime/world/memory-kv.ts';
import { hex } from '../../storage/bytes.ts';
import { claim } from '../../storage/data-dir.ts';
import { StorageError } from '../../storage/faults.ts';
import { encodeIdentity, type Identity } from '../../storage/identity.ts';
import { authenticate } from '../../storage/identity-copies.ts';
import { turnIdentity } from '../../storage/identity-turn.ts';
import { contents, refusal } from '../runtime/audit-stage.ts';
import { type Death, deaths, MortalFiles } from './mortal-files.ts';
import { drawn, rootKey, secretOf, storeId, wrapOf } from './sealing.ts';

const owner = { pid: 42, host: 'db-1', name: 'orders' };
const keys = { old: secretOf(7), new: secretOf(9) };
/** Of a rotation: each copy is renamed and replaced, then what it was is overwritten, removed. */
const WRITES = 8;

function opening(files: MortalFiles, key = keys.old) {
  const clock = new VirtualClock(Date.UTC(2026, 4, 1));
  const ports = { files, kv: new MemoryKv(files), clock };
  return claim(ports, '/data', { key, storeId, random: drawn() }, owner);
}

/** A directory after one write of a rotation went wrong, and nobody has opened it since. */
async function rotatedBadly(death: Death, at: number): Promise<MortalFiles> {
  const files = new MortalFiles();
  const dir = await opening(files);
  await dir.noteLog();
  Object.assign(files, { death, dieAt: files.writes + at });
  await dir.rewrap({ key: keys.new, random: drawn(2) }).catch(() => {});
  files.revive();
  return files;
}

/** What comes of opening it with that key: for good, with no alarm, and no other key after that. */
async function openedWith(files: MortalFiles, which: 'old' | 'new'): Promise<boolean> {
  const key = keys[which];
  if ((await authenticate(files, '/data', key)) === undefined) return false;
  const dir = await opening(files, key);
  expect([dir.problems, dir.identity.hasLog]).toEqual([[], true]);
  await dir.noteLog();
  expect(await dir.restore()).toBe(false);
  await dir.release();
  const other = which === 'old' ? keys.new : keys.old;
  expect(await refusal(opening(files, other))).toMatch(/^WRONG_KEY/);
  expect(await files.list('/data')).toEqual(['identity', 'identity.bak', 'lock', 'owner']);
  return true;
}

async function opensWith(death: Death, at: number): Promise<string> {
  const isOld = await openedWith(await rotatedBadly(death, at), 'old');
  const isNew = await openedWith(await rotatedBadly(death, at), 'new');
  return isOld && isNew ? 'both' : isOld ? 'old' : isNew ? 'new' : 'none';
}

describe('a rotation of the master key', () => {
  it.each(deaths)('whose process dies at any write opens as promised: %s', async (death) => {
    const found: string[] = [];
    for (let at = 1; at <= WRITES; at++) found.push(await opensWith(death, at));
    const isLate = death === 'after it';
    const after = ['new', 'new', 'new', 'new'];
    expect(found).toEqual(
      isLate ? ['old', 'both', 'both', 'new', ...after] : ['old', 'old', 'both', 'both', ...after],
    );
    const { writes } = await rotatedBadly('after it', Number.POSITIVE_INFINITY);
    const before = await rotatedBadly('amid it', 1);
    expect(writes).toBe(before.writes - 1 + WRITES);
  });

  it('that a failing disk ends goes on when it is tried again', async () => {
    for (let at = 1; at <= WRITES / 2; at++) {
      const files = new MortalFiles();
      const dir = await opening(files);
      await dir.noteLog();
      Object.assign(files, { death: 'never, it fails', dieAt: files.writes + at });
      const rotate = () => dir.rewrap({ key: keys.new, random: drawn(2) });
      expect(await refusal(rotate())).toBe('DISK_FAILED: a write went wrong');
      expect(await dir.restore()).toBe(false);
      await rotate();
      await dir.release();
      expect(await openedWith(files, 'old')).toBe(false);
      expect(await openedWith(files, 'new')).toBe(true);
    }
  });

  it('leaves nothing that the old key opens, and overwrites that where it stood', async () => {
    const files = new MortalFiles();
    const identity: Identity = { storeId, wrap: wrapOf(7) };
    const old = encodeIdentity(identity, rootKey);
    await files.makeDirectory('/data');
    for (const name of ['identity', 'identity.bak', 'identity.bak.0f.tmp']) {
      await files.create(`/data/${name}`, old);
    }
    const zeroed: string[] = [];
    const { overwrite } = files;
    files.overwrite = async (path, at, bytes) => {
      if (at === 0 && bytes.every((byte) => byte === 0)) zeroed.push(`${path} ${bytes.length}`);
      await overwrite.call(files, path, at, bytes);
    };
    const turned = { ...identity, wrap: wrapOf(9) };
    await turnIdentity(files, '/data', turned, rootKey);
    expect(zeroed).toEqual([
      '/data/identity.bak.0f.tmp 200',
      '/data/identity.bak.old 200',
      '/data/identity.old 200',
    ]);
    const all = Object.values(await contents(files, '/data')).join();
    expect(all).not.toContain(hex(identity.wrap.sealed));
    expect(await authenticate(files, '/data', keys.old)).toBeUndefined();
    const found = await authenticate(files, '/data', keys.new);
    expect(found?.identity).toEqual(turned);
  });

  it('is refused once the directory is released, or somebody else’s', async () => {
    const files = new MortalFiles();
    const dir = await opening(files);
    const other: Identity = { storeId: storeId.map((byte) => byte + 1), wrap: wrapOf(7) };
    for (const name of ['identity', 'identity.bak']) await files.remove(`/data/${name}`);
    await files.create('/data/identity', encodeIdentity(other, rootKey));
    const rotate = () => dir.rewrap({ key: keys.new, random: drawn(2) });
    expect(await refusal(rotate())).toBe('LOCKED: /data was taken by another store');
    await dir.release();
    await expect(rotate()).rejects.toEqual(new StorageError('GONE', 'the directory was released'));
    expect(await files.read('/data/identity')).toEqual(encodeIdentity(other, rootKey));
  });
});
