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
      if (hop.trim() === '') return remote;
      remote = { address: addressIn(hop.trim()) ?? UNKNOWN, port: 0 };
    }
    return remote;
  }
}

/** Whoever a proxy names in a way that nobody can read: it is not the proxy, which is trusted. */
const UNKNOWN = '0.0.0.0';

/** As proxies write it: an address, which may be quoted, in brackets, and with a port. */
function addressIn(hop: string): string | undefined {
  const bare = hop.replace(/^"(.*)"$/, '$1');
  const [, inBrackets, ipv4] = /^(?:\[([^\]]*)\]|([0-9.]+))(?::\d{1,5})?$/.exec(bare) ?? [];
  return canonicalAddress(inBrackets ?? ipv4 ?? bare);
}

const wrong = (range: string): TypeError =>
  new TypeError(`trustedProxies must be addresses or CIDR ranges, got ${JSON.stringify(range)}`);
