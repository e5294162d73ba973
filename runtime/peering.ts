import { boundedFiles } from '../actors/bounded-ports.ts';
import { facesOf } from '../actors/peer/address.ts';
import { answering } from '../actors/peer/answering.ts';
import { AccessList, type Exclusion } from '../actors/peer/door/access-list.ts';
import { Admission } from '../actors/peer/door/admission.ts';
import { parseRange, RangeMap } from '../actors/peer/door/cidr.ts';
import { Conduct } from '../actors/peer/door/conduct.ts';
import { NameLists } from '../actors/peer/door/name-lists.ts';
import type { RangeTable } from '../actors/peer/door/range-table.ts';
import { RefusalCounts } from '../actors/peer/door/refusal-counts.ts';
import { HandshakeQueue } from '../actors/peer/handshake-queue.ts';
import type { Kinship } from '../actors/peer/kinship.ts';
import { Ledger } from '../actors/peer/ledger.ts';
import { Parcels } from '../actors/peer/parcels.ts';
import type { PeerTools } from '../actors/peer/peer.actor.ts';
import { Reputation } from '../actors/peer/reputation.ts';
import { Roster } from '../actors/peer/roster.ts';
import type { Self } from '../actors/peer/self.ts';
import { TurnQueue } from '../actors/peer/turn-queue.ts';
import { RELAYED_PLAIN_BYTES_MAX } from '../actors/peer/wire/frame.ts';
import { FrameWriter } from '../actors/peer/wire/frame-writer.ts';
import { peerIdOf } from '../actors/peer/wire/peer-id.ts';
import type { Deadlines } from '../actors/timed.ts';
import type { World } from '../actors/world.ts';
import { text } from '../storage/bytes.ts';
import { mac } from '../storage/derivation.ts';
import type { StorageError } from '../storage/faults.ts';
import { Secret } from '../storage/secret.ts';
import type { AuditLog } from './audit.ts';
import { Breaker } from './breaker.ts';
import type { Breakers } from './breakers.ts';
import type { CountryOf, Mmdb } from './countries-reader.ts';
import type { Data } from './data.ts';
import type { Facts } from './facts.ts';
import { Feeds } from './feeds.ts';
import type { Charts } from './kernel/charts.ts';
import type { Kernel } from './kernel/kernel.ts';
import { openKinship, type Present } from './kinship.ts';
import { Methods } from './methods.ts';
import { type Observed, observed, observerOf } from './observing.ts';
import { type PeerWitnessRequest, peerWitnessRequest } from './options/peer-witness.ts';
import type { RuntimeOptions } from './options/runtime.ts';
import { OwnIdentity, type OwnKey } from './own-identity.ts';
import type { OwnModes } from './own-modes.ts';
import type { Peer } from './peer.ts';
import { PeerBlacklist } from './peer-blacklist.ts';
import { deadlinesOf } from './peer-deadlines.ts';
import { PeerDoor } from './peer-door.ts';
import { type Guests, PeerHost } from './peer-host.ts';
import { PeerLoad } from './peer-load.ts';
import { PeerTrust } from './peer-trust.ts';
import { PeerWitness } from './peer-witness.ts';
import { PeerWitnessing } from './peer-witnessing.ts';
import { Peers } from './peers.ts';
import { Pins } from './pins.ts';
import type { Renewal } from './renewals.ts';
import { ACCEPT, HANG_UP, RELAY, Routes } from './routes.ts';
import type { Sandboxes } from './sandboxes.ts';
import { saveBans } from './saved-bans.ts';
import { saveBlacklist } from './saved-blacklist.ts';
import { saveTrust } from './saved-trust.ts';
import { Standing } from './standing.ts';
import type { LogWitness } from './witness.ts';
import { primitives } from './world/primitives.ts';

const WITNESS = 'holdfast.witness';
const RELAYED = 'peers, relayed';
const MOVES = ['opened', 'closed', 'isolated', 'released'] as const;

export interface PeeringTools {
  /** Or why it is not known. */
  readonly own: OwnKey | StorageError;
  readonly world: World;
  readonly kernel: Kernel;
  readonly charts: Charts;
  readonly wheel: Deadlines;
  readonly breakers: Breakers;
  readonly isReadOnly: () => boolean;
  readonly data: Pick<Data, 'audit' | 'witness' | 'listKey' | 'peerSeed'>;
  readonly log: AuditLog;
  readonly witness: LogWitness;
  readonly sandboxes: Sandboxes;
  readonly ownModes: OwnModes;
  readonly mmdb: Mmdb;
}

