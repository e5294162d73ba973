import { Resolver } from 'node:dns/promises';
import type { Names } from '../../actors/names.ts';

/** Whoever asks has a deadline of its own; beyond this one nobody waits any more. */
const TIMEOUT_MS = 10_000;
const ABSENT: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA']);

export const names: Names = {
  async resolve(name, signal, servers) {
    signal.throwIfAborted();
    // Of its own: to give one up gives up all that a resolver was asked.
    const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 1 });
    if (servers.length > 0) resolver.setServers(servers);
    const giveUp = (): void => resolver.cancel();
    signal.addEventListener('abort', giveUp);
    try {
      const found = await resolver.resolve4(name, { ttl: true });
      return found.map(({ address, ttl }) => ({ address, ttlS: ttl }));
    } catch (error) {
      if (ABSENT.has(Reflect.get(Object(error), 'code'))) return [];
      throw error;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  },
};
