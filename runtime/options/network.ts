import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import { parseRange } from '../../actors/peer/door/cidr.ts';
import { publicKeyOfPeer } from '../../actors/peer/wire/peer-id.ts';
import { utf8Bytes } from '../../actors/peer/wire/utf8.ts';
import { levels } from '../../machines/trust.ts';
import { oneOf, wholeNumber } from './number.ts';

const NAME = 'must be a string of at most 64 bytes';
const RANGES = 'must be a list of addresses and CIDR ranges';
const ENTRIES = 'must be a list of at most 100000 peer ids, addresses and CIDR ranges';

const PATHS = 'must be a list of at most 16 paths of 1 to 4096 characters';

const paths = z
  .array(z.string({ error: PATHS }).min(1, PATHS).max(4_096, PATHS), { error: PATHS })
  .max(16, PATHS);

const PATH = 'must be a path of 1 to 4096 characters';
const COUNTRIES = 'must be a list of countries, two capitals each, as in DE';

const countries = z
  .array(z.string({ error: COUNTRIES }).regex(/^[A-Z]{2}$/, COUNTRIES), { error: COUNTRIES })
  .max(300, COUNTRIES)
  .default([]);

const geo = z.strictObject(
  {
    file: z
      .string({ error: PATH })
      .min(1, PATH)
      .max(4_096, PATH)
      .describe('database of countries in the format of MaxMind; takes the package mmdb-lib'),
    allow: countries.describe('only from these, if there are any'),
    deny: countries.describe('nobody from these'),
  },
  { error: 'must be an object' },
);

const ZONES = 'must be a list of 1 to 8 names of zones, as in zen.example.org';
const ZONE = /^(?=.{1,180}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/;

const SERVERS = 'must be a list of at most 8 addresses, each with a port or without';

/** As `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353`. */
function isServer(text: string): boolean {
  const [, bracketed, v4, port = '53'] =
    /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const isPort = Number(port) >= 1 && Number(port) <= 65_535;
  if (bracketed !== undefined) return isIPv6(bracketed) && isPort;
  return v4 === undefined ? isIPv6(text) : isIPv4(v4) && isPort;
}

const dnsbl = z.strictObject(
  {
    zones: z
      .array(
        z.string({ error: ZONES }).refine((zone) => ZONE.test(zone), ZONES),
        { error: ZONES },
      )
      .min(1, ZONES)
      .max(8, ZONES)
      .describe('asked by name about whoever arrives: an answer of 127.0.0.0/8 lists it'),
    servers: z
      .array(z.string({ error: SERVERS }).refine(isServer, SERVERS), { error: SERVERS })
      .max(8, SERVERS)
      .default([])
      .describe('name servers that are asked; without any those of this machine'),
    deadlineMs: wholeNumber(100, 10_000)
      .default(2_000)
      .describe('for an answer; nobody waits for it, and without one nobody is refused'),
  },
  { error: 'must be an object' },
);

const isRange = (text: string): boolean => parseRange(text) !== undefined;

const ranges = z.array(z.string({ error: RANGES }).refine(isRange, RANGES), { error: RANGES });

const entries = z
  .array(
    z
      .string({ error: ENTRIES })
      .refine((text) => isRange(text) || publicKeyOfPeer(text) !== undefined, ENTRIES),
    { error: ENTRIES },
  )
  .max(100_000, ENTRIES);

export const networkOptions = z.strictObject(
  {
    name: z
      .string({ error: NAME })
      .refine((name) => utf8Bytes(name) <= 64, NAME)
      .default('')
      .describe('only peers with the same one understand each other'),
    requirePQ: z
      .boolean({ error: 'must be true or false' })
      .default(false)
      .describe('whether a peer that has no post-quantum suite is neither let in nor dialled'),
    trustedProxies: ranges
      .default([])
      .describe('proxies that are believed about `X-Forwarded-For`, as addresses or CIDR'),
    exempt: ranges
      .default(['127.0.0.0/8', '::1'])
      .describe('never refused for what others of their network do; trusted proxies are as well'),
    relayLevel: oneOf(levels)
      .default('verified')
      .describe('least level of whoever is connected through here to others'),
    allow: entries.default([]).describe('only these get in, as CIDR or peer id, if there are any'),
    deny: entries.default([]).describe('these never get in, as CIDR or peer id'),
    geo: geo.optional(),
    dnsbl: dnsbl.optional(),
    feeds: paths
      .default([])
      .describe('files of addresses and ranges that never get in, as others publish them'),
    feedsEveryMs: wholeNumber(1_000, 86_400_000)
      .default(60_000)
      .describe('how often it is looked whether a feed has changed'),
    feedPrefixesMax: wholeNumber(1, 10_000_000)
      .default(1_000_000)
      .describe('of all feeds together, at 13 bytes each of IPv4, 17 of IPv6'),
  },
  { error: 'must be an object' },
);
