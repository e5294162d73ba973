import type { Names } from '../../actors/names.ts';

/** Nothing has a name in a simulated world. */
export const lonelyNames: Names = {
  async resolve(_, signal) {
    signal.throwIfAborted();
    return [];
  },
};
