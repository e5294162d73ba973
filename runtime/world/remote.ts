import type { Remote } from '../../actors/network.ts';
import { canonicalAddress } from '../../actors/peer/address.ts';
import { parseRange, RangeMap } from '../../actors/peer/door/cidr.ts';

/** Addresses and CIDR ranges. @throws {TypeError} for what is neither. */
export class Proxies {
  readonly #trusted = new RangeMap<true>();

  constructor(ranges: readonly string[]) {
    for (const text of ranges) {
      const range = parseRange(text);
      if (range === undefined) throw wrong(text);
      this.#trusted.set(range, true);
    }
  }

  /**
   * The nearest hop that no trusted proxy speaks for. `forwardedFor` names hops from the farthest
   * to the nearest, and whoever comes from elsewhere may have written all of it.
   */
  origin(nearest: Remote, forwardedFor: string): Remote {
    let remote = nearest;
    for (const hop of forwardedFor.split(',').reverse()) {
      if (this.#trusted.covering(remote.address).length === 0) return remote;
      const address = canonicalAddress(hop.trim());
      if (address === undefined) return remote;
      remote = { address, port: 0 };
    }
    return remote;
  }
}

const wrong = (range: string): TypeError =>
  new TypeError(`trustedProxies must be addresses or CIDR ranges, got ${JSON.stringify(range)}`);
