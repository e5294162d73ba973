import { expect, it } from 'vitest';
import { isolations } from '../../../../machines/isolation.ts';
import { vmDrivers } from '../../../../runtime/world/vm/index.ts';

it('there is a driver for each level, and it is of that level', () => {
  for (const drivers of [vmDrivers(), vmDrivers('/nowhere')]) {
    expect(isolations.map((isolation) => drivers[isolation].isolation)).toEqual(isolations);
  }
});

it('without an image there is no microvm, and it is said what makes one', async () => {
  const { probe, isUnset } = vmDrivers().microvm;
  expect([isUnset, vmDrivers('/nowhere').microvm.isUnset]).toEqual([true, undefined]);
  expect(await probe(new AbortController().signal)).toEqual({
    unavailable: 'vm.imageDir names no image to start',
    fix: 'holdfast vm build --dir DIR',
  });
});
