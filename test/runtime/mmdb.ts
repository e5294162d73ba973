import { addressBytes, canonicalAddress } from '../../actors/peer/address.ts';

const METADATA = Buffer.from('abcdef4d61784d696e642e636f6d', 'hex');

const text = (value: string): Buffer =>
  Buffer.concat([Buffer.of(0x40 | value.length), Buffer.from(value)]);

const map = (fields: Readonly<Record<string, Buffer>>): Buffer => {
  const all = Object.entries(fields).flatMap(([name, value]) => [text(name), value]);
  return Buffer.concat([Buffer.of(0xe0 | Object.keys(fields).length), ...all]);
};

const uint = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return Buffer.concat([Buffer.of(0xc4), bytes]);
};

/** The format of MaxMind, by its specification: records of 24 bits, IPv4 in the first 32 bits. */
export function mmdbOf(countries: Readonly<Record<string, string>>, isMaxMind = false): Buffer {
  const nodes: [number | undefined, number | undefined][] = [[undefined, undefined]];
  const data: Buffer[] = [];
  let dataBytes = 0;
  const leaves: { node: number; bit: 0 | 1; offset: number }[] = [];
  for (const [cidr, country] of Object.entries(countries)) {
    const [address = '', length] = cidr.split('/');
    const canonical = canonicalAddress(address) ?? '';
    const bytes = addressBytes(canonical);
    if (!canonical.includes(':')) bytes.fill(0, 10, 12);
    const bits = Number(length) + (canonical.includes(':') ? 0 : 96);
    let node = 0;
    for (let at = 0; at < bits - 1; at++) {
      const bit = (((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1) as 0 | 1;
      const pair = nodes[node] ?? [undefined, undefined];
      pair[bit] ??= nodes.push([undefined, undefined]) - 1;
      node = pair[bit];
    }
    const last = bits - 1;
    const bit = (((bytes[last >> 3] ?? 0) >> (7 - (last & 7))) & 1) as 0 | 1;
    leaves.push({ node, bit, offset: dataBytes });
    const named = isMaxMind
      ? map({ country: map({ iso_code: text(country) }) })
      : map({ country_code: text(country) });
    data.push(named);
    dataBytes += named.length;
  }
  for (const { node, bit, offset } of leaves) {
    const pair = nodes[node];
    if (pair !== undefined) pair[bit] = nodes.length + 16 + offset;
  }
  const tree = Buffer.alloc(6 * nodes.length);
  for (const [at, [left, right]] of nodes.entries()) {
    tree.writeUIntBE(left ?? nodes.length, 6 * at, 3);
    tree.writeUIntBE(right ?? nodes.length, 6 * at + 3, 3);
  }
  return Buffer.concat([tree, Buffer.alloc(16), ...data, about(nodes.length)]);
}

const about = (nodes: number): Buffer =>
  Buffer.concat([
    METADATA,
    map({
      ...{ node_count: uint(nodes), record_size: uint(24), ip_version: uint(6) },
      ...{ binary_format_major_version: uint(2), binary_format_minor_version: uint(0) },
      ...{ build_epoch: uint(1_700_000_000), database_type: text('test') },
    }),
  ]);

/** Every address has a list of two, each of which points to a list of two, and so on. */
export function mmdbBomb(levels: number): Buffer {
  const data: Buffer[] = [];
  for (let level = 1; level <= levels; level++) {
    const next = 6 * level;
    const pointer = [0x20 | (next >> 8), next & 255];
    data.push(Buffer.of(2, 4, ...pointer, ...pointer));
  }
  const tree = Buffer.alloc(6);
  tree.writeUIntBE(17, 0, 3);
  tree.writeUIntBE(17, 3, 3);
  return Buffer.concat([tree, Buffer.alloc(16), ...data, text('end'), about(1)]);
}
