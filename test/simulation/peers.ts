import { peerIdOf } from '../../actors/peer/wire/peer-id.ts';
import type { Fact } from '../../runtime/facts.ts';
import type { Peer } from '../../runtime/peer.ts';
import { createRuntime, type Runtime } from '../../runtime/runtime.ts';
import type { Boot } from '../../runtime/sim/neighbour.ts';
import { type Play, trialOf } from '../../runtime/sim/property/trial.ts';
import type { Invariant, Scenario } from '../../runtime/sim/scenario.ts';
import type { SimulationResult } from '../../runtime/sim/simulate.ts';
import type { Stage } from '../../runtime/sim/stage.ts';
import { swarm } from '../../runtime/sim/swarm.ts';
import { selfOf } from '../actors/peer/raw-peer.ts';
import { attackAll, attackNames, attacks } from './byzantine.ts';

/** How long after the faults whoever is honest must be heard again. */
const HEARD_MS = 300_000;
const ASK_MS = 10_000;

interface PeersOptions {
  readonly count: number;
  readonly byzantine: number;
  readonly horizonMs: number;
}

export const few: PeersOptions = { count: 5, byzantine: 2, horizonMs: 60_000 };
export const many: PeersOptions = { count: 100, byzantine: 30, horizonMs: 7_200_000 };

interface Swarm {
  /** Of attackers that get as far as being somebody, and of all others that are honest. */
  readonly verified: Set<string>;
  readonly honest: Set<string>;
  /** How often a handler was called, by the question. */
  readonly served: Map<string, number>;
  readonly answered: Set<string>;
  /** When each honest machine last got an answer. */
  readonly heardAtMs: Map<string, number>;
  problem: string | undefined;
}

const key = new Uint8Array(32).fill(7);

const addressOf = (nth: number): string => (nth === 0 ? '10.0.0.1' : `10.1.${nth}.1`);

/** So many peers, of which a part is byzantine: those at the end. */
export const peersPlaybook =
  (count: number, byzantine: number) =>
  ({ seed }: Scenario): Play<Swarm> => {
    const all: Swarm = {
      ...{ verified: new Set(), honest: new Set(), served: new Map(), answered: new Set() },
      ...{ heardAtMs: new Map(), problem: undefined },
    };
    const honest = Array.from({ length: count - byzantine }, (_, nth) => addressOf(nth));
    const machines: Record<string, Boot> = {};
    for (const address of honest.slice(1)) machines[address] = (at) => join(at, all, honest);
    for (let nth = 0; nth < byzantine; nth++) {
      const fill = nth + 1;
      const name = attackNames[(nth + seed) % attackNames.length] ?? 'silent';
      const id = peerIdOf(selfOf(fill).credentials.identity.publicKey);
      if (attacks[name].isVerified) all.verified.add(id);
      machines[addressOf(honest.length + nth)] = (at) => {
        void attackAll(at, name, fill, honest);
      };
    }
    return {
      machines,
      invariants: invariants(honest),
      async start(at) {
        await join(at, all, honest);
        return all;
      },
    };
  };

async function join(at: Stage, all: Swarm, honest: readonly string[]): Promise<void> {
  const runtime = await createRuntime({
    ...{ world: at.world, name: 'swarm', dataDir: '/data' },
    masterKey: { provider: async () => key },
  });
  const { peers } = runtime;
  const own = at.address ?? '';
  all.honest.add(peers.id);
  const faces = new Set<Peer>();
  runtime.events$.subscribe((fact) => {
    judge(all, fact, own);
    look(all, own, faces);
  });
  peers.handle('echo', { level: 'basic', effect: 'read' }, (question, { peer }) => {
    faces.add(peer);
    if (!isSomebody(all, peer.id)) all.problem ??= `${own} served ${peer.id}`;
    if (typeof question === 'string') {
      all.served.set(question, (all.served.get(question) ?? 0) + 1);
    }
    return question;
  });
  await peers.listen({ host: '0.0.0.0', port: 7_000 });
  // One way alone: two that dial each other drop each other's links.
  void talk(at, all, runtime, honest.slice(0, honest.indexOf(own)));
}

const isSomebody = ({ verified, honest }: Swarm, id: string): boolean =>
  verified.has(id) || honest.has(id);

function judge(all: Swarm, { type, subject = '' }: Fact, own: string): void {
  if (type === 'peer.opened' && !isSomebody(all, subject)) {
    all.problem ??= `${own} let ${subject} in`;
  }
}

/** Nobody but who broke a rule has no trust left. */
function look(all: Swarm, own: string, faces: Iterable<Peer>): void {
  for (const { id, trust } of faces) {
    if (trust === 0 && all.honest.has(id)) all.problem ??= `${own} bans ${id}, who is honest`;
  }
}

/** Asks some others a question now and then. */
async function talk(
  at: Stage,
  all: Swarm,
  { peers }: Runtime,
  others: readonly string[],
): Promise<void> {
  const random = at.random('talk');
  const own = `${at.address} ${at.incarnation}`;
  const chosen = others.toSorted(() => random.draw() - 0.5).slice(0, 3);
  for (let nth = 0; chosen.length > 0; nth++) {
    const target = chosen[nth % chosen.length] ?? '';
    try {
      const peer: Peer = await peers.connect(`ws://${target}:7000/holdfast`, { identity: 'any' });
      const question = `${own} ${nth}`;
      const answer = await peer.request('echo', question, { timeoutMs: 5_000 });
      if (answer !== question) all.problem ??= `${own} asked ${question} and heard ${answer}`;
      all.heardAtMs.set(at.address ?? '', at.nowMs);
      at.sometimes('an answer');
    } catch (error) {
      at.sometimes(`refused: ${Reflect.get(Object(error), 'code')}`);
    }
    await at.wait(ASK_MS * (0.5 + random.draw()));
  }
}

const invariants = (honest: readonly string[]): Invariant<Swarm>[] => [
  {
    name: 'nobody is served, or held to account, but for what a verified frame says',
    always: ({ problem }) => problem,
  },
  {
    name: 'no request is served twice',
    always: ({ served }) => {
      const twice = [...served].find(([, times]) => times > 1);
      return twice && `${twice[0]} was served ${twice[1]} times`;
    },
  },
  {
    name: 'whoever is honest is heard again once all is well',
    withinMs: HEARD_MS,
    eventually: ({ heardAtMs }) => {
      const last = Math.max(...heardAtMs.values());
      const silent = honest
        .slice(1)
        .find((address) => last - (heardAtMs.get(address) ?? 0) > HEARD_MS - 1_000);
      return silent && `${silent} was last heard at ${heardAtMs.get(silent)} ms`;
    },
  },
];

/** Of faults between machines, and a machine that dies. */
const kinds = [
  ...(['network.partition', 'network.bar', 'network.cut', 'network.weather'] as const),
  ...(['network.tamper', 'machine.kill', 'machine.powerOff', 'process.crash'] as const),
] as const;

/** One run of so many peers, from its seed. */
export function runPeers(
  { count, byzantine, horizonMs }: PeersOptions,
  seed: number,
): Promise<SimulationResult> {
  const onPath = {
    kind: 'network.tamper',
    atMs: 0,
    forMs: horizonMs,
    perMille: seed % 20,
  } as const;
  const faults = [onPath, ...swarm(seed, { horizonMs, kinds, faultsMax: 12 })];
  return trialOf(peersPlaybook(count, byzantine))({ v: 1, seed, horizonMs, faults });
}
