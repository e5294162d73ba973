import { expect, it } from 'vitest';
import { simWorld } from '../../runtime/sim/world.ts';
import { all, audited, ended, settled } from './audit-stage.ts';

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
