import type { Network } from '../../actors/network.ts';

/** A machine without a cable: whoever listens is never found, and nobody is. */
export const lonelyNetwork: Network = {
  listen: async ({ host, port }) => ({ url: `ws://${host}:${port}/holdfast`, close() {} }),
  async dial(_, { signal }) {
    signal.throwIfAborted();
    return { outcome: 'unreachable', cause: new Error('there is no network') };
  },
};
