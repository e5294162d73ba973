import { isIP, SocketAddress } from 'node:net';
import { hex } from '../../storage/bytes.ts';

const BYTES = 16;

/** How networks carry IPv4 in IPv6: how such an address begins, and at which byte IPv4 does. */
const carriers = {
  sixToFour: { digits: '2002', at: 2, mask: 0 },
  teredo: { digits: '20010000', at: 12, mask: 0xff },
  nat64: { digits: '0064ff9b0000000000000000', at: 12, mask: 0 },
  compatible: { digits: '000000000000000000000000', at: 12, mask: 0 },
  translated: { digits: '0000000000000000ffff0000', at: 12, mask: 0 },
};

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

/** A canonical address, and that of IPv4 which it carries, if it does: both are whoever has it. */
export function facesOf(address: string): readonly string[] {
  if (!address.includes(':') || address === '::' || address === '::1') return [address];
  const bytes = addressBytes(address);
  const written = hex(bytes);
  const carrier = Object.values(carriers).find(({ digits }) => written.startsWith(digits));
  if (carrier === undefined) return [address];
  const ipv4 = bytes.slice(carrier.at, carrier.at + 4).map((byte) => byte ^ carrier.mask);
  return [address, ipv4.join('.')];
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
