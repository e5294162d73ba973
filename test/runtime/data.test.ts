import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AuditLog } from '../../runtime/audit.ts';
import type { RuntimeOptionsInput } from '../../runtime/options/runtime.ts';
import { createRuntime } from '../../runtime/runtime.ts';
import { type SimWorld, simWorld } from '../../runtime/sim/world.ts';
import { diskFiles } from '../../runtime/world/files.ts';
import { START_BYTES_MIN } from '../../storage/data-dir.ts';
import { StorageError } from '../../storage/faults.ts';
import { temporaryDirectory } from '../storage/disk.ts';
import { all, audited, contents, ended, failure, own, refusal, settled } from './audit-stage.ts';

const otherKey = { masterKey: { file: '/other', create: true } } as const;

/** A disk on which a runtime was, and ended. */
async function used(options: RuntimeOptionsInput = {}) {
  const { world, runtime, log } = await audited(options);
  await settled(world, log.append({ type: 'order.placed' }));
  await ended(world, runtime);
  return world;
}

const refused = (world: ReturnType<typeof simWorld>, options: RuntimeOptionsInput = {}) =>
  failure(audited(options, world));

/** A byte of a file is another. */
async function spoil(world: SimWorld, name: string, at: number): Promise<void> {
  const [byte = 0] = await world.files.readAt(`/data/${name}`, at, 1);
  await world.files.overwrite(`/data/${name}`, at, Uint8Array.of(byte + 8));
}

const mended = async (log: AuditLog) =>
  (await all(log.read())).filter(
    (read) => read.kind === 'record' && read.event.type === 'audit.mended',
  );

