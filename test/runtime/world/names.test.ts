import { expect, it } from 'vitest';
import { names } from '../../../runtime/world/names.ts';

it('a name is not looked for by who has given up already', async () => {
  const reason = new Error('over');
  const asked = names.resolve('example.invalid', AbortSignal.abort(reason));
  await expect(asked).rejects.toBe(reason);
});

it('a name is given up when it is not wanted any more', async () => {
  const controller = new AbortController();
  const asked = names.resolve('zone.example.invalid', controller.signal);
  controller.abort();
  const code = await asked.then(
    () => 'none',
    (error: unknown) => String(Reflect.get(Object(error), 'code')),
  );
  // Where there is no name server at all, that may be known first.
  expect(['ECANCELLED', 'ECONNREFUSED', 'none']).toContain(code);
});
