import { onTestFinished } from 'vitest';
import { network } from '../../../runtime/world/network.ts';

import { networkContract } from '../../contracts/network.contract.ts';
import { until } from './web.fixture.ts';

for (const [family, host] of [
  ['IPv4', '127.0.0.1'],
  ['IPv6', '::1'],
] as const) {
  networkContract(`the network of this machine, over ${family}`, () => ({
    near: network,
    host,
    far: network,
    address: host,
    until,
    onFinished: onTestFinished,
  }));
}