/** The peers of a runtime, wired to all that they stand on; how they are reached, and the load. */
export function openPeers(tools: PeeringTools, options: RuntimeOptions) {
  const { world, kernel, charts, wheel, breakers, isReadOnly, sandboxes } = tools;
  const { clock, network, containment } = world;
  const { limits, timeouts } = options;
  const stream = world.random.stream('peers');
  const firstId = peerIdOf(primitives.identityKey(tools.data.peerSeed).publicKey);
  const draw = (length: number): Uint8Array => stream.bytes(length);
  const self = new OwnIdentity(tools.own, firstId, options.network, draw);
  const load = new PeerLoad(charts, world.meter, options.load, () =>
    roster.leastTrusted()?.drop('shed'),
  );
  const peers = peerToolsOf(tools, options, self, () => load.isChallenging);
  const { ledger } = peers;
  ledger.onCrowded = () => clock.soon(() => ledger.relieve());
  const judges = judgesOf(tools, options, {
    drop: (isSo, because = 'banned') => host.dropWhere(isSo, because),
    addressOf: (peer) => roster.get(peer)?.remote?.address,
    followed: (peer, earlier) => host.followed(peer, earlier),
    ...{ ownId: () => self.id, actorOf: (peer: string) => roster.get(peer) },
  });
  const { standing, kinship, feeds, observer } = judges;
  const roster = rosterOf(clock, limits.peersMax, self, judges);
  const methods = new Methods({
    ...{ clock, containment, log: kernel.log, isReadOnly },
    isHopeful: (floor) => sandboxes.isHopeful(floor),
  });
  const parcels = new Parcels({ clock, wheel });
  const guests = guestsOf(tools, methods, judges, (peer) => host.face(peer));
  const host = new PeerHost({
    ...{ kernel: charts, network, peers, roster, standing, kinship, methods, parcels, guests },
    ...{ observer, requestMs: timeouts.requestMs },
    solve: (challenge, signal) => answering({ clock, primitives }, challenge, signal),
  });
  const entrance = entranceOf(tools, judges, load);
  const routes = new Routes({
    ...{ kernel: charts, host, ledger, observer, admission: entrance.admission },
    ...{ relayLevel: options.network.relayLevel, random: world.random.stream('relays') },
    breaker: () => new Breaker(breakers, breakers.get(RELAYED)),
  });
  lead(host, routes, kernel.facts);
  host.grantPass = () => entrance.admission.grantPass();
  const face = new Peers({
    ...{ sandboxes, ownModes: tools.ownModes, self, host, methods, trust: judges.trust },
    ...{ clock, network, pins: new Pins(kernel.persistence) },
    ...{ ledger, feeds, observer, blacklist: blacklistOf(tools, options, judges, self) },
    door: new PeerDoor({ host, ...entrance }),
    random: world.random.stream('dials'),
    trustedProxies: options.network.trustedProxies,
    connectionsMax: limits.peersMax,
    onBegun: () => load.begin(),
    onOver: () => {
      load.stop();
      entrance.close();
      judges.close();
      routes.stop();
    },
    breakerOf: (name) => new Breaker(breakers, breakers.get(name)),
  });
  const renew = renewal(kernel, self, host);
  const rotateKeys = (): number => host.rotateKeys();
  return { peers: face, own: self, routes, load, feeds, renew, rotateKeys };
}

/** From then on it is known by that key. */
function renewal({ log }: Kernel, self: OwnIdentity, host: PeerHost) {
  return (key: OwnKey | StorageError, isHonoured: Renewal['isHonoured']): void => {
    const wasNobody = self.fault !== undefined;
    self.renew(key);
    if (self.chain !== undefined) host.renewed({ chain: self.chain, isHonoured });
    if (!wasNobody) return;
    log.warn({ id: self.id }, 'the identity keys are back: peers may know this runtime again');
    self.onKnown();
  };
}

