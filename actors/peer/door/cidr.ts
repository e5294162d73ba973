import { isIP } from 'node:net';
import { addressBytes, canonicalAddress } from '../address.ts';

const IPV4_AT_BITS = 96;

/** Addresses that begin with the same bits. */
export interface Range {
  readonly family: 'ipv4' | 'ipv6';
  /** Canonical; bits after the first `bits` mean nothing. */
  readonly address: string;
  /** Counted within the family. */
  readonly bits: number;
}

export const familyOf = (address: string): Range['family'] =>
  isIP(address) === 4 ? 'ipv4' : 'ipv6';

/** An address, or a range in CIDR notation; undefined for what is neither. */
export function parseRange(text: string): Range | undefined {
  const [first = '', bits, ...rest] = text.split('/');
  const address = canonicalAddress(first);
  const isWhole = bits === undefined || /^\d{1,3}$/.test(bits);
  if (address === undefined || !isWhole || rest.length > 0) return undefined;
  const family = familyOf(address);
  const bitsMax = family === 'ipv4' ? 32 : 128;
  if (bits === undefined) return { family, address, bits: bitsMax };
  // An IPv4 range that is written as IPv6 counts its bits from there.
  const counted = Number(bits) - (family === 'ipv4' && first.includes(':') ? IPV4_AT_BITS : 0);
  return counted < 0 || counted > bitsMax ? undefined : { family, address, bits: counted };
}

/** No narrower than what one host has: whoever has one address of a /64 can have them all. */
export const ofHost = (range: Range): Range =>
  range.family === 'ipv6' && range.bits > 64 ? { ...range, bits: 64 } : range;

/** The same for two ranges of one family and one length if they are the same. */
function keyOf(address: Uint8Array, bits: number): string {
  const cleared = address.slice();
  const whole = bits >> 3;
  cleared.fill(0, whole + 1);
  if (bits < 128) cleared[whole] = (cleared[whole] ?? 0) & (0xff00 >> (bits & 7));
  return String.fromCharCode(...cleared);
}

const bitsAsIpv6 = ({ family, bits }: Range): number =>
  family === 'ipv4' ? bits + IPV4_AT_BITS : bits;

/** Values of ranges. What a look costs depends on how many lengths they have, not on how many. */
export class RangeMap<Value> {
  /** By bits, those of IPv4 counted as of IPv6; an IPv6 range has none of IPv4 in it. */
  readonly #values = {
    ipv4: new Map<number, Map<string, Value>>(),
    ipv6: new Map<number, Map<string, Value>>(),
  };
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(range: Range): Value | undefined {
    const bits = bitsAsIpv6(range);
    return this.#values[range.family].get(bits)?.get(keyOf(addressBytes(range.address), bits));
  }

  set(range: Range, value: Value): void {
    const bits = bitsAsIpv6(range);
    const ofBits = this.#values[range.family].get(bits) ?? new Map<string, Value>();
    this.#values[range.family].set(bits, ofBits);
    this.#size -= ofBits.size;
    ofBits.set(keyOf(addressBytes(range.address), bits), value);
    this.#size += ofBits.size;
  }

  delete(range: Range): void {
    const bits = bitsAsIpv6(range);
    const ofBits = this.#values[range.family].get(bits);
    if (ofBits?.delete(keyOf(addressBytes(range.address), bits)) !== true) return;
    this.#size -= 1;
    if (ofBits.size === 0) this.#values[range.family].delete(bits);
  }

  /** Those of all ranges that a canonical address is in. */
  covering(address: string): readonly Value[] {
    const bytes = addressBytes(address);
    const found: Value[] = [];
    for (const [bits, ofBits] of this.#values[familyOf(address)]) {
      const value = ofBits.get(keyOf(bytes, bits));
      if (value !== undefined) found.push(value);
    }
    return found;
  }

  *values(): Iterable<Value> {
    for (const family of Object.values(this.#values)) {
      for (const ofBits of family.values()) yield* ofBits.values();
    }
  }
}
