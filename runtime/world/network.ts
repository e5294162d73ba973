import type { Network } from '../../actors/network.ts';
import { dial } from './web-dial.ts';
import { listen } from './web-listener.ts';

/** The network of this machine: WebSocket over TCP. */
export const network: Network = { listen, dial };
