import { expect, it } from 'vitest';
import { isolations } from '../../../../machines/isolation.ts';
import { vmDrivers } from '../../../../runtime/world/vm/index.ts';

it('there is a driver for each level, and it is of that level', () => {
  expect(isolations.map((isolation) => vmDrivers[isolation].isolation)).toEqual(isolations);
});