function rosterOf(
  clock: World['clock'],
  peersMax: number,
  self: OwnIdentity,
  { standing, kinship }: { readonly standing: Standing; readonly kinship: Kinship },
): Roster {
  const draws = Secret.of(self.random(32));
  return new Roster({
    ...{ clock, peersMax, ownId: () => self.id },
    draw: (netgroup) => (mac(draws, text(netgroup))[0] ?? 0) / 256,
    trustOf: (peer) => standing.trustOf(peer),
    presentOf: (peer) => kinship.presentOf(peer),
    isGranted: (peer) => standing.isGranted(peer),
  });
}

/** Ways through others are served here, and told what becomes of the breaker before them. */
function lead(host: PeerHost, routes: Routes, facts: Pick<Facts, 'hear'>): void {
  host.routes = routes;
  for (const move of MOVES) {
    facts.hear(`breaker.${move}`, ({ subject, id }) => {
      if (subject === RELAYED) routes.heed(id);
    });
  }
  for (const name of [RELAY, ACCEPT, HANG_UP]) {
    host.reserved.set(name, (actor, call) => routes.serve(actor, call));
  }
}

function peerToolsOf(
  { world, charts, wheel }: PeeringTools,
  { limits, timeouts }: RuntimeOptions,
  self: Self,
  isPressured: () => boolean,
): PeerTools {
  const turns = new TurnQueue(world.clock);
  const pace = { perSecond: limits.peerBytesPerSecond, burst: limits.peerBytesBurst };
  return {
    ...{ kernel: charts, self, clock: world.clock, wheel, random: self.random, isPressured },
    ...{ pace, intake: pace },
    ledger: new Ledger(),
    requests: { perSecond: limits.requestsPerSecond, burst: limits.requestsBurst },
    writer: new FrameWriter(),
    handshakes: new HandshakeQueue(turns),
    turns,
    relayWriter: new FrameWriter(RELAYED_PLAIN_BYTES_MAX),
    deadlines: deadlinesOf(timeouts),
  };
}

/** Peers vouch for the logs of each other, and are looked at. */
function guestsOf(
  { world, kernel, charts, data, log, witness }: PeeringTools,
  methods: Methods,
  { standing, observer, observe }: ReturnType<typeof judgesOf>,
  face: (id: string) => Peer,
): Guests {
  const { clock } = world;
  const serving = new PeerWitness({ clock, logs: data.witness, witness });
  methods.add(
    WITNESS,
    { level: 'verified', effect: 'read', input: peerWitnessRequest },
    (request: PeerWitnessRequest, { peer }) => serving.answer(peer.id, request),
  );
  const asking = new PeerWitnessing({
    ...{ clock, kernel: charts, log: kernel.log, proofs: data.audit.proofs },
    random: world.random.stream('witnesses'),
    size: () => log.status().size,
    // How long the log is tells whoever watches how busy we are.
    levelOf: (id) => (observer.bandOf(id) === 'suspect' ? 'untrusted' : standing.levelOf(id)),
    ask: (id, request, options) => face(id).request(WITNESS, request, options),
  });
  return observe({
    opened: (id) => asking.opened(id),
    left: (id) => {
      asking.left(id);
      serving.left(id);
    },
  });
}

/** Who is trusted how far, and who decides it. */
function judgesOf(tools: PeeringTools, options: RuntimeOptions, present: Observed & Present) {
  const { drop, addressOf } = present;
  const { world, kernel, charts, log } = tools;
  const { facts } = tools.data.audit;
  const { clock } = world;
  const { persistence } = kernel;
  const isExempt = exemptionOf(options.network);
  const access = new AccessList({ ...options.network, isExempt });
  const reputation = new Reputation({
    kernel: charts,
    settings: options.trust,
    identitiesMax: options.limits.identitiesMax,
    onBanned: (banned) => drop((peer) => peer === banned),
  });
  if (persistence !== undefined) {
    saveTrust(persistence, reputation, clock);
    saveBans(persistence, access, clock);
    saveBlacklist(persistence, access.blacklist);
  }
  const observer = observerOf({
    ...{ world, kernel: charts, reputation, present, options },
    presentOf: (id) => kinship.presentOf(id),
  });
  const { suspicions } = observer;
  const kinship = openKinship({ clock, persistence, reputation, suspicions, access, present });
  const trust = new PeerTrust({
    ...{ kernel: charts, reputation, suspicions, access, kinship, facts, log, addressOf },
    onRangeBanned: (range) => {
      const banned = new RangeMap<true>();
      banned.set(range, true);
      const isIn = (face: string) => banned.covering(face).length > 0;
      drop((_, address) => facesOf(address).some(isIn));
    },
  });
  const standing = new Standing(reputation, access, kinship, clock);
  const excludes = (id: string, address: string) =>
    access.excludes({ ids: kinship.selvesOf(id), address }, clock.wallMs());
  const feeds = feedsOf(tools, options, access, (because) =>
    drop((id, address) => excludes(id, address) === because, because),
  );
  const names = namesOf(tools, options, drop);
  if (names !== undefined) access.ask(names);
  const close = (): void => {
    feeds.stop();
    names?.close();
    reputation.judgeEarnings();
    observer.close();
  };
  const observe = (guests: Guests) => observed(guests, observer, present, isExempt);
  return { access, standing, kinship, trust, feeds, drop, isExempt, observer, observe, close };
}

