import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { FaultyClock, type ProcessClock } from '../../runtime/sim/faulty-clock.ts';
import { FaultyDisk } from '../../runtime/sim/faulty-disk.ts';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { MemoryKv } from '../../runtime/world/memory-kv.ts';
import { text } from '../../storage/bytes.ts';
import { claim, identify, mustHaveRoom, START_BYTES_MIN } from '../../storage/data-dir.ts';
import { StorageError } from '../../storage/faults.ts';
import { encodeIdentity, type Identity } from '../../storage/identity.ts';
import { contents, refusal } from '../runtime/audit-stage.ts';
import { drawn, flipped, rootKey, secretOf, storeId, wrapOf } from './sealing.ts';

const identity: Identity = { storeId, wrap: wrapOf(7) };
const master = secretOf(7);
const opener = { key: master, storeId, random: drawn() };
const owner = { pid: 42, host: 'db-1', name: 'orders' };
const startMs = Date.UTC(2026, 4, 1, 12);

function disk() {
  const files = new MemoryFiles();
  const ports = { files, kv: new MemoryKv(files), clock: new VirtualClock(startMs) };
  const take = (key = master, as = owner) => claim(ports, '/srv/data', { ...opener, key }, as);
  return { ...ports, take };
}

describe('what stands at a path', () => {
  it('is nothing yet where there is no directory, an empty one, one begun in vain', async () => {
    const { files } = disk();
    const found = [await identify(files, '/srv/data')];
    await files.makeDirectory('/srv/data');
    found.push(await identify(files, '/srv/data'));
    await files.makeDirectory('/srv/data/lock');
    await files.create('/srv/data/owner', text('{}'));
    await files.create('/srv/data/owner.tmp', text('{}'));
    await files.create('/srv/data/identity.tmp', text('HF'));
    found.push(await identify(files, '/srv/data'));
    expect(found).toEqual([undefined, undefined, undefined]);
  });

  it('is the store that was made there', async () => {
    const { files, take } = disk();
    await take();
    const wraps = [expect.objectContaining({ sinceMs: startMs })];
    expect(await identify(files, '/srv/data')).toEqual({ storeId, wraps });
  });

  it('is foreign if it holds anything else', async () => {
    const { files } = disk();
    await files.makeDirectory('/srv/data/photos');
    expect(await refusal(identify(files, '/srv/data'))).toBe(
      'FOREIGN: /srv/data holds photos, and no identity of a store',
    );
  });

  it('is foreign if it is a file', async () => {
    const { files } = disk();
    await files.makeDirectory('/srv');
    await files.create('/srv/data', text('mine'));
    expect(await refusal(identify(files, '/srv/data'))).toBe('FOREIGN: /srv/data is no directory');
  });

  it('is refused if its identity is of another version, damaged, or foreign', async () => {
    const { files } = disk();
    await files.makeDirectory('/srv/data');
    const bytes = encodeIdentity(identity, rootKey);
    const refused: (string | undefined)[] = [];
    const spoiled = [flipped(bytes, 7), flipped(bytes, 7, 3), flipped(bytes, 20), text('PNG')];
    for (const found of spoiled) {
      await files.replace('/srv/data/identity', found);
      refused.push((await refusal(identify(files, '/srv/data'))).split(':')[0]);
    }
    expect(refused).toEqual(['NEWER_VERSION', 'OLDER_VERSION', 'CORRUPT', 'FOREIGN']);
  });

  it('is never changed by looking', async () => {
    const { files } = disk();
    await files.makeDirectory('/srv');
    files.isReadOnly = true;
    expect(await identify(files, '/srv/data')).toBe(undefined);
  });
});

describe('the room a store needs to begin', () => {
  it('is measured at the nearest directory that is there', async () => {
    const { files } = disk();
    files.spaceBytes = START_BYTES_MIN;
    await mustHaveRoom(files, '/srv/data/deeper');
    files.spaceBytes = START_BYTES_MIN - 1;
    expect(await refusal(mustHaveRoom(files, '/srv/data'))).toBe(
      `NO_SPACE: /srv/data needs ${START_BYTES_MIN} free bytes to start, ` +
        `and has ${START_BYTES_MIN - 1}`,
    );
  });
});

