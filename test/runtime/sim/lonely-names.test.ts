import { expect, it } from 'vitest';
import { lonelyNames } from '../../../runtime/sim/lonely-names.ts';

it('nothing has a name in a simulated world', async () => {
  const { signal } = new AbortController();
  expect(await lonelyNames.resolve('example.org', signal, [])).toEqual([]);
  await expect(lonelyNames.resolve('example.org', AbortSignal.abort(), [])).rejects.toThrow(
    'abort',
  );
});