describe('a data directory', () => {
  it('holds what was recorded, for the next runtime', async () => {
    const { log } = await audited({}, await used());
    expect(own(await all(log.read()))).toEqual(['2 order.placed']);
  });

  it('is not touched for a wrong key', async () => {
    const world = await used();
    const other = Buffer.from(`${'ab'.repeat(32)}\n`);
    await world.files.create('/other', other);
    const before = await contents(world.files, '/');
    world.files.isReadOnly = true;
    expect(await refused(world, otherKey)).toMatchObject({
      code: 'MASTER_KEY_WRONG',
      recovery: 'operator',
      message: 'the master key is not the one of /data',
      details: { dataDir: '/data' },
    });
    expect(await contents(world.files, '/')).toEqual(before);
  });

  it('gets no new key if its own is missing', async () => {
    const world = await used();
    const before = await contents(world.files, '/');
    expect(await refused(world, otherKey)).toMatchObject({
      code: 'MASTER_KEY_INVALID',
      message: 'there is no key file /other',
    });
    expect(await contents(world.files, '/')).toEqual(before);
  });

  it('does not hold its own key', async () => {
    const world = simWorld({ seed: 1 });
    const masterKey = { file: '/data/keys/../key', create: true };
    expect(await refusal(audited({ masterKey }, world))).toBe(
      'RangeError: createRuntime.masterKey.file must lie outside of dataDir',
    );
    expect(await world.files.list('/')).toEqual([]);
  });

  it('opens with its passphrase, and with no other, and no key', async () => {
    const passphrase = 'correct horse battery';
    const world = await used({ masterKey: { passphrase } });
    const before = await contents(world.files, '/');
    const errors = [
      await refused(world, { masterKey: { passphrase: 'correct horse batterz' } }),
      await refused(world),
    ];
    expect(errors).toMatchObject([
      { code: 'MASTER_KEY_WRONG', message: 'the master key is not the one of /data' },
      { code: 'MASTER_KEY_WRONG', message: 'the directory is under a passphrase' },
    ]);
    expect(errors.filter((error) => inspect(error).includes('correct horse'))).toEqual([]);
    expect(await contents(world.files, '/')).toEqual(before);
    const { log } = await audited({ masterKey: { passphrase } }, world);
    expect(own(await all(log.read()))).toEqual(['2 order.placed']);
  });

  it('that was made with a key opens with no passphrase', async () => {
    const world = await used();
    const error = await refused(world, { masterKey: { passphrase: 'correct horse battery' } });
    expect(error).toMatchObject({
      code: 'MASTER_KEY_WRONG',
      message: 'the directory is not under a passphrase',
    });
  });

  it('gets its key from a provider, who is told which store it is', async () => {
    const ids: string[] = [];
    const provider = async ({ storeId }: { readonly storeId: string }) => {
      ids.push(storeId);
      return new Uint8Array(32).fill(9);
    };
    const world = await used({ masterKey: { provider } });
    const { log } = await audited({ masterKey: { provider } }, world);
    expect(own(await all(log.read()))).toEqual(['2 order.placed']);
    expect(ids).toEqual([ids[0], ids[0], ids[0]]);
  });

  it('is not made under a key that its provider does not give twice', async () => {
    const world = simWorld({ seed: 1 });
    let calls = 0;
    const provider = async () => new Uint8Array(32).fill(++calls);
    expect(await refused(world, { masterKey: { provider } })).toMatchObject({
      code: 'MASTER_KEY_INVALID',
      message: 'the master key is another one each time that it is asked for',
    });
    expect(await world.files.list('/')).toEqual([]);
  });

  it('that holds something else is refused, and left as it is', async () => {
    const world = simWorld({ seed: 1 });
    await world.files.makeDirectory('/data/photos');
    const before = await contents(world.files, '/');
    expect(await refused(world)).toMatchObject({
      code: 'DATA_FOREIGN',
      message: '/data holds photos, and no identity of a store',
    });
    expect(await contents(world.files, '/')).toEqual(before);
  });

  it.each([
    ['a newer version wrote', 7, 'DATA_VERSION'],
    ['is of something else', 0, 'DATA_FOREIGN'],
    ['has a damaged identity', 90, 'DATA_DAMAGED'],
  ])('that %s is refused, and left as it is', async (_, at, code) => {
    const world = await used();
    for (const name of ['identity', 'identity.bak']) await spoil(world, name, at);
    const before = await contents(world.files, '/');
    expect(await refused(world)).toMatchObject({ code, recovery: 'operator' });
    expect(await contents(world.files, '/')).toEqual(before);
  });

  it.each(['identity', 'identity.bak'])('with a damaged %s says so for ever', async (name) => {
    const world = await used();
    const before = await world.files.read(`/data/${name}`);
    await spoil(world, name, 90);
    const { log, runtime } = await audited({}, world);
    expect(await world.files.read(`/data/${name}`)).toEqual(before);
    expect(await mended(log)).toMatchObject([
      { event: { data: { verdict: 'tampered', because: `${name} is damaged` } } },
    ]);
    await ended(world, runtime);
    const next = await audited({}, world);
    expect((await settled(world, next.log.verify())).verdict).toBe('tampered');
    expect((await mended(next.log)).length).toBe(1);
  });

  it('is refused while another runtime has it, and says which; not after', async () => {
    const { world, runtime } = await audited({ name: 'first' });
    expect(await refused(world, { name: 'second' })).toMatchObject({
      code: 'DATA_LOCKED',
      recovery: 'operator',
      message: expect.stringMatching(
        /^\/data is in use by process \d+ on \S+, runtime first, since 2026-01-01T00:00:00\.000Z$/,
      ),
    });
    await ended(world, runtime);
    expect((await audited({ name: 'second' }, world)).runtime.name).toBe('second');
  });

  it('whose owner lost only its lock is refused, and nothing of the log is written', async () => {
    const world = await used();
    await world.files.remove('/data/lock');
    const state = await world.kv.open('/data/state');
    const before = await contents(world.files, '/data/audit');
    expect(await refused(world)).toMatchObject({ code: 'DATA_LOCKED' });
    expect(await contents(world.files, '/data/audit')).toEqual(before);
    await state.close();
    const { log } = await audited({}, world);
    expect(log.status().mode).toBe('readWrite');
  });

  it('whose log was removed meanwhile says so for ever', async () => {
    const world = await used();
    await world.files.remove('/data/audit');
    const { log, runtime } = await audited({}, world);
    expect(await settled(world, log.verify())).toMatchObject({
      verdict: 'rolledBack',
      problems: [{ because: 'an opening mended it: the log holds audit.mended' }],
    });
    expect(await mended(log)).toMatchObject([
      { event: { data: { verdict: 'rolledBack', because: 'the log is gone' } } },
    ]);
    await ended(world, runtime);
    const next = await audited({}, world);
    expect((await settled(world, next.log.verify())).verdict).toBe('rolledBack');
  });

  it('whose log cannot be noted is refused, and nothing stays open', async () => {
    const world = simWorld({ seed: 1 });
    const { replace } = world.files;
    let writes = 0;
    world.files.replace = async (path, bytes) => {
      if (path === '/data/identity' && ++writes === 2) {
        throw new StorageError('DISK_FAILED', 'the disk failed');
      }
      await replace.call(world.files, path, bytes);
    };
    const refusal = await failure(settled(world, audited({}, world)));
    expect(refusal).toMatchObject({ code: 'DISK_FAILED' });
    expect((await audited({}, world)).log.status().mode).toBe('readWrite');
  });

  it('whose log cannot be opened is refused, and nothing stays open', async () => {
    const world = await used();
    const keys = ['keys.a', 'keys.b'];
    for (const name of keys) await world.files.rename(`/data/audit/${name}`, `/${name}`);
    expect(await refused(world)).toMatchObject({
      code: 'DATA_DAMAGED',
      message: 'neither copy of the key page is whole',
      details: { dataDir: '/data' },
    });
    for (const name of keys) await world.files.rename(`/${name}`, `/data/audit/${name}`);
    const { log } = await audited({}, world);
    expect(own(await all(log.read()))).toEqual(['2 order.placed']);
  });

  it('on a full disk is refused, and nothing is written', async () => {
    const world = simWorld({ seed: 1 });
    world.files.spaceBytes = START_BYTES_MIN - 1;
    expect(await refused(world)).toMatchObject({
      code: 'DISK_FULL',
      recovery: 'degrade',
      message: expect.stringContaining(`/data needs ${START_BYTES_MIN} free bytes to start`),
    });
    expect(await world.files.list('/')).toEqual([]);
  });

  it('on a disk that takes no writes is refused', async () => {
    const world = await used();
    world.files.isReadOnly = true;
    expect(await refused(world)).toMatchObject({ code: 'DISK_READ_ONLY' });
    world.files.isReadOnly = false;
    expect((await audited({}, world)).log.status().mode).toBe('readWrite');
  });
});

