import type { ListenOptions } from '../../actors/network.ts';
import { network } from '../../runtime/world/network.ts';
import { blocked, guests } from '../contracts/network.fixture.ts';
import type { Recoveries } from './recovery.ts';

export const recoveriesOfNetwork: Recoveries<'LISTEN_FAILED'> = {
  LISTEN_FAILED: {
    recovery: 'operator',
    async run() {
      const any: ListenOptions = { host: '127.0.0.1', port: 0, trustedProxies: [] };
      const first = await network.listen(any, guests());
      const same = { ...any, port: Number(new URL(first.url).port) };
      const failed = await blocked(network.listen(same, guests()));
      first.close();
      const again = await network.listen(same, guests());
      again.close();
      return { failed, isBack: true };
    },
  },
};
