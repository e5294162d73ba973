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
/** So that whoever is no longer known for who was granted it is refused. */
const read = { level: 'privileged', effect: 'read' } as const;
const key = new Uint8Array(32).fill(7);

export interface Rotations {
  /** What each heard last from whom, as `who < of whom, in which life`. */
  readonly heard: Map<string, number>;
  /** Who asks whom, as `address > address`; and who was answered since all is well. */
  readonly sought: Set<string>;
  readonly found: Set<string>;
  /** As whom the one knows the other, by the same two addresses: another key has to follow it. */
  readonly known: Map<string, string>;
  /** Whom the first key seen of was granted a level, once and for all. */
  readonly granted: Set<string>;
  /** When the key of each is stolen next. */
  readonly stolen: Map<string, number>;
  /** Of session keys. */
  rotations: number;
  /** Of identity keys. */
  identities: number;
  revocations: number;
  problem: string | undefined;
}

export interface Size {
  readonly count: number;
  readonly days: number;
  /** How often each has a new identity; it revokes one about as often. */
  readonly turns: number;
}

interface Plan {
  readonly others: readonly string[];
  readonly identityMs: number;
  readonly untilMs: number;
}

const addressOf = (nth: number): string => (nth === 0 ? '10.0.0.1' : `10.1.${nth}.1`);

/** Nobody here lies, and nobody is on the path: whatever does not verify is two that disagree. */
const unjust = new Set(['link.violated', 'rules.violated', 'verify.failed', 'handshake.failed']);

function judge(all: Rotations, own: string, { type, subject, data }: Fact): void {
  if (type === 'peer.rotated') all.rotations += 1;
  if (type === 'key.rotated' && subject === 'identity') all.identities += 1;
  if (type === 'key.revoked') all.revocations += 1;
  const isMissed = type === 'key.lost' || type === 'key.overdue';
  if (isMissed) all.problem ??= `${own}: ${type} ${JSON.stringify(data)}`;
  if (type === 'peer.banned') all.problem ??= `${own} bans ${subject}`;
  const { ending, because } = Object(data);
  const isOver = type === 'peer.ended' && (unjust.has(ending) || /keys/.test(String(because)));
  if (isOver) all.problem ??= `${own} ends with ${subject}: ${ending} ${because}`;
}

async function join(at: Stage, all: Rotations, plan: Plan) {
  const { identityMs } = plan;
  const own = at.address ?? '';
  const runtime = await createRuntime({
    ...{ world: at.world, name: 'rotations', dataDir: '/data', timeouts },
    masterKey: { provider: async () => key },
    keys: { identityMs, overlapMs: identityMs / 4, archiveMs: 2 * identityMs },
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
  void revoke(at, all, runtime, plan);
  for (const other of plan.others) void ask(at, all, runtime, other, plan);
}

/** As if its key were stolen, now and then, however often it is started. */
async function revoke(at: Stage, all: Rotations, { keys }: Runtime, { identityMs }: Plan) {
  const own = at.address ?? '';
  const random = at.random('revoke');
  while (at.nowMs < at.horizonMs) {
    const dueMs = all.stolen.get(own) ?? at.nowMs + identityMs * (0.5 + random.draw());
    all.stolen.set(own, dueMs);
    await at.wait(Math.max(1_000, dueMs - at.nowMs));
    await keys.revoke('identity').then(
      () => all.stolen.delete(own),
      () => at.sometimes('not revoked'),
    );
  }
}

/** Questions to another one, each a number more, one after the other. */
async function ask(at: Stage, all: Rotations, { peers }: Runtime, other: string, plan: Plan) {
  const own = at.address ?? '';
  const random = at.random(`ask ${other}`);
  const way = `${own} > ${other}`;
  all.sought.add(way);
  for (let nth = 0; at.nowMs < plan.untilMs; nth++) {
    const question = `${own}, ${at.incarnation} #${nth}`;
    try {
      const identity = all.known.get(way) ?? 'any';
      const peer = await peers.connect(`ws://${other}:7000/holdfast`, { identity });
      all.known.set(way, peer.id);
      if (!all.granted.has(way)) {
        await peers.grant(peer.id, { level: 'privileged' });
        all.granted.add(way);
      }
      const answer = await peer.request('count', question, { timeoutMs: 60_000 });
      if (answer !== question) all.problem ??= `${way}: ${question} is answered by ${answer}`;
      if (at.nowMs > at.horizonMs) all.found.add(way);
      at.sometimes('an answer');
    } catch (error) {
      const code = Reflect.get(Object(error), 'code');
      if (code === 'PEER_IDENTITY_CHANGED') all.problem ??= `${way} is not known any more`;
      at.sometimes(`refused: ${code}`);
    }
    const isCalm = at.nowMs > at.horizonMs;
    await at.wait((isCalm ? 600_000 : 2 * HOUR_MS) * (0.5 + random.draw()));
  }
}

const playbook =
  ({ count, turns }: Size) =>
  ({ horizonMs }: Scenario): Play<Rotations> => {
    const all: Rotations = {
      ...{ heard: new Map(), sought: new Set(), found: new Set(), known: new Map() },
      ...{
        granted: new Set(),
        stolen: new Map(),
        rotations: 0,
        identities: 0,
        revocations: 0,
        problem: undefined,
      },
    };
    const addresses = Array.from({ length: count }, (_, nth) => addressOf(nth));
    const identityMs = Math.round(horizonMs / turns);
    const booting =
      (own: string): Boot =>
      (at) => {
        const others = addresses.filter((address) => address !== own);
        return join(at, all, { others, identityMs, untilMs: horizonMs + CALM_MS });
      };
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
          eventually: ({ rotations, identities, revocations, sought, found }) => {
            const lost = [...sought].find((way) => !found.has(way));
            const isFew = rotations < Math.floor(horizonMs / DAY_MS);
            const isOld = Math.min(identities, revocations) < count * Math.floor(turns / 4);
            const counts = [rotations, identities, revocations].join(', ');
            return lost ?? (isFew || isOld ? `only ${counts} new keys` : undefined);
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
export function runRotations(size: Size, seed: number): Promise<SimulationResult> {
  const horizonMs = size.days * DAY_MS;
  const faults = swarm(seed, { horizonMs, kinds, faultsMax: 3 * size.days });
  return trialOf(playbook(size))({ v: 1, seed, horizonMs, faults });
}
