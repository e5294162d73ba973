import { BlockList, isIP } from 'node:net';
import type { Remote } from '../../actors/network.ts';
import { canonicalAddress } from '../../actors/peer/address.ts';

type Family = 'ipv4' | 'ipv6';

const familyOf = (address: string): Family => (isIP(address) === 4 ? 'ipv4' : 'ipv6');

/** Addresses and CIDR ranges. @throws {TypeError} for what is neither. */
export class Proxies {
  readonly #trusted = new BlockList();

  constructor(ranges: readonly string[]) {
    for (const range of ranges) this.#add(range);
  }

  #add(range: string): void {
    const [text = '', bits, ...rest] = range.split('/');
    const address = canonicalAddress(text);
    const isWhole = bits === undefined || /^\d{1,3}$/.test(bits);
    if (address === undefined || !isWhole || rest.length > 0) throw wrong(range);
    const family = familyOf(address);
    if (bits === undefined) return this.#trusted.addAddress(address, family);
    // An IPv4 range that is written as IPv6 counts its bits from there.
    const prefix = Number(bits) - (family === 'ipv4' && text.includes(':') ? 96 : 0);
    if (prefix < 0 || prefix > (family === 'ipv4' ? 32 : 128)) throw wrong(range);
    this.#trusted.addSubnet(address, prefix, family);
  }

  /**
   * The nearest hop that no trusted proxy speaks for. `forwardedFor` names hops from the farthest
   * to the nearest, and whoever comes from elsewhere may have written all of it.
   */
  origin(nearest: Remote, forwardedFor: string): Remote {
    let remote = nearest;
    for (const hop of forwardedFor.split(',').reverse()) {
      if (!this.#trusted.check(remote.address, familyOf(remote.address))) return remote;
      const address = canonicalAddress(hop.trim());
      if (address === undefined) return remote;
      remote = { address, port: 0 };
    }
    return remote;
  }
}

const wrong = (range: string): TypeError =>
  new TypeError(`trustedProxies must be addresses or CIDR ranges, got ${JSON.stringify(range)}`);