describe('a directory that was claimed', () => {
  it('is a store with an identity, and names its owner', async () => {
    const { files, take } = disk();
    const { path, identity: found } = await take();
    const named = JSON.parse(Buffer.from((await files.read(`${path}/owner`)) ?? []).toString());
    expect([path, found.storeId, named]).toEqual([
      '/srv/data',
      storeId,
      { ...owner, startedAt: '2026-05-01T12:00:00.000Z' },
    ]);
  });

  it('is the store it was, for whoever claims it next', async () => {
    const { files, ...ports } = disk();
    const first = await claim({ files, ...ports }, '/srv/data', opener, owner);
    await first.release();
    const other = { ...opener, storeId: storeId.map((byte) => byte + 1) };
    const next = await claim({ files, ...ports }, '/srv/data', other, owner);
    expect([next.identity, next.rootKey.equals(first.rootKey)]).toEqual([first.identity, true]);
  });

  it('is nobody else’s until it is released, and says whose', async () => {
    const { take } = disk();
    const mine = await take();
    expect(await refusal(take(master, { pid: 43, host: 'db-2', name: 'other' }))).toBe(
      'LOCKED: /srv/data is in use by process 42 on db-1, runtime orders, ' +
        'since 2026-05-01T12:00:00.000Z',
    );
    await mine.release();
    expect((await take()).identity.storeId).toEqual(storeId);
  });

  it.each(['', 'no JSON', 'null'])('is in use by nobody known if the name is %o', async (name) => {
    const { files, take } = disk();
    await take();
    await files.replace('/srv/data/owner', text(name));
    expect(await refusal(take())).toBe(
      'LOCKED: /srv/data is in use by a process that left no name',
    );
  });

  it.each([1, 2, 3, 4, 5, 6])(
    'can be claimed after a process died at its write %i',
    async (nth) => {
      for (const death of ['before', 'torn'] as const) {
        const clock = new VirtualClock(startMs);
        const machine = new FaultyClock(clock);
        const disk = new FaultyDisk({
          nowMs: () => 0,
          random: () => new SeededRandom(1).stream('disk'),
          onMishap: () => {
            first.isDead = true;
          },
        });
        const first = machine.process();
        disk.mishapAt(nth, death);
        const claimOn = (process: ProcessClock) => {
          const files = disk.mount(process);
          const ports = { files, kv: new MemoryKv(files), clock: process };
          return claim(ports, '/srv/data', opener, owner);
        };
        void claimOn(first);
        await clock.advanceAsync(1);
        expect(first.isDead).toBe(true);
        const { identity: found } = await claimOn(machine.process());
        expect(found.storeId).toEqual(storeId);
      }
    },
  );

  it('is not touched for a wrong key', async () => {
    const { files, take } = disk();
    await (await take()).release();
    const before = await contents(files, '/');
    files.isReadOnly = true;
    expect(await refusal(take(secretOf(8)))).toBe(
      'WRONG_KEY: the master key is not the one of /srv/data',
    );
    expect(await contents(files, '/')).toEqual(before);
  });

  it('is free again if it cannot be made a store', async () => {
    const { files, kv, take } = disk();
    const { replace } = files;
    files.replace = (path, bytes) =>
      path.endsWith('identity')
        ? Promise.reject(new Error('no'))
        : replace.call(files, path, bytes);
    expect(await refusal(take())).toBe('Error: no');
    files.replace = replace;
    await (await kv.open('/srv/data/lock')).close();
    expect((await take()).identity.storeId).toEqual(storeId);
  });

  it('misses no copy of its identity that nobody lived to write', async () => {
    const { files, take } = disk();
    const { replace } = files;
    const dieBeforeIdentity = () => {
      files.replace = (path, bytes) =>
        path.endsWith('identity')
          ? Promise.reject(new Error('no'))
          : replace.call(files, path, bytes);
    };
    dieBeforeIdentity();
    expect(await refusal(take())).toBe('Error: no');
    files.replace = replace;
    const second = await take();
    dieBeforeIdentity();
    expect(await refusal(second.noteLog())).toBe('Error: no');
    files.replace = replace;
    await second.release();
    const { problems, identity: found } = await take();
    expect([problems, found.hasLog]).toEqual([[], true]);
  });

  it('is claimed although its lock is damaged, for there is nothing in it', async () => {
    const { files, take } = disk();
    await (await take()).release();
    await files.replace('/srv/data/lock/store', text('torn'));
    await (await take()).release();
    expect((await take()).identity.storeId).toEqual(storeId);
  });
});

describe('a directory with an audit log', () => {
  it('says so from then on, also when it is made again', async () => {
    const { files, take } = disk();
    const dir = await take();
    expect((await identify(files, '/srv/data'))?.hasLog).toBeUndefined();
    await dir.noteLog();
    expect((await identify(files, '/srv/data'))?.hasLog).toBe(true);
    files.removeAll();
    expect([await dir.restore(), (await identify(files, '/srv/data'))?.hasLog]).toEqual([
      ...[true, true],
    ]);
  });
});

describe('a directory with identity keys', () => {
  it('says so from then on, beside its log, and also when it is made again', async () => {
    const { files, take } = disk();
    const dir = await take();
    const told = async () => {
      const { hasLog, ringGeneration } = (await identify(files, '/srv/data')) ?? {};
      return { hasLog, ringGeneration };
    };
    await dir.noteRing(7);
    expect(await told()).toEqual({ hasLog: undefined, ringGeneration: 7 });
    await dir.noteLog();
    files.removeAll();
    await dir.restore();
    expect(await told()).toEqual({ hasLog: true, ringGeneration: 7 });
    await dir.release();
    expect((await take()).identity).toMatchObject({ hasLog: true, ringGeneration: 7 });
  });
});

