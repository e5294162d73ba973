import type { Fact } from '../../runtime/facts.ts';
import { createRuntime, type Runtime } from '../../runtime/runtime.ts';
import type { Boot } from '../../runtime/sim/neighbour.ts';
import { type Play, trialOf } from '../../runtime/sim/property/trial.ts';
import type { Scenario } from '../../runtime/sim/scenario.ts';
import type { SimulationResult } from '../../runtime/sim/simulate.ts';
import type { Stage } from '../../runtime/sim/stage.ts';
import { swarm } from '../../runtime/sim/swarm.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** So long after the faults everybody is asked again, and answers. */
const CALM_MS = 3 * HOUR_MS;
/** Signs of life are rare, so that months are soon over. */
const timeouts = { pingMs: HOUR_MS / 2, idleMs: HOUR_MS };
const read = { level: 'basic', effect: 'read' } as const;
const key = new Uint8Array(32).fill(7);

export interface Rotations {
  /** What each heard last from whom, as `who < of whom, in which life`. */
  readonly heard: Map<string, number>;
  /** Who asks whom, as `address > address`; and who was answered since all is well. */
  readonly sought: Set<string>;
  readonly found: Set<string>;
  rotations: number;
  problem: string | undefined;
}

const addressOf = (nth: number): string => (nth === 0 ? '10.0.0.1' : `10.1.${nth}.1`);

/** Nobody here lies, and nobody is on the path: whatever does not verify is two that disagree. */
const unjust = new Set(['link.violated', 'rules.violated', 'verify.failed', 'handshake.failed']);

function judge(all: Rotations, own: string, { type, subject, data }: Fact): void {
  if (type === 'peer.rotated') all.rotations += 1;
  if (type === 'peer.banned') all.problem ??= `${own} bans ${subject}`;
  const { ending, because } = Object(data);
  const isOver = type === 'peer.ended' && (unjust.has(ending) || /keys/.test(String(because)));
  if (isOver) all.problem ??= `${own} ends with ${subject}: ${ending} ${because}`;
}

async function join(at: Stage, all: Rotations, others: readonly string[], untilMs: number) {
  const own = at.address ?? '';
  const runtime = await createRuntime({
    ...{ world: at.world, name: 'rotations', dataDir: '/data', timeouts },
    masterKey: { provider: async () => key },
    audit: { healthMs: HOUR_MS },
  });
  runtime.events$.subscribe((fact) => judge(all, own, fact));
  runtime.peers.handle('count', read, (given) => {
    const [from, nth] = String(given).split(' #');
    const way = `${own} < ${from}`;
    const last = all.heard.get(way) ?? -1;
    if (Number(nth) <= last) all.problem ??= `${way}: ${nth} after ${last}`;
    all.heard.set(way, Number(nth));
    return given;
  });
  await runtime.peers.listen({ host: '0.0.0.0', port: 7_000 });
  for (const other of others) void ask(at, all, runtime, other, untilMs);
}

/** Questions to another one, each a number more, one after the other. */
async function ask(at: Stage, all: Rotations, { peers }: Runtime, other: string, untilMs: number) {
  const own = at.address ?? '';
  const random = at.random(`ask ${other}`);
  const way = `${own} > ${other}`;
  all.sought.add(way);
  for (let nth = 0; at.nowMs < untilMs; nth++) {
    const question = `${own}, ${at.incarnation} #${nth}`;
    try {
      const peer = await peers.connect(`ws://${other}:7000/holdfast`, { identity: 'any' });
      const answer = await peer.request('count', question, { timeoutMs: 60_000 });
      if (answer !== question) all.problem ??= `${way}: ${question} is answered by ${answer}`;
      if (at.nowMs > at.horizonMs) all.found.add(way);
      at.sometimes('an answer');
    } catch (error) {
      at.sometimes(`refused: ${Reflect.get(Object(error), 'code')}`);
    }
    const isCalm = at.nowMs > at.horizonMs;
    await at.wait((isCalm ? 600_000 : 2 * HOUR_MS) * (0.5 + random.draw()));
  }
}

const playbook =
  (count: number) =>
  ({ horizonMs }: Scenario): Play<Rotations> => {
    const all: Rotations = {
      ...{ heard: new Map(), sought: new Set(), found: new Set(), rotations: 0 },
      problem: undefined,
    };
    const addresses = Array.from({ length: count }, (_, nth) => addressOf(nth));
    const booting =
      (own: string): Boot =>
      (at) =>
        join(
          at,
          all,
          addresses.filter((address) => address !== own),
          horizonMs + CALM_MS,
        );
    const machines: Record<string, Boot> = {};
    for (const address of addresses.slice(1)) machines[address] = booting(address);
    return {
      machines,
      invariants: [
        {
          name: 'no two disagree on keys, no keys are overdue, and nothing comes out of order',
          always: ({ problem }) => problem,
        },
        {
          name: 'keys are new at least once a day, and everybody is found again',
          withinMs: CALM_MS,
          eventually: ({ rotations, sought, found }) => {
            const lost = [...sought].find((way) => !found.has(way));
            const least = Math.floor(horizonMs / DAY_MS);
            return lost ?? (rotations < least ? `${rotations} rotations` : undefined);
          },
        },
      ],
      async start(at) {
        await booting(addressOf(0))(at);
        return all;
      },
    };
  };

const kinds = [
  ...(['network.partition', 'network.bar', 'network.cut', 'network.weather'] as const),
  ...(['machine.kill', 'machine.powerOff', 'process.crash'] as const),
] as const;

/** So many peers for so many days, that all ask each other, through faults. */
export function runRotations(count: number, days: number, seed: number): Promise<SimulationResult> {
  const horizonMs = days * DAY_MS;
  const faults = swarm(seed, { horizonMs, kinds, faultsMax: 3 * days });
  return trialOf(playbook(count))({ v: 1, seed, horizonMs, faults });
}
