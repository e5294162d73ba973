import { isIP, SocketAddress } from 'node:net';
import { hex } from '../../storage/bytes.ts';

const BYTES = 16;

interface Carrier {
  /** How such an address begins, in hex. */
  readonly digits: RegExp;
  /** At which of its bytes those of IPv4 are. */
  readonly at: readonly number[];
  readonly mask: number;
}

const END = [12, 13, 14, 15];

/** How networks carry IPv4 in IPv6. */
const carriers: readonly Carrier[] = [
  // 6to4.
  { digits: /^2002/, at: [2, 3, 4, 5], mask: 0 },
  // Teredo.
  { digits: /^20010000/, at: END, mask: 0xff },
  // NAT64, where all know it.
  { digits: /^0064ff9b0{16}/, at: END, mask: 0 },
  // NAT64 of one network, which chooses a prefix of 48, 56, 64 or 96 bits in there.
  { digits: /^0064ff9b0001/, at: [6, 7, 9, 10], mask: 0 },
  { digits: /^0064ff9b0001/, at: [7, 9, 10, 11], mask: 0 },
  { digits: /^0064ff9b0001/, at: [9, 10, 11, 12], mask: 0 },
  { digits: /^0064ff9b0001/, at: END, mask: 0 },
  // Compatible, and translated.
  { digits: /^0{24}/, at: END, mask: 0 },
  { digits: /^0{16}ffff0000/, at: END, mask: 0 },
  // ISATAP, in any network.
  { digits: /^.{16}0[02]005efe/, at: END, mask: 0 },
];

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

/** Whether a canonical address leads to this machine alone. */
export const isLoopback = (address: string): boolean =>
  address === '::1' || address.startsWith('127.');

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

/**
 * A canonical address, and those of IPv4 which it may carry: whoever has it may have any of them.
 * None of 0.0.0.0/8, which nobody has.
 */
export function facesOf(address: string): readonly string[] {
  if (!address.includes(':')) return [address];
  const bytes = addressBytes(address);
  const written = hex(bytes);
  const faces = new Set([address]);
  for (const { digits, at, mask } of carriers) {
    if (!digits.test(written)) continue;
    const ipv4 = at.map((index) => (bytes[index] ?? 0) ^ mask);
    if (ipv4[0] !== 0) faces.add(ipv4.join('.'));
  }
  return [...faces];
}

/** `1:2:3.4.5.6`: an IPv6 address may end in the notation of IPv4. */
function bytesOfGroups(groups: string): readonly number[] {
  const bytes: number[] = [];
  if (groups === '') return bytes;
  for (const group of groups.split(':')) {
    const value = Number.parseInt(group, 16);
    if (group.includes('.')) bytes.push(...group.split('.').map(Number));
    else bytes.push(value >> 8, value & 0xff);
  }
  return bytes;
}

/** The range that a canonical address is in: so many bytes of IPv4, or groups of IPv6, as CIDR. */
function rangeOf(address: string, ipv4Bytes: number, ipv6Groups: number): string {
  if (!address.includes(':')) {
    const bytes = address.split('.').map((byte, index) => (index < ipv4Bytes ? byte : '0'));
    return `${bytes.join('.')}/${8 * ipv4Bytes}`;
  }
  const groups = new DataView(addressBytes(address).buffer);
  let shown = ipv6Groups;
  while (shown > 0 && groups.getUint16(2 * shown - 2) === 0) shown -= 1;
  let text = shown === 0 ? ':' : '';
  for (let index = 0; index < shown; index++)
    text += `${groups.getUint16(2 * index).toString(16)}:`;
  return `${text}:/${16 * ipv6Groups}`;
}

/** What one host or household has: whoever has one address of it can have them all. */
export const netgroupOf = (address: string): string => rangeOf(address, 3, 4);

/** What one customer has: of IPv6, many netgroups. */
export const siteOf = (address: string): string => rangeOf(address, 3, 3);

/** What one provider has, roughly. */
export const wideGroupOf = (address: string): string => rangeOf(address, 2, 2);
