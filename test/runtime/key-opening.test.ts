import { expect, it } from 'vitest';
import { simWorld } from '../../runtime/sim/world.ts';
import { all, audited, contents, ended, settled } from './audit-stage.ts';

const HEALTH_MS = 30_000;
const names = ['/data/keys/ring', '/data/keys/ring.bak'] as const;

type Rings = readonly (Uint8Array | undefined)[];
type Disk = Awaited<ReturnType<typeof audited>>['world']['files'];

const ringsOn = (files: Disk): Promise<Rings> => Promise.all(names.map((name) => files.read(name)));

/** With their directory. */
async function removeKeys(files: Disk): Promise<void> {
  for (const name of [...names, '/data/keys']) await files.remove(name);
}

async function putBack(files: Disk, rings: Rings): Promise<void> {
  await files.makeDirectory('/data/keys');
  for (const [nth, name] of names.entries()) {
    await files.replace(name, rings[nth] ?? new Uint8Array());
  }
}

/** Others put there while it runs, of which the first are from before a rotation. */
const losses: Readonly<Record<string, (files: Disk, first: Rings) => Promise<void>>> = {
  removed: removeKeys,
  emptied: async (files) => {
    for (const name of names) await files.remove(name);
  },
  zeroed: (files) =>
    putBack(
      files,
      names.map(() => new Uint8Array(800)),
    ),
  'put back as they began': putBack,
};

it('a next key is committed to at the first start, and stays', async () => {
  const { world, runtime } = await audited();
  expect(runtime.keys.list()).toMatchObject([
    { purpose: 'identity', generation: 0, state: 'present', id: runtime.peers.id },
    { purpose: 'audit' },
    { purpose: 'master' },
  ]);
  const begun = await settled(world, runtime.keys.exportPublic());
  await ended(world, runtime);
  const again = await audited({}, world);
  expect(await settled(world, again.runtime.keys.exportPublic())).toEqual(begun);
  await ended(world, again.runtime);
});

it('a change under way ends first', async () => {
  const { world, runtime } = await audited();
  const rotating = settled(world, runtime.keys.rotate('identity'));
  await rotating;
  void runtime.keys.revoke('identity').catch(() => {});
  await ended(world, runtime);
  const next = await audited({}, world);
  const present = next.runtime.keys.list().filter(({ state }) => state === 'present');
  expect(present).toMatchObject([{ purpose: 'identity', id: next.runtime.peers.id }, {}, {}]);
});

it('a disk that takes no key keeps nothing from starting: it is told, and done later', async () => {
  const world = simWorld({ seed: 1 });
  const { files } = world;
  let isFull = true;
  const rename: typeof files.rename = async (from, to) => {
    if (isFull && to.startsWith('/data/keys')) throw new Error('ENOSPC');
    await files.rename(from, to);
  };
  const faulty = new Proxy(files, {
    get: (target, name) => {
      if (name === 'rename') return rename;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const { runtime, log } = await audited({}, { ...world, files: faulty });
  expect(runtime.keys.list()).toMatchObject([{ purpose: 'audit' }, { purpose: 'master' }]);
  await world.clock.advanceAsync(1_000);
  const told = await settled(world, all(log.read({ type: 'key.hindered' })));
  expect(told.length).toBe(1);
  isFull = false;
  expect(await settled(world, runtime.keys.rotate('identity'))).toMatchObject({ generation: 1 });
});

it('a next key is committed to within a health period of a disk that is well again', async () => {
  const world = simWorld({ seed: 1 });
  const { files } = world;
  let isFull = true;
  const { rename } = files;
  files.rename = async (from, to) => {
    if (isFull && to.startsWith('/data/keys')) throw new Error('ENOSPC');
    await rename.call(files, from, to);
  };
  const { runtime, log } = await audited({}, world);
  await world.clock.advanceAsync(3 * HEALTH_MS);
  const told = await settled(world, all(log.read({ type: 'key.hindered' })));
  expect([told.length, runtime.keys.list().length]).toEqual([1, 2]);
  isFull = false;
  await world.clock.advanceAsync(HEALTH_MS);
  expect(runtime.keys.list()[0]).toMatchObject({ generation: 0, state: 'present' });
  await ended(world, runtime);
});

it.each(Object.entries(losses))(
  'keys that are %s while it runs are missed once, and end nothing, until they are back',
  async (_, lose) => {
    const { world, runtime, clock, log } = await audited();
    const { files } = world;
    const first = await ringsOn(files);
    await settled(world, runtime.keys.rotate('identity'));
    const last = await ringsOn(files);
    const { id } = runtime.peers;
    const whole = runtime.keys.list();
    const missed = () =>
      world.log.lines.filter(({ message }) => message.startsWith('identity keys are lost'));
    const counts: number[] = [];
    for (let nth = 0; nth < 2; nth++) {
      await lose(files, first);
      const lost = await contents(files, '/data/keys');
      await clock.advanceAsync(3 * HEALTH_MS);
      expect(await contents(files, '/data/keys')).toEqual(lost);
      counts.push(missed().length);
      const listed = runtime.keys.list();
      expect(listed.filter(({ state }) => state !== 'lost')).toEqual(whole);
      expect(listed.length).toBe(whole.length + 1);
      await putBack(files, last);
      await clock.advanceAsync(HEALTH_MS);
      expect(runtime.keys.list()).toEqual(whole);
    }
    expect([counts, runtime.peers.id, runtime.peers.fault]).toEqual([[1, 2], id, undefined]);
    expect(missed()[0]).toMatchObject({
      level: 'error',
      message:
        'identity keys are lost: this runtime is who it is until it ends: ' +
        'put the last ones back before that',
      fields: { error: { message: expect.stringMatching(/^\/data\/keys\/ring: /) } },
    });
    const facts = await settled(world, all(log.read({ type: 'key.lost' })));
    expect(facts.length).toBe(2);
  },
);