/** Whoever is listed while it is here has to go, as if it came now. */
function feedsOf(
  { world, charts, breakers, mmdb }: PeeringTools,
  { network }: RuntimeOptions,
  access: AccessList,
  dropNow: (because: Exclusion) => void,
): Feeds {
  const { clock } = world;
  const tools = {
    ...{ kernel: charts, mmdb, files: boundedFiles(world.files, clock) },
    breakerOf: (name: string) => new Breaker(breakers, breakers.get(name)),
    onTaken: (path: string, table: RangeTable) => {
      access.heed(path, table);
      dropNow('listed');
    },
    onLocated: (path: string, countryOf: CountryOf) => {
      access.locate(path, countryOf);
      dropNow('country');
    },
  };
  return new Feeds(tools, network);
}

/** Its lists are signed under the name of the runtime. */
function blacklistOf(
  { charts, data }: PeeringTools,
  { name }: RuntimeOptions,
  { access: { blacklist }, kinship, drop }: BlacklistOf,
  self: OwnIdentity,
): PeerBlacklist {
  return new PeerBlacklist({
    ...{ kernel: charts, blacklist, facts: data.audit.facts, kinship },
    ...{ signer: { name, key: data.listKey }, isOwn: (id: string) => self.isOwn(id) },
    onListed: () =>
      drop((id) => kinship.selvesOf(id).some((each) => blacklist.has(each)), 'blacklisted'),
  });
}

interface BlacklistOf {
  readonly access: AccessList;
  readonly kinship: Kinship;
  readonly drop: Present['drop'];
}

/** Zones that are asked, if there are any. */
function namesOf(
  { world, breakers }: PeeringTools,
  { network: { dnsbl } }: RuntimeOptions,
  drop: Present['drop'],
): NameLists | undefined {
  const { clock, names } = world;
  return (
    dnsbl &&
    new NameLists({
      ...{ clock, names, ...dnsbl },
      breakerOf: (zone) => new Breaker(breakers, breakers.get(`dnsbl ${zone}`)),
      onListed: (isSo) => drop((_, address) => facesOf(address).some(isSo), 'named'),
    })
  );
}

/** Who gets in before it is known who it is. */
function entranceOf(
  { world, charts }: PeeringTools,
  { access, isExempt }: { readonly access: AccessList; isExempt(address: string): boolean },
  load: PeerLoad,
) {
  const { clock } = world;
  const conduct = new Conduct(clock, isExempt);
  const refusals = new RefusalCounts(charts);
  const admission = new Admission({
    ...{ clock, primitives, load, access, conduct, refusals, isExempt },
    random: world.random.stream('admission'),
  });
  const close = (): void => {
    admission.stop();
    conduct.close();
    refusals.tell();
  };
  return { admission, conduct, refusals, close };
}

/** Loopback and trusted proxies do not pay for others, unless told otherwise. */
function exemptionOf({ exempt, trustedProxies }: RuntimeOptions['network']) {
  const ranges = new RangeMap<true>();
  for (const text of [...exempt, ...trustedProxies]) {
    const range = parseRange(text);
    if (range !== undefined) ranges.set(range, true);
  }
  return (address: string): boolean => ranges.covering(address).length > 0;
}
