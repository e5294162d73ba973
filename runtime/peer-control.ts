import type { ImportOptionsInput } from './options/blacklist.ts';
import { peerControlParams as given, type PeerControlMethod } from './options/peer-control.ts';
import { readOptions } from './options/read.ts';
import type { PeerBlacklist } from './peer-blacklist.ts';
import type { Peers } from './peers.ts';

/** What of the peers the control socket reaches. */
export type ControlledPeers = Pick<
  Peers,
  'list' | 'explain' | 'explainAddress' | 'feeds' | 'grant' | 'ban' | 'unban'
> & {
  readonly blacklist: Pick<
    PeerBlacklist,
    'verifierKey' | 'list' | 'blame' | 'forgive' | 'import' | 'export'
  >;
};

type Params = Readonly<Record<string, unknown>>;
type Method = (peers: ControlledPeers, params: Params) => Promise<unknown>;

export const peerControlMethods: Readonly<Record<PeerControlMethod, Method>> = {
  'peers.list': async (peers, params) => {
    readOptions(given['peers.list'], 'params', params);
    return { peers: peers.list() };
  },
  'peers.explain': async (peers, params) =>
    await peers.explain(readOptions(given['peers.explain'], 'params', params).id),
  'peers.explainAddress': async (peers, params) =>
    peers.explainAddress(readOptions(given['peers.explainAddress'], 'params', params).address),
  'peers.feeds': async (peers, params) => {
    readOptions(given['peers.feeds'], 'params', params);
    return { feeds: peers.feeds() };
  },
  'peers.grant': async (peers, params) => {
    const { id, ...options } = readOptions(given['peers.grant'], 'params', params);
    await peers.grant(id, options);
    return {};
  },
  'peers.ban': async (peers, params) => {
    const { target, ...options } = readOptions(given['peers.ban'], 'params', params);
    peers.ban(target, options);
    return {};
  },
  'peers.unban': async (peers, params) => {
    const { target, ...options } = readOptions(given['peers.unban'], 'params', params);
    await peers.unban(target, options);
    return {};
  },
  'peers.blacklist': async ({ blacklist }, params) => {
    readOptions(given['peers.blacklist'], 'params', params);
    return { blacklist: blacklist.list() };
  },
  'peers.blame': async ({ blacklist }, params) => {
    const { id, ...options } = readOptions(given['peers.blame'], 'params', params);
    blacklist.blame(id, options);
    return {};
  },
  'peers.forgive': async ({ blacklist }, params) => {
    const { id, ...options } = readOptions(given['peers.forgive'], 'params', params);
    await blacklist.forgive(id, options);
    return {};
  },
  'peers.export': async ({ blacklist }, params) => {
    readOptions(given['peers.export'], 'params', params);
    return { verifierKey: blacklist.verifierKey, note: blacklist.export() };
  },
  // As it is given: its keys are read where it is imported.
  'peers.import': async ({ blacklist }, { note, ...options }) => {
    readOptions(given['peers.import'], 'params', { note, ...options });
    return { added: blacklist.import(String(note), options as ImportOptionsInput) };
  },
};
