import { expect, it } from 'vitest';
import { keyControlMethods } from '../../runtime/key-control.ts';
import { FakeKeys } from './control.fixture.ts';

it('the control socket reaches what operators decide about keys', async () => {
  const keys = new FakeKeys();
  expect(await keyControlMethods['keys.list'](keys, {})).toEqual({ keys: keys.list() });
  const rotated = await keyControlMethods['keys.rotate'](keys, { purpose: 'audit', reason: 'due' });
  expect(rotated).toMatchObject({ keys: [{ verifierKey: 'shop+2+key' }] });
  const to = { file: '/next', create: true };
  await keyControlMethods['keys.rotate'](keys, { purpose: 'master', to, reason: 'due' });
  await keyControlMethods['keys.revoke'](keys, { purpose: 'identity' });
  await keyControlMethods['keys.archive'](keys, {});
  expect(await keyControlMethods['keys.exportPublic'](keys, {})).toMatchObject({ chain: 'AAAA' });
  expect(keys.asked).toEqual([
    ['rotate', 'audit', { reason: 'due' }],
    ['rotate', 'master', { reason: 'due', to }],
    ['revoke', 'identity', { reason: 'an operator asked for it' }],
    ['archive'],
  ]);
});

it('the control socket refuses by name what makes no sense about keys', async () => {
  const keys = new FakeKeys();
  const rotate = keyControlMethods['keys.rotate'](keys, { purpose: 'head' });
  const one = 'params.purpose must be one of identity, session, audit, master';
  await expect(rotate).rejects.toThrow(one);
  const list = keyControlMethods['keys.list'](keys, { all: true });
  await expect(list).rejects.toThrow('params.all is not an option');
  expect(keys.asked).toEqual([]);
});