describe('saved state that is damaged', () => {
  async function damaged() {
    const world = await used();
    const path = '/data/state/store';
    const bytes = (await world.files.read(path)) ?? new Uint8Array();
    await world.files.replace(
      path,
      bytes.map((byte) => byte ^ 255),
    );
    return { world, bytes };
  }

  it('is put aside with all its bytes, and begun anew', async () => {
    const { world } = await damaged();
    const before = await world.files.read('/data/state/store');
    const { runtime } = await audited({}, world);
    const aside = '/data/state.damaged';
    expect(await world.files.read(`${aside}/store`)).toEqual(before);
    expect(world.log.lines.filter(({ level }) => level === 'error')).toEqual([
      {
        level: 'error',
        message: 'saved state is damaged: it is put aside, and begun anew',
        fields: { path: '/data/state', aside },
      },
    ]);
    await ended(world, runtime);
    world.log.lines.length = 0;
    await audited({}, world);
    expect(world.log.lines).toEqual([]);
  });

  it('is told of as all else is: without what looks like a secret', async () => {
    const dataDir = '/password=hunter2hunter2';
    const { world, runtime } = await audited({ dataDir });
    await ended(world, runtime);
    await world.files.replace(`${dataDir}/state/store`, Buffer.from('torn'));
    await audited({ dataDir }, world);
    const [line] = world.log.lines.filter(({ level }) => level === 'error');
    expect([line?.message, JSON.stringify(line).includes('hunter2')]).toEqual([
      'saved state is damaged: it is put aside, and begun anew',
      false,
    ]);
  });

  it('is not what a kill leaves of a store that was being made', async () => {
    const world = await used();
    await world.files.remove('/data/state/store');
    const names = await world.files.list('/data');
    await audited({}, world);
    expect([world.log.lines, await world.files.list('/data')]).toEqual([[], names]);
    expect(await world.files.list('/data/state')).toEqual(['store']);
  });

  it('costs the log nothing', async () => {
    const { world } = await damaged();
    const { log } = await audited({}, world);
    expect((await settled(world, log.verify())).verdict).toBe('ok');
  });

  it('that cannot be put aside keeps the runtime from starting; nothing stays open', async () => {
    const { world } = await damaged();
    const { rename } = world.files;
    world.files.rename = () => Promise.reject(new Error('no'));
    expect((await settled(world, refused(world))).message).toBe('no');
    world.files.rename = rename;
    const { log } = await audited({}, world);
    expect((await settled(world, log.verify())).verdict).toBe('ok');
  });
});

