import type { Clock } from '../storage/ports.ts';
import { within } from './deadline.ts';
import type { Http } from './http.ts';
import type { Listener, Network } from './network.ts';
import {
  httpOperations,
  listeningOperations,
  networkOperations,
  socketOperations,
} from './operations.ts';
import type { Listening, Sockets } from './sockets.ts';
import type { World } from './world.ts';

/** The same network; a dial has a signal of its own, which whoever dials aborts in time. */
export function boundedNetwork(network: Network, clock: Clock): Network {
  return {
    listen: (...args) =>
      opened(
        clock,
        networkOperations.listen.deadlineMs,
        network.listen(...args),
        (late: Listener) => late.close(),
      ),
    dial: (...args) => network.dial(...args),
  };
}

/** The same pages. */
export const boundedHttp = (http: Http, clock: Clock): Http => ({
  listen: (...args) =>
    opened(clock, httpOperations.listen.deadlineMs, http.listen(...args), (late) => late.close()),
});

/** The same sockets; what opens after its deadline is closed again. */
export function boundedSockets(sockets: Sockets, clock: Clock): Sockets {
  const bounded = (listening: Listening): Listening => ({
    close: () => within(clock, listeningOperations.close.deadlineMs, listening.close()),
  });
  return {
    async listen(...args) {
      const { deadlineMs } = socketOperations.listen;
      const listening = sockets.listen(...args);
      return bounded(await opened(clock, deadlineMs, listening, (late) => late.close()));
    },
    connect: (...args) =>
      opened(clock, socketOperations.connect.deadlineMs, sockets.connect(...args), (late) =>
        late?.drop(),
      ),
  };
}

/** Its disk aside, which is bounded where it is used: some of it has to be waited for. */
export const boundedWorld = (world: World): World => ({
  ...world,
  network: boundedNetwork(world.network, world.clock),
  http: boundedHttp(world.http, world.clock),
  sockets: boundedSockets(world.sockets, world.clock),
});

async function opened<Opened>(
  clock: Clock,
  deadlineMs: number,
  opening: Promise<Opened>,
  close: (late: Opened) => unknown,
): Promise<Opened> {
  try {
    return await within(clock, deadlineMs, opening);
  } catch (error) {
    void opening.then(close).catch(() => {});
    throw error;
  }
}
