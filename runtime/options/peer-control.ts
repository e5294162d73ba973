import { z } from 'zod';
import { blameOptions, forgiveOptions, importOptions } from './blacklist.ts';
import { banOptions, grantOptions, unbanOptions } from './trust.ts';

const isObject = { error: 'must be an object' };
const target = z.string({ error: 'must be a peer id, an address or a CIDR range' }).max(200);

/** What each method of the control socket takes that is about peers. */
export const peerControlParams = {
  'peers.list': z.strictObject({}, isObject),
  'peers.explainAddress': z.strictObject({ address: target }, isObject),
  'peers.feeds': z.strictObject({}, isObject),
  'peers.explain': z.strictObject({ id: target }, isObject),
  'peers.grant': grantOptions.extend({ id: target }),
  'peers.ban': banOptions.extend({ target }),
  'peers.unban': unbanOptions.extend({ target }),
  'peers.blacklist': z.strictObject({}, isObject),
  'peers.blame': blameOptions.extend({ id: target }),
  'peers.forgive': forgiveOptions.extend({ id: target }),
  'peers.export': z.strictObject({}, isObject),
  'peers.import': importOptions.extend({ note: z.string({ error: 'must be a signed list' }) }),
} as const;

export type PeerControlMethod = keyof typeof peerControlParams;
