import type { Sockets } from '../../actors/sockets.ts';

/** There is one process in a simulated world: nobody answers, and nobody comes. */
export const lonelySockets: Sockets = {
  listen: async () => ({ close: async () => {} }),
  connect: async () => undefined,
};