describe('a directory that vanished under a runtime', () => {
  it('is made again, so that the next runtime finds a store there', async () => {
    const { world, runtime, clock } = await audited();
    const key = (await world.files.read('/key')) ?? new Uint8Array();
    const identity = await world.files.read('/data/identity');
    world.files.removeAll();
    await clock.advanceAsync(120_000);
    expect(await world.files.read('/data/identity')).toEqual(identity);
    await ended(world, runtime);
    await world.files.create('/key', key);
    const { log } = await audited({}, world);
    expect(log.status().mode).toBe('readWrite');
  });
});

describe('without a data directory', () => {
  it('there is one warning, and the log is in memory', async () => {
    const world = simWorld({ seed: 1 });
    const runtime = await createRuntime({ world });
    const { index } = await settled(world, runtime.audit.append({ type: 'order.placed' }));
    expect(own(await all(runtime.audit.read()))).toEqual([`${index} order.placed`]);
    expect((await settled(world, runtime.audit.verify())).verdict).toBe('ok');
    expect(await world.files.list('/')).toEqual([]);
    await ended(world, runtime);
    expect(world.log.lines).toEqual([
      {
        level: 'warn',
        message: 'no dataDir: the audit log is in memory, keeps 16 MiB, and ends with the process',
        fields: {},
      },
    ]);
  });

  it('the log is bounded: the oldest of it is shredded', async () => {
    const world = simWorld({ seed: 1 });
    const runtime = await createRuntime({ world, audit: { segmentBytesMax: 1024 * 1024 } });
    const data = 'x'.repeat(30_000);
    for (let round = 0; round < 40; round++) {
      const appends = Array.from({ length: 40 }, () =>
        runtime.audit.append({ type: 'order.placed', data }),
      );
      await settled(world, Promise.all(appends));
    }
    const { segments, size } = await settled(world, runtime.audit.verify());
    const kept = segments.filter(({ verdict }) => verdict === 'ok');
    const bytes = kept.reduce((sum, each) => sum + (each.size - each.first) * data.length, 0);
    expect(size).toBeGreaterThan(1_600);
    expect([segments[0]?.verdict, bytes < 20 * 1024 * 1024]).toEqual(['shredded', true]);
  });
});

