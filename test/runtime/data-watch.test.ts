import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRuntime } from '../../runtime/runtime.ts';
import { StorageError } from '../../storage/faults.ts';
import { temporaryDirectory } from '../storage/disk.ts';
import { audited, contents, ended, refusal } from './audit-stage.ts';
import { counterMachine } from './kernel/stage.ts';

const persist = { logicVersion: 1 };
const HEALTH_MS = 30_000;

/** A runtime with an actor that has counted to 2, all of it written. */
async function counted() {
  const stage = await audited({ name: 'first' });
  const counter = stage.runtime
    .supervisor('counters')
    .start('counter', counterMachine, { persist });
  counter.tell({ type: 'add' });
  counter.tell({ type: 'add' });
  await stage.clock.advanceAsync(2_000);
  const key = (await stage.world.files.read('/key')) ?? new Uint8Array();
  return { ...stage, key };
}

type Stage = Awaited<ReturnType<typeof counted>>;

/** What the actor of the next runtime on this disk has counted. */
async function countOfNext({ world, runtime, key }: Stage) {
  await ended(world, runtime);
  await world.files.replace('/key', key);
  const next = await audited({ name: 'next' }, world);
  return next.runtime
    .supervisor('counters')
    .start('counter', counterMachine, { persist })
    .snapshot()?.context.count;
}

describe('a data directory that somebody removes while it is in use', () => {
  it('is whole again after a health period, and ours', async () => {
    const { world, clock, key } = await counted();
    const identity = await world.files.read('/data/identity');
    world.files.removeAll();
    await clock.advanceAsync(HEALTH_MS + 5_000);
    const names = (await world.files.list('/data')) ?? [];
    expect(names).toEqual(['audit', 'identity', 'identity.bak', 'lock', 'owner', 'state']);
    expect(await world.files.read('/data/identity')).toEqual(identity);
    await world.files.create('/key', key);
    expect(await refusal(audited({ name: 'second' }, world))).toMatch(
      new RegExp(`^DATA_LOCKED: .* process ${process.pid} on .*, runtime first, since `),
    );
  });

  it('keeps the state of an actor that did not move since', async () => {
    const stage = await counted();
    stage.world.files.removeAll();
    await stage.clock.advanceAsync(HEALTH_MS + 5_000);
    expect(Object.keys(await contents(stage.world.files, '/data/state'))).toEqual([
      '/data/state/store',
    ]);
    expect(await countOfNext(stage)).toBe(2);
  });

  it.each(['state', 'lock', 'identity', 'identity.bak', 'owner'])(
    'in part gets it back: %s',
    async (name) => {
      const stage = await counted();
      await stage.world.files.remove(`/data/${name}`);
      await stage.clock.advanceAsync(HEALTH_MS + 5_000);
      expect(await stage.world.files.list('/data')).toContain(name);
      expect(await countOfNext(stage)).toBe(2);
    },
  );

  it('keeps what nobody asked for yet', async () => {
    const before = await counted();
    await ended(before.world, before.runtime);
    const stage = await audited({ name: 'idle' }, before.world);
    await stage.world.files.remove('/data/state');
    await stage.clock.advanceAsync(HEALTH_MS + 5_000);
    expect(await countOfNext({ ...stage, key: before.key })).toBe(2);
  });
});

describe('a data directory that somebody else has by now', () => {
  it('has its log let go within a health period, and taken up once it is left', async () => {
    const { world, runtime, clock, log } = await counted();
    await world.files.remove('/data/lock');
    const { create } = world.kv;
    world.kv.create = () => Promise.reject(new StorageError('LOCKED', 'held'));
    await clock.advanceAsync(HEALTH_MS);
    const { mode, because, code } = log.status();
    expect({ mode, because, code }).toEqual({
      mode: 'spooling',
      because: expect.stringMatching(/^\/data is in use by process /),
      code: 'LOCKED',
    });
    await clock.advanceAsync(HEALTH_MS);
    const before = await contents(world.files, '/data/audit/segments');
    await clock.advanceAsync(HEALTH_MS);
    expect(await contents(world.files, '/data/audit/segments')).toEqual(before);
    world.kv.create = create;
    await clock.advanceAsync(2 * HEALTH_MS);
    expect(log.status().mode).toBe('readWrite');
    await ended(world, runtime);
  });
});

describe('on a real disk', () => {
  it('all of it is made again, and the next runtime finds the actor', async () => {
    const root = temporaryDirectory();
    const dataDir = join(root, 'data');
    const masterKey = { file: join(root, 'key'), create: true };
    const start = (name: string) =>
      createRuntime({ name, dataDir, masterKey, audit: { healthMs: 50 } });
    const first = await start('first');
    first
      .supervisor('counters')
      .start('counter', counterMachine, { persist })
      .tell({ type: 'add' });
    rmSync(dataDir, { recursive: true });
    const whole = ['audit', 'control.sock', 'identity', 'identity.bak', 'lock', 'owner', 'state'];
    await expect.poll(() => readdirSync(dataDir).sort(), { timeout: 10_000 }).toEqual(whole);
    expect(await refusal(start('second'))).toMatch(
      new RegExp(`^DATA_LOCKED: .* process ${process.pid} on .*, runtime first, since `),
    );
    await first.shutdown();
    await using next = await start('next');
    const counter = next.supervisor('counters').start('counter', counterMachine, { persist });
    expect(counter.snapshot()?.context.count).toBe(1);
  });
});
