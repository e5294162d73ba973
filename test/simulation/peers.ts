import { peerIdOf } from '../../actors/peer/wire/peer-id.ts';
import type { Boot } from '../../runtime/sim/neighbour.ts';
import { type Play, type Trial, trialOf } from '../../runtime/sim/property/trial.ts';
import type { Invariant, Scenario } from '../../runtime/sim/scenario.ts';
import type { SimulationResult } from '../../runtime/sim/simulate.ts';
import { swarm } from '../../runtime/sim/swarm.ts';
import { selfOf } from '../actors/peer/raw-peer.ts';
import { attackAll, attackNames, attacks } from './byzantine.ts';
import { join, type Shape, type Swarm } from './peers-member.ts';

export interface PeersOptions {
  readonly count: number;
  readonly byzantine: number;
  /** Of whom nobody can dial: they are reached through others. */
  readonly hidden: number;
  readonly horizonMs: number;
  /** How long after the faults whoever is sought must be found again. */
  readonly foundMs: number;
  /** Between two questions of one, and between two attacks of one. */
  readonly askMs: number;
  readonly attackMs: number;
  readonly timeouts: { readonly pingMs: number; readonly idleMs: number };
}

/** For all to leave, once all were found. */
const LEFT_MS = 120_000;

export const few: PeersOptions = {
  ...{ count: 7, byzantine: 2, hidden: 2, horizonMs: 60_000, foundMs: 240_000 },
  ...{ askMs: 10_000, attackMs: 15_000, timeouts: { pingMs: 30_000, idleMs: 60_000 } },
};
/** Two hours of it, most of which they wait. */
export const many: PeersOptions = {
  ...{ count: 100, byzantine: 30, hidden: 14, horizonMs: 7_200_000, foundMs: 1_200_000 },
  ...{ askMs: 300_000, attackMs: 300_000, timeouts: { pingMs: 240_000, idleMs: 600_000 } },
};

const addressOf = (nth: number): string => (nth === 0 ? '10.0.0.1' : `10.1.${nth}.1`);

/** So many peers: those that are listened at, those that are hidden, those that are byzantine. */
export const peersPlaybook =
  (options: PeersOptions) =>
  ({ seed, horizonMs }: Scenario): Play<Swarm> => {
    const { count, byzantine, hidden, foundMs, attackMs } = options;
    const honest = Array.from({ length: count - byzantine }, (_, nth) => addressOf(nth));
    const shape: Shape = {
      ...options,
      open: honest.slice(0, honest.length - hidden),
      hidden: honest.slice(honest.length - hidden),
      leaveAtMs: horizonMs + foundMs,
    };
    const all: Swarm = {
      ...{ verified: new Set(), honest: new Map(), sought: new Set(), found: new Set() },
      ...{ served: new Map(), left: new Set(), problem: undefined },
    };
    const machines: Record<string, Boot> = {};
    for (const address of honest.slice(1)) machines[address] = (at) => join(at, all, shape);
    for (let nth = 0; nth < byzantine; nth++) {
      const fill = nth + 1;
      const name = attackNames[(nth + seed) % attackNames.length] ?? 'silent';
      const id = peerIdOf(selfOf(fill).credentials.identity.publicKey);
      if (attacks[name].isVerified) all.verified.add(id);
      machines[addressOf(honest.length + nth)] = (at) => {
        const slandered = (): string => [...all.honest.keys()][nth] ?? '';
        void attackAll(at, { name, fill, targets: shape.open, slandered, attackMs });
      };
    }
    return {
      machines,
      invariants: invariants(honest, foundMs),
      async start(at) {
        await join(at, all, shape);
        return all;
      },
    };
  };

const invariants = (honest: readonly string[], foundMs: number): Invariant<Swarm>[] => [
  {
    name: 'nobody is served, or held to account, but for what a verified frame says',
    always: ({ problem }) => problem,
  },
  {
    name: 'whoever is honest, and sought, is found again once all is well',
    withinMs: foundMs,
    eventually: ({ sought, found }) => {
      const lost = [...sought].filter((pair) => !found.has(pair));
      return lost[0] && `${lost.length} of ${sought.size} are lost: ${lost[0]}`;
    },
  },
  {
    name: 'of all who have left, nothing is left in the books',
    withinMs: foundMs + LEFT_MS,
    eventually: ({ left, problem }) => {
      const staying = honest.find((address) => !left.has(address));
      return problem ?? (staying && `${staying} has not left`);
    },
  },
];

/** Of faults between machines, and a machine that dies. */
export const kinds = [
  ...(['network.partition', 'network.bar', 'network.cut', 'network.weather'] as const),
  ...(['network.tamper', 'machine.kill', 'machine.powerOff', 'process.crash'] as const),
] as const;

export const peersTrial = (options: PeersOptions): Trial => trialOf(peersPlaybook(options));

/** One run of so many peers, from its seed: somebody is on the path all the time, besides. */
export function runPeers(options: PeersOptions, seed: number): Promise<SimulationResult> {
  const { horizonMs } = options;
  const perMille = horizonMs > 600_000 ? seed % 5 : seed % 20;
  const onPath = { kind: 'network.tamper', atMs: 0, forMs: horizonMs, perMille } as const;
  const faults = [onPath, ...swarm(seed, { horizonMs, kinds, faultsMax: 12 })];
  return peersTrial(options)({ v: 1, seed, horizonMs, faults });
}
