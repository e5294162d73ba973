import { AccessList } from '../actors/peer/access-list.ts';
import { Admission } from '../actors/peer/admission.ts';
import { answering } from '../actors/peer/answering.ts';
import { parseRange, RangeMap } from '../actors/peer/cidr.ts';
import { Conduct } from '../actors/peer/conduct.ts';
import { Ledger } from '../actors/peer/ledger.ts';
import { Parcels } from '../actors/peer/parcels.ts';
import type { PeerTools } from '../actors/peer/peer.actor.ts';
import { RefusalCounts } from '../actors/peer/refusal-counts.ts';
import { Reputation } from '../actors/peer/reputation.ts';
import { Roster } from '../actors/peer/roster.ts';
import { drawKey, type Self } from '../actors/peer/self.ts';
import { FrameWriter } from '../actors/peer/wire/frame-writer.ts';
import { credentialsOf } from '../actors/peer/wire/handshake.ts';
import { peerIdOf } from '../actors/peer/wire/peer-id.ts';
import { suites } from '../actors/peer/wire/suites.ts';
import type { RecordedFacts } from '../actors/recorded-facts.ts';
import type { Deadlines } from '../actors/timed.ts';
import type { World } from '../actors/world.ts';
import { text } from '../storage/bytes.ts';
import { mac } from '../storage/derivation.ts';
import { Secret } from '../storage/secret.ts';
import type { AuditLog } from './audit.ts';
import { Breaker } from './breaker.ts';
import type { Breakers } from './breakers.ts';
import type { Charts } from './kernel/charts.ts';
import type { Kernel } from './kernel/kernel.ts';
import { Methods } from './methods.ts';
import type { RuntimeOptions } from './options/runtime.ts';
import { PeerDoor } from './peer-door.ts';
import { PeerHost } from './peer-host.ts';
import { PeerLoad } from './peer-load.ts';
import { PeerTrust } from './peer-trust.ts';
import { Peers } from './peers.ts';
import { MemoryPins } from './pins.ts';
import { saveTrust } from './saved-trust.ts';
import { Standing } from './standing.ts';
import { primitives } from './world/primitives.ts';

const VERIFY_EVERY_MS = 300_000;
const STALLED_MS = 30_000;

export interface PeeringTools {
  readonly world: World;
  readonly kernel: Kernel;
  readonly charts: Charts;
  readonly wheel: Deadlines;
  readonly breakers: Breakers;
  readonly isReadOnly: () => boolean;
  readonly seed: Secret;
  readonly facts: Pick<RecordedFacts, 'tell'>;
  readonly log: AuditLog;
}

/** The peers of a runtime, wired to all that they stand on. */
export function openPeers(tools: PeeringTools, options: RuntimeOptions): Peers {
  const { world, kernel, charts, wheel, breakers, isReadOnly, seed } = tools;
  const { clock, network, containment } = world;
  const { limits, timeouts } = options;
  const stream = world.random.stream('peers');
  const random = (length: number): Uint8Array => stream.bytes(length);
  const identity = primitives.identityKey(seed);
  const credentials = credentialsOf(identity, drawKey(primitives, random));
  const self: Self = { primitives, credentials, network: options.network.name, suites, random };
  const id = peerIdOf(identity.publicKey);
  const pace = { perSecond: limits.peerBytesPerSecond, burst: limits.peerBytesBurst };
  const load = new PeerLoad(charts, world.meter, () => roster.leastTrusted()?.drop('shed'));
  const peers: PeerTools = {
    ...{ kernel: charts, self, clock, wheel, random, pace, intake: pace },
    ledger: new Ledger(),
    requests: { perSecond: limits.requestsPerSecond, burst: limits.requestsBurst },
    writer: new FrameWriter(),
    isPressured: () => load.isChallenging,
    deadlines: deadlinesOf(timeouts),
  };
  const access = new AccessList(options.network);
  const reputation = new Reputation({
    kernel: charts,
    settings: options.trust,
    identitiesMax: limits.identitiesMax,
    onBanned: (banned) => host.dropWhere((peer) => peer === banned, 'banned'),
  });
  if (kernel.persistence !== undefined) saveTrust(kernel.persistence, reputation, clock);
  const standing = new Standing(reputation, access, clock);
  const methods = new Methods({ clock, containment, log: kernel.log, isReadOnly });
  const parcels = new Parcels({ clock, wheel });
  const draws = Secret.of(random(32));
  const roster = new Roster({
    ...{ clock, ownId: id, peersMax: limits.peersMax },
    draw: (netgroup) => (mac(draws, text(netgroup))[0] ?? 0) / 256,
    trustOf: (peer) => standing.trustOf(peer),
    isGranted: (peer) => standing.isGranted(peer),
  });
  const host = new PeerHost({
    ...{ kernel: charts, network, peers, roster, standing, methods, parcels },
    requestMs: timeouts.requestMs,
    solve: (challenge, signal) => answering({ clock, primitives }, challenge, signal),
  });
  const isExempt = exemptionOf(options.network);
  const conduct = new Conduct(clock, isExempt);
  const refusals = new RefusalCounts(charts);
  const admission = new Admission({
    ...{ clock, random: stream, primitives, load, access, conduct, refusals, isExempt },
  });
  const trust = new PeerTrust({
    ...{ kernel: charts, reputation, access, facts: tools.facts, log: tools.log },
    onRangeBanned: (range) => {
      const banned = new RangeMap<true>();
      banned.set(range, true);
      host.dropWhere((_, address) => banned.covering(address).length > 0, 'banned');
    },
  });
  const door = new PeerDoor({ host, admission, conduct, refusals });
  return new Peers(id, {
    ...{ host, methods, trust, clock, network, door, pins: new MemoryPins() },
    random: world.random.stream('dials'),
    trustedProxies: options.network.trustedProxies,
    connectionsMax: limits.peersMax,
    onBegun: () => load.begin(),
    onOver: () => {
      load.stop();
      admission.stop();
      conduct.close();
      refusals.tell();
      reputation.judgeEarnings();
    },
    breakerOf: (name) => new Breaker(breakers, breakers.get(name)),
  });
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

function deadlinesOf(timeouts: RuntimeOptions['timeouts']): PeerTools['deadlines'] {
  const { connectMs, handshakeMs, idleMs, pingMs, drainMs } = timeouts;
  return {
    ...{ connectMs, handshakeMs, pingMs, drainMs, idleMs },
    upgradeMs: handshakeMs,
    verifyMs: handshakeMs,
    verifyEveryMs: VERIFY_EVERY_MS,
    throttledMs: idleMs,
    stalledMs: STALLED_MS,
  };
}
