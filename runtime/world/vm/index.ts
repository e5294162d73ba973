import { availableParallelism } from 'node:os';
import type { VmDriver, VmDrivers } from '../../../actors/vm-drivers.ts';
import { isolateDriver } from './isolate/driver.ts';
import { MicroVmDriver } from './microvm/driver.ts';
import { processDriver } from './process/driver.ts';

/**
 * What keeps guests in on this machine. Nothing is started before it is asked for.
 * @param imageDir what `holdfast vm build` made; without it there is no `microvm`.
 */
export const vmDrivers = (imageDir?: string): VmDrivers => ({
  isolate: isolateDriver,
  process: processDriver(),
  microvm: imageDir === undefined ? withoutImage : new MicroVmDriver(imageDir),
  startsMax: Math.max(2, availableParallelism()),
});

const NO_IMAGE = {
  unavailable: 'vm.imageDir names no image to start',
  fix: 'holdfast vm build --dir DIR',
};

const withoutImage: VmDriver = {
  isolation: 'microvm',
  isUnset: true,
  probe: async () => NO_IMAGE,
  create: async () => NO_IMAGE,
};
