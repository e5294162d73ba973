import { expect, it } from 'vitest';
import { absentDriver } from '../../../../runtime/world/vm/absent.ts';

it('a level that there is no driver for is reported by its name, and never faked', async () => {
  const { isolation, probe } = absentDriver('microvm');
  expect([isolation, await probe(new AbortController().signal)]).toEqual([
    'microvm',
    { unavailable: 'this version has no driver for microvm' },
  ]);
});
