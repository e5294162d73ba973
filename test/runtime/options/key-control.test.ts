import { expect, it } from 'vitest';
import { keyControlParams } from '../../../runtime/options/key-control.ts';

it('what an operator asks of keys over the control socket has nothing it does not need', () => {
  const change = { purpose: 'identity', reason: 'a drill' };
  const cases = { list: {}, rotate: change, revoke: change, archive: {}, exportPublic: {} };
  for (const [name, params] of Object.entries(cases)) {
    const shape = keyControlParams[`keys.${name}` as keyof typeof keyControlParams];
    const [asked, more] = [params, { ...params, force: true }].map(
      (given) => shape.safeParse(given).success,
    );
    expect([name, asked, more]).toEqual([name, true, false]);
  }
});