describe('what a directory is to say of its log and its keys', () => {
  it('is refused once it is released, or somebody else’s', async () => {
    const { files, take } = disk();
    const dir = await take();
    const other: Identity = { ...identity, storeId: storeId.map((byte) => byte + 1) };
    for (const name of ['identity', 'identity.bak']) await files.remove(`/srv/data/${name}`);
    await files.create('/srv/data/identity', encodeIdentity(other, rootKey));
    const before = await contents(files, '/srv');
    const all = () => [dir.noteRing(7), dir.noteLog(), dir.mustBeOurs()];
    const refused = await Promise.all(all().map(refusal));
    await dir.release();
    refused.push(...(await Promise.all(all().map(refusal))));
    const taken = 'LOCKED: /srv/data was taken by another store';
    const released = 'GONE: the directory was released';
    expect(refused).toEqual([taken, taken, taken, released, released, released]);
    expect(await contents(files, '/srv')).toEqual(before);
  });

  it('is said in one that was removed, which is told to have been made again', async () => {
    const { files, take } = disk();
    const dir = await take();
    files.removeAll();
    await dir.noteRing(7);
    expect((await identify(files, '/srv/data'))?.ringGeneration).toBe(7);
    expect([await dir.restore(), await dir.restore()]).toEqual([true, false]);
    await dir.release();
    expect((await take()).identity.ringGeneration).toBe(7);
  });
});

describe('a damaged copy of the identity', () => {
  it('stays until the log is open, and has told of it', async () => {
    const { files, take } = disk();
    await (await take()).release();
    const damaged = flipped(encodeIdentity(identity, rootKey), 20);
    await files.replace('/srv/data/identity', damaged);
    const dir = await take();
    expect(dir.problems).toEqual([{ verdict: 'tampered', because: 'identity is damaged' }]);
    expect(await files.read('/srv/data/identity')).toEqual(damaged);
    await dir.noteLog();
    const whole = encodeIdentity({ ...dir.identity, hasLog: true }, dir.rootKey);
    expect([await files.read('/srv/data/identity'), await dir.restore()]).toEqual([whole, false]);
  });
});

describe('a directory that somebody removed', () => {
  const names = ['identity', 'identity.bak', 'lock', 'owner'];

  it('is made again, the same, and is still nobody else’s', async () => {
    const { files, take } = disk();
    const mine = await take();
    const before = await contents(files, '/srv');
    files.removeAll();
    expect([await mine.restore(), await mine.restore()]).toEqual([true, false]);
    expect(await contents(files, '/srv')).toEqual(before);
    expect(await refusal(take())).toMatch(/^LOCKED: .* process 42 on db-1, runtime orders/);
    await mine.release();
    expect((await take()).identity.storeId).toEqual(storeId);
  });

  it.each(names)('in part is made again: its %s', async (name) => {
    const { files, take } = disk();
    const mine = await take();
    const before = await contents(files, '/srv');
    await files.remove(`/srv/data/${name}`);
    expect(await mine.restore()).toBe(true);
    expect(await contents(files, '/srv')).toEqual(before);
  });

  it('is left alone while it is there, and after it was released', async () => {
    const { files, take } = disk();
    const mine = await take();
    files.isReadOnly = true;
    expect(await mine.restore()).toBe(false);
    files.isReadOnly = false;
    await mine.release();
    files.removeAll();
    expect([await mine.restore(), await files.list('/')]).toEqual([false, []]);
  });

  it('is not taken back from somebody else, until they leave it', async () => {
    const { files, kv, take } = disk();
    const mine = await take();
    files.removeAll();
    const { create } = kv;
    kv.create = () => Promise.reject(new StorageError('LOCKED', 'held'));
    expect(await refusal(mine.restore())).toBe(
      'LOCKED: /srv/data is in use by a process that left no name',
    );
    kv.create = create;
    expect(await mine.restore()).toBe(true);
  });

  it('is not ours if it holds another store by now', async () => {
    const { files, take } = disk();
    const mine = await take();
    files.removeAll();
    await files.makeDirectory('/srv/data');
    const other: Identity = { ...identity, storeId: storeId.map((byte) => byte + 1) };
    await files.create('/srv/data/identity', encodeIdentity(other, rootKey));
    const refused = [await refusal(mine.restore()), await refusal(mine.restore())];
    const taken = 'LOCKED: /srv/data was taken by another store';
    expect(refused).toEqual([taken, taken]);
    expect((await identify(files, '/srv/data'))?.storeId).toEqual(other.storeId);
  });
});