describe('on a real disk', () => {
  function place() {
    const root = temporaryDirectory();
    const file = join(root, 'key');
    const dataDir = join(root, 'data');
    const start = (options: RuntimeOptionsInput = {}) =>
      createRuntime({ dataDir, masterKey: { file, create: true }, ...options });
    return { root, file, dataDir, start };
  }

  it('what was recorded is there after a restart, whole and cleanly closed', async () => {
    const { start, file } = place();
    const first = await start();
    const receipt = await first.audit.append({ type: 'order.placed', data: { total: 5 } });
    await first.shutdown();
    expect(readFileSync(file, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
    await using second = await start();
    const [read] = await all(second.audit.read({ type: 'order.placed' }));
    expect(read).toMatchObject({ ...receipt, event: { data: { total: 5 } } });
    expect((await second.audit.verify()).verdict).toBe('ok');
  });

  it('a key that others may read is refused', async () => {
    const { start, file, dataDir } = place();
    writeFileSync(file, `${'ab'.repeat(32)}\n`);
    chmodSync(file, 0o644);
    expect(await refusal(start())).toBe(
      `MASTER_KEY_INVALID: the key file ${file} must have mode 0600, it has 0644`,
    );
    expect(() => readFileSync(join(dataDir, 'identity'))).toThrow('ENOENT');
  });

  it('a second runtime of the same process is kept out', async () => {
    const { start } = place();
    await using first = await start({ name: 'first' });
    expect(await refusal(start({ name: 'second' }))).toMatch(
      new RegExp(`^DATA_LOCKED: .* in use by process ${process.pid} on .*, runtime first, since `),
    );
    expect(first.audit.status().mode).toBe('readWrite');
  });

  /** Another process, that opens a store and leaves its name. */
  async function holding(dataDir: string, store: string) {
    const owner = JSON.stringify({ pid: 7, host: 'here', name: 'orders', startedAt: 'noon' });
    const holder = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { Level } from 'level';
        import { writeFileSync } from 'node:fs';
        await new Level(${JSON.stringify(join(dataDir, store))}).open();
        writeFileSync(${JSON.stringify(join(dataDir, 'owner'))}, ${JSON.stringify(owner)});
        process.stdout.write('ready');
        process.stdin.resume();`,
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    onTestFinished(() => void holder.kill('SIGKILL'));
    await once(holder.stdout, 'data');
    return holder;
  }

  it('another process is named, and its end frees the directory', async () => {
    const { start, dataDir } = place();
    await (await start()).shutdown();
    const holder = await holding(dataDir, 'lock');
    expect(await refusal(start())).toBe(
      `DATA_LOCKED: ${dataDir} is in use by process 7 on here, runtime orders, since noon`,
    );
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await using after = await start();
    expect(after.audit.status().mode).toBe('readWrite');
  });

  it.runIf(process.platform === 'linux').each(['state', 'audit/segments/00000001'])(
    'another process is named although its lock was removed, and nothing is written: it has %s',
    async (store) => {
      const { start, dataDir } = place();
      await (await start()).shutdown();
      await holding(dataDir, store);
      rmSync(join(dataDir, 'lock'), { recursive: true });
      const before = await contents(diskFiles, dataDir);
      expect(await refusal(start())).toBe(
        `DATA_LOCKED: ${dataDir} is in use by process 7 on here, runtime orders, since noon`,
      );
      expect(await contents(diskFiles, dataDir)).toEqual(before);
    },
  );

  it('the directory may be a link, and so may the key file', async () => {
    const { start, root, file, dataDir } = place();
    mkdirSync(join(root, 'elsewhere'));
    symlinkSync(join(root, 'elsewhere'), dataDir);
    await (await start()).shutdown();
    renameSync(file, join(root, 'mounted'));
    symlinkSync(join(root, 'mounted'), file);
    await using again = await start();
    const { verdict } = await again.audit.verify();
    expect([verdict, existsSync(join(root, 'elsewhere/control.sock'))]).toEqual(['ok', true]);
  });

  it('does not hold its own key, by whatever link', async () => {
    const { start, root, dataDir } = place();
    const within = 'RangeError: createRuntime.masterKey.file must lie outside of dataDir';
    await (await start()).shutdown();
    symlinkSync(dataDir, join(root, 'linked'));
    writeFileSync(join(dataDir, 'hidden'), '07'.repeat(32), { mode: 0o600 });
    symlinkSync(join(dataDir, 'hidden'), join(root, 'alias'));
    const files = ['linked/next', 'alias'].map((name) => join(root, name));
    for (const file of files) {
      expect(await refusal(start({ masterKey: { file, create: true } }))).toBe(within);
      const byLink = { dataDir: join(root, 'linked'), masterKey: { file, create: true } };
      expect(await refusal(start(byLink))).toBe(within);
    }
    await using running = await start();
    for (const file of files) {
      expect(await refusal(running.keys.rotate('master', { to: { file, create: true } }))).toBe(
        'RangeError: rotate.to.file must lie outside of dataDir',
      );
    }
    expect(existsSync(join(dataDir, 'next'))).toBe(false);
  });

  it.each(['lock', 'state', 'witness', 'audit', 'audit/segments', 'audit/segments/00000001'])(
    'a link in place of %s is refused, and nothing is written where it leads to',
    async (name) => {
      const { start, root, dataDir } = place();
      await (await start()).shutdown();
      mkdirSync(join(dataDir, 'witness'));
      const [path, elsewhere] = [join(dataDir, name), join(root, 'elsewhere')];
      renameSync(path, elsewhere);
      symlinkSync(elsewhere, path);
      const before = await contents(diskFiles, elsewhere);
      expect(await refusal(start())).toBe(
        `DATA_FOREIGN: ${path} is a symbolic link: ` +
          'move the directory it leads to there, or make the data directory the link',
      );
      expect(await contents(diskFiles, elsewhere)).toEqual(before);
    },
  );

  it.each(['audit/head', 'audit/segments/00000001/000007.log'])(
    'a link in place of %s is tampering, and what it leads to is as it was',
    async (name) => {
      const { start, root, dataDir } = place();
      await (await start()).shutdown();
      const [path, elsewhere] = [join(dataDir, name), join(root, 'elsewhere')];
      writeFileSync(elsewhere, 'mine');
      rmSync(path, { force: true });
      symlinkSync(elsewhere, path);
      await using again = await start();
      const { verdict } = await again.audit.verify();
      expect([verdict, readFileSync(elsewhere, 'utf8')]).toEqual(['tampered', 'mine']);
    },
  );

  it.each(['identity', 'audit/keys.a', 'audit/spool', 'owner'])(
    'a link in place of %s gives way to a file, and what it leads to is as it was',
    async (name) => {
      const { start, root, dataDir } = place();
      await (await start()).shutdown();
      const [path, elsewhere] = [join(dataDir, name), join(root, 'elsewhere')];
      writeFileSync(elsewhere, 'mine');
      rmSync(path, { force: true });
      symlinkSync(elsewhere, path);
      await (await start()).shutdown();
      expect(readFileSync(elsewhere, 'utf8')).toBe('mine');
      expect(lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()).not.toBe(true);
    },
  );

  it('a file where the directory should be is refused, and stays', async () => {
    const { start, dataDir, root } = place();
    writeFileSync(dataDir, 'mine');
    expect(await refusal(start())).toBe(`DATA_FOREIGN: ${dataDir} is no directory`);
    expect([readFileSync(dataDir, 'utf8'), readdirSync(root)]).toEqual(['mine', ['data']]);
  });

  it('a directory of somebody else is refused, and stays', async () => {
    const { start, dataDir } = place();
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'photo.png'), 'mine');
    expect(await refusal(start())).toBe(
      `DATA_FOREIGN: ${dataDir} holds photo.png, and no identity of a store`,
    );
  });
});
