import type { VmDrivers } from '../../../actors/vm-drivers.ts';
import { absentDriver } from './absent.ts';
import { isolateDriver } from './isolate/driver.ts';
import { processDriver } from './process/driver.ts';

/** What keeps guests in on this machine. Nothing is started before it is asked for. */
export const vmDrivers: VmDrivers = {
  isolate: isolateDriver,
  process: processDriver(),
  microvm: absentDriver('microvm'),
};
