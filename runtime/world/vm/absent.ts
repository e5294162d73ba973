import type { VmDriver } from '../../../actors/vm-drivers.ts';
import type { Isolation } from '../../../machines/isolation.ts';

/** For a level that this version has nothing for: it says so, and nothing runs. */
export function absentDriver(isolation: Isolation): VmDriver {
  const unavailable = `this version has no driver for ${isolation}`;
  return {
    isolation,
    probe: async () => ({ unavailable }),
    create: async () => ({ unavailable }),
  };
}
