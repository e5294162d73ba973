import { addressBytes, canonicalAddress } from '../address.ts';
import type { Range } from './cidr.ts';
import { cleared, type Prefix, PrefixDraft, Prefixes } from './prefixes.ts';

/** Whoever has one address of IPv6 has all that begin with the same 64 bits. */
const IPV6_BITS_MAX = 64;

/** Where an address is listed. */
export interface Listing {
  /** As it is listed, but for IPv6 no narrower than what one host has. */
  readonly cidr: string;
  /** From 1. */
  readonly line: number;
}

/** Ranges of both families, as they come. */
export class RangeDraft {
  readonly #ipv4 = new PrefixDraft(false);
  readonly #ipv6 = new PrefixDraft(true);

  get size(): number {
    return this.#ipv4.size + this.#ipv6.size;
  }

  addIpv4(address: number, bits: number, line: number): void {
    this.#ipv4.add(cleared(address, 0, bits), line);
  }

  /** The first 64 bits of an address, and how many of them count. */
  addIpv6(high: number, low: number, bits: number, line: number): void {
    this.#ipv6.add(cleared(high, low, Math.min(bits, IPV6_BITS_MAX)), line);
  }

  add({ family, address, bits }: Range, line: number): void {
    const { high, low } = wordsOf(address);
    if (family === 'ipv4') this.addIpv4(high, bits, line);
    else this.addIpv6(high, low, bits, line);
  }

  *table(): Generator<void, RangeTable> {
    return new RangeTable(yield* Prefixes.of(this.#ipv4), yield* Prefixes.of(this.#ipv6));
  }
}

/**
 * Ranges that refuse, and the line of each: the longest one is found that an address is in. Of
 * IPv6, all of a /64 are one.
 */
export class RangeTable {
  readonly #ipv4: Prefixes;
  readonly #ipv6: Prefixes;

  constructor(ipv4: Prefixes, ipv6: Prefixes) {
    this.#ipv4 = ipv4;
    this.#ipv6 = ipv6;
  }

  static of(ranges: Iterable<readonly [Range, line: number]>): RangeTable {
    const draft = new RangeDraft();
    for (const [range, line] of ranges) draft.add(range, line);
    const making = draft.table();
    for (;;) {
      const { done, value } = making.next();
      if (done === true) return value;
    }
  }

  get size(): number {
    return this.#ipv4.size + this.#ipv6.size;
  }

  get bytes(): number {
    return this.#ipv4.bytes + this.#ipv6.bytes;
  }

  /** Of a canonical address; undefined if it is not listed. */
  find(address: string): Listing | undefined {
    if (this.size === 0) return undefined;
    if (!address.includes(':')) return listingIn(this.#ipv4, ipv4Of(address), 0, ipv4Text);
    if (this.#ipv6.size === 0) return undefined;
    const { high, low } = wordsOf(address);
    return listingIn(this.#ipv6, high, low, ipv6Text);
  }
}

/** The first 32 bits of an address, and of IPv6 the 32 after those. */
export function wordsOf(address: string): { readonly high: number; readonly low: number } {
  if (!address.includes(':')) return { high: ipv4Of(address), low: 0 };
  const bytes = new DataView(addressBytes(address).buffer);
  return { high: bytes.getUint32(0), low: bytes.getUint32(4) };
}

function ipv4Of(address: string): number {
  let word = 0;
  let byte = 0;
  for (let at = 0; at < address.length; at++) {
    const code = address.charCodeAt(at);
    if (code === 46) {
      word = (word << 8) | byte;
      byte = 0;
    } else byte = 10 * byte + code - 48;
  }
  return ((word << 8) | byte) >>> 0;
}

function listingIn(
  prefixes: Prefixes,
  high: number,
  low: number,
  textOf: (prefix: Prefix) => string,
): Listing | undefined {
  const row = prefixes.find(high, low);
  if (row < 0) return undefined;
  return { cidr: textOf(prefixes.prefixAt(row)), line: prefixes.lineAt(row) };
}

const ipv4Text = ({ high, bits }: Prefix): string =>
  `${high >>> 24}.${(high >>> 16) & 255}.${(high >>> 8) & 255}.${high & 255}/${bits}`;

function ipv6Text({ high, low, bits }: Prefix): string {
  const groups = [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff];
  const address = `${groups.map((group) => group.toString(16)).join(':')}::`;
  return `${canonicalAddress(address) ?? address}/${bits}`;
}
