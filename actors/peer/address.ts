import { isIP, SocketAddress } from 'node:net';

const BYTES = 16;
/** Where an IPv4 address begins in the IPv6 one that it is mapped into. */
const MAPPED_BITS = 96;

/**
 * One text per address, without a zone: IPv4, or IPv6 in its shortest form; IPv4 mapped into IPv6
 * is IPv4. Undefined for what is no address.
 */
export function canonicalAddress(text: string): string | undefined {
  const version = isIP(text);
  if (version === 0) return undefined;
  const [bare = ''] = text.split('%');
  const { address } = new SocketAddress({
    address: bare,
    family: version === 4 ? 'ipv4' : 'ipv6',
  });
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/.test(address) ? address.slice(7) : address;
}

/** A canonical address as IPv6, IPv4 mapped: 16 bytes, as SPEC section 2 has them. */
export function addressBytes(address: string): Uint8Array {
  const bytes = new Uint8Array(BYTES);
  if (isIP(address) === 4) {
    bytes.set([0xff, 0xff, ...address.split('.').map(Number)], BYTES - 6);
    return bytes;
  }
  const [head = '', tail = ''] = address.split('::');
  bytes.set(bytesOfGroups(head));
  const last = bytesOfGroups(tail);
  bytes.set(last, BYTES - last.length);
  return bytes;
}

/** `1:2:3.4.5.6`: an IPv6 address may end in the notation of IPv4. */
const bytesOfGroups = (groups: string): readonly number[] =>
  groups.split(':').flatMap((group) => {
    if (group === '') return [];
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });

/** The address with all bits after the first `bits` cleared; counted as in `addressBytes`. */
export function clearedAfter(address: Uint8Array, bits: number): Uint8Array {
  const cleared = address.slice();
  const whole = bits >> 3;
  cleared.fill(0, whole + 1);
  if (whole < BYTES) cleared[whole] = (cleared[whole] ?? 0) & (0xff00 >> (bits & 7));
  return cleared;
}

/** The range of so many bits that a canonical address is in, as CIDR. */
function rangeOf(address: string, ipv4Bits: number, ipv6Bits: number): string {
  const bytes = addressBytes(address);
  if (isIP(address) === 4) {
    const first = clearedAfter(bytes, MAPPED_BITS + ipv4Bits).subarray(BYTES - 4);
    return `${first.join('.')}/${ipv4Bits}`;
  }
  const groups = new DataView(clearedAfter(bytes, ipv6Bits).buffer);
  const text = Array.from({ length: 8 }, (_, index) => groups.getUint16(2 * index).toString(16));
  return `${canonicalAddress(text.join(':'))}/${ipv6Bits}`;
}

/** What one host or household has: whoever has one address of it can have them all. */
export const netgroupOf = (address: string): string => rangeOf(address, 24, 64);

/** What one customer has: of IPv6, many netgroups. */
export const siteOf = (address: string): string => rangeOf(address, 24, 48);

/** What one provider has, roughly. */
export const wideGroupOf = (address: string): string => rangeOf(address, 16, 32);
