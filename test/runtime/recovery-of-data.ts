import { createRuntime } from '../../runtime/runtime.ts';
import { type SimWorld, simWorld } from '../../runtime/sim/world.ts';
import { text } from '../../storage/bytes.ts';
import { START_BYTES_MIN } from '../../storage/data-dir.ts';
import { all, audited, ended, failure, own, settled } from './audit-stage.ts';
import type { Recoveries } from './recovery.ts';

/** A disk on which a runtime recorded one event, and ended. */
async function used(): Promise<SimWorld> {
  const { world, runtime, log } = await audited();
  await settled(world, log.append({ type: 'order.placed' }));
  await ended(world, runtime);
  return world;
}

/** A runtime starts, and finds what was recorded. */
async function isBack(world: SimWorld, options: Parameters<typeof audited>[0] = {}) {
  const { log } = await audited(options, world);
  return own(await all(log.read()))[0]?.endsWith(' order.placed') === true;
}

const noFile = { masterKey: { file: '/key' } } as const;

/** A byte of the identity is another, in both copies; `mend` puts the files back as they were. */
async function spoiled(at: number) {
  const world = await used();
  const bytes = (await world.files.read('/data/identity')) ?? new Uint8Array();
  const paths = ['/data/identity', '/data/identity.bak'];
  const changed = Uint8Array.of((bytes[at] ?? 0) + 8);
  for (const path of paths) await world.files.overwrite(path, at, changed);
  const mend = async (): Promise<void> => {
    for (const path of paths) await world.files.replace(path, bytes);
  };
  return { world, mend, failed: await failure(audited({}, world)) };
}

/** In memory there is a service, too. */
async function goesOnInMemory(world: SimWorld): Promise<boolean> {
  const runtime = await createRuntime({ world });
  const { index } = await settled(world, runtime.audit.append({ type: 'order.placed' }));
  return Number.isInteger(index);
}

export const recoveriesOfData: Recoveries<
  | 'MASTER_KEY_INVALID'
  | 'MASTER_KEY_WRONG'
  | 'KEY_PROVIDER_FAILED'
  | 'DATA_LOCKED'
  | 'DATA_FOREIGN'
  | 'DATA_VERSION'
  | 'DATA_DAMAGED'
  | 'DISK_FULL'
  | 'DISK_READ_ONLY'
> = {
  MASTER_KEY_INVALID: {
    recovery: 'operator',
    async run() {
      const world = await used();
      const key = (await world.files.read('/key')) ?? new Uint8Array();
      await world.files.remove('/key');
      const failed = await failure(audited(noFile, world));
      await world.files.create('/key', key);
      return { failed, isBack: await isBack(world, noFile) };
    },
  },
  MASTER_KEY_WRONG: {
    recovery: 'operator',
    async run() {
      const world = await used();
      await world.files.create('/other', text('ab'.repeat(32)));
      const failed = await failure(audited({ masterKey: { file: '/other' } }, world));
      return { failed, isBack: await isBack(world) };
    },
  },
  KEY_PROVIDER_FAILED: {
    recovery: 'retry',
    async run() {
      const world = simWorld({ seed: 1 });
      let calls = 0;
      const provider = async () => {
        calls += 1;
        if (calls === 1) throw new Error('service is down');
        return new Uint8Array(32).fill(9);
      };
      const failed = await failure(audited({ masterKey: { provider } }, world));
      const { log } = await audited({ masterKey: { provider } }, world);
      return { failed, isBack: log.status().mode === 'readWrite' };
    },
  },
  DATA_LOCKED: {
    recovery: 'operator',
    async run() {
      const { world, runtime, log } = await audited();
      await settled(world, log.append({ type: 'order.placed' }));
      const failed = await failure(audited({}, world));
      await ended(world, runtime);
      return { failed, isBack: await isBack(world) };
    },
  },
  DATA_FOREIGN: {
    recovery: 'operator',
    async run() {
      const world = simWorld({ seed: 1 });
      await world.files.makeDirectory('/data/photos');
      const failed = await failure(audited({}, world));
      await world.files.rename('/data', '/home');
      const { log } = await audited({}, world);
      return { failed, isBack: log.status().mode === 'readWrite' };
    },
  },
  DATA_VERSION: {
    recovery: 'operator',
    async run() {
      const { world, failed, mend } = await spoiled(7);
      await mend();
      return { failed, isBack: await isBack(world) };
    },
  },
  DATA_DAMAGED: {
    recovery: 'operator',
    async run() {
      const { world, failed, mend } = await spoiled(90);
      await mend();
      return { failed, isBack: await isBack(world) };
    },
  },
  DISK_FULL: {
    recovery: 'degrade',
    async run() {
      const world = await used();
      world.files.spaceBytes = START_BYTES_MIN;
      const failed = await failure(audited({}, world));
      const goesOn = await goesOnInMemory(world);
      world.files.spaceBytes = 2 ** 40;
      return { failed, isBack: goesOn && (await isBack(world)) };
    },
  },
  DISK_READ_ONLY: {
    recovery: 'degrade',
    async run() {
      const world = await used();
      world.files.isReadOnly = true;
      const failed = await failure(audited({}, world));
      const goesOn = await goesOnInMemory(world);
      world.files.isReadOnly = false;
      return { failed, isBack: goesOn && (await isBack(world)) };
    },
  },
};
