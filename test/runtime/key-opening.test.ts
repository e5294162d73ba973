import { expect, it } from 'vitest';
import { audited, ended, settled } from './audit-stage.ts';

it('keys are opened without a write, and a change under way ends first', async () => {
  const { world, runtime } = await audited();
  expect(await world.files.list('/data/keys')).toBeUndefined();
  const rotating = settled(world, runtime.keys.rotate('identity'));
  await rotating;
  void runtime.keys.revoke('identity').catch(() => {});
  await ended(world, runtime);
  const next = await audited({}, world);
  const present = next.runtime.keys.list().filter(({ state }) => state === 'present');
  expect(present).toMatchObject([{ purpose: 'identity', id: next.runtime.peers.id }, {}]);
});
