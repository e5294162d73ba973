import type { Fact } from '../../runtime/facts.ts';
import type { Peer } from '../../runtime/peer.ts';
import { createRuntime, type Runtime } from '../../runtime/runtime.ts';
import type { Stage } from '../../runtime/sim/stage.ts';

/** Who there is, and what they do. */
export interface Shape {
  /** Addresses of those that are listened at. */
  readonly open: readonly string[];
  /** Of those that are not: they dial the first two, and reach each other through them. */
  readonly hidden: readonly string[];
  readonly askMs: number;
  readonly foundMs: number;
  readonly timeouts: { readonly pingMs: number; readonly idleMs: number };
  readonly leaveAtMs: number;
}

/** What is known of all of them. */
export interface Swarm {
  /** Of attackers that get as far as being somebody. */
  readonly verified: Set<string>;
  /** Addresses of all that are honest, by their identities. */
  readonly honest: Map<string, string>;
  /** Who asks whom, as `address > address`; and who was answered since all is well. */
  readonly sought: Set<string>;
  readonly found: Set<string>;
  /** How often a handler was called, by the question. */
  readonly served: Map<string, number>;
  /** Addresses. */
  readonly left: Set<string>;
  problem: string | undefined;
}

const key = new Uint8Array(32).fill(7);
const read = { level: 'basic', effect: 'read' } as const;

/** What somebody honest may be held to account for while packets are lost. */
const bearable: ReadonlySet<unknown> = new Set([
  ...['request.answered', 'health.answered', 'request.timedOut', 'health.timedOut'],
]);

/** One that keeps to the wire, for as long as its process lives. */
export async function join(at: Stage, all: Swarm, shape: Shape): Promise<void> {
  const own = at.address ?? '';
  const runtime = await createRuntime({
    ...{ world: at.world, name: 'swarm', dataDir: '/data', timeouts: shape.timeouts },
    network: { relayLevel: 'basic' },
    masterKey: { provider: async () => key },
    audit: { healthMs: 600_000 },
  });
  const { peers } = runtime;
  all.honest.set(peers.id, own);
  /** How many connections each has, by what is told of them. */
  const connected = new Map<string, number>();
  runtime.events$.subscribe((fact) => judge(all, own, fact, connected));
  peers.handle('echo', read, (question, { peer }) => {
    if (!isSomebody(all, peer.id)) all.problem ??= `${own} served ${peer.id}`;
    if ((connected.get(peer.id) ?? 0) < 1) all.problem ??= `${own} served ${peer.id}, unproven`;
    if (typeof question === 'string') heed(all, question);
    return question;
  });
  // What others say of somebody changes nothing, for it is no signal.
  peers.handle('report', read, (about) => {
    at.sometimes('slander is heard', typeof about === 'string' && all.honest.has(about));
  });
  if (shape.open.includes(own)) await peers.listen({ host: '0.0.0.0', port: 7_000 });
  void live(at, all, runtime, shape);
}

function heed(all: Swarm, question: string): void {
  const times = (all.served.get(question) ?? 0) + 1;
  all.served.set(question, times);
  if (times > 1) all.problem ??= `"${question}" was served ${times} times`;
}

const isSomebody = ({ verified, honest }: Swarm, id: string): boolean =>
  verified.has(id) || honest.has(id);

function judge(all: Swarm, own: string, fact: Fact, connected: Map<string, number>): void {
  const { type, subject = '', data } = fact;
  const change = type === 'peer.opened' ? 1 : type === 'peer.ended' ? -1 : 0;
  if (change !== 0) connected.set(subject, (connected.get(subject) ?? 0) + change);
  if (change === 1 && !isSomebody(all, subject)) all.problem ??= `${own} let ${subject} in`;
  if (!all.honest.has(subject)) return;
  const signal: unknown = Reflect.get(Object(data), 'signal');
  const isUnjust = type === 'peer.judged' && !bearable.has(signal);
  if (type !== 'peer.banned' && !isUnjust) return;
  const rule: unknown = Reflect.get(Object(data), 'rule');
  all.problem ??= `${own}: ${type} of ${all.honest.get(subject)}, who is honest: ${signal} ${rule}`;
}

/** Whom it asks: its neighbours, which dial it as well, and one far away; or the next hidden. */
function soughtBy(own: string, { open, hidden }: Shape): readonly string[] {
  const away = (from: readonly string[], by: number): string => {
    const at = (from.indexOf(own) + by + from.length) % from.length;
    return from[at] ?? '';
  };
  const all = open.includes(own)
    ? [away(open, 1), away(open, -1), away(open, Math.floor(open.length / 3))]
    : [away(hidden, 1), ...open.slice(0, 2)];
  return [...new Set(all)].filter((other) => other !== own);
}

/** Asks the others a question now and then, and leaves in the end. */
async function live(at: Stage, all: Swarm, runtime: Runtime, shape: Shape): Promise<void> {
  const { peers } = runtime;
  const { askMs, foundMs, leaveAtMs } = shape;
  const random = at.random('live');
  const own = at.address ?? '';
  const targets = soughtBy(own, shape);
  for (const target of targets) all.sought.add(`${own} > ${target}`);
  for (let nth = 0; at.nowMs < leaveAtMs; nth++) {
    const target = targets[nth % targets.length] ?? '';
    const question = `${own} ${at.incarnation} ${nth}`;
    try {
      const peer = await found(peers, all, target, shape);
      const answer = await peer?.request('echo', question, { timeoutMs: 5_000 });
      if (answer !== question) throw new Error(`heard ${answer}`);
      if (at.nowMs > at.horizonMs) all.found.add(`${own} > ${target}`);
      at.sometimes('an answer');
    } catch (error) {
      at.sometimes(`refused: ${Reflect.get(Object(error), 'code')}`);
    }
    const isQuick = nth < targets.length || at.nowMs > at.horizonMs;
    const paceMs = isQuick ? Math.min(askMs, foundMs / 20) : askMs;
    await at.wait(Math.min(paceMs * (0.5 + random.draw()), Math.max(0, leaveAtMs - at.nowMs)));
  }
  for (const [id, { heldBytes }] of peers.usage().byPeer) {
    if (heldBytes !== 0 && all.honest.has(id)) all.problem ??= `${own} holds ${heldBytes} bytes`;
  }
  await runtime.shutdown();
  const owed = Object.entries(peers.usage().total).filter(([, sum]) => sum !== 0);
  if (owed.length > 0) all.problem ??= `${own} has left, and its books say ${owed}`;
  all.left.add(own);
}

async function found(
  peers: Runtime['peers'],
  all: Swarm,
  target: string,
  { open }: Shape,
): Promise<Peer | undefined> {
  if (open.includes(target)) {
    return await peers.connect(`ws://${target}:7000/holdfast`, { identity: 'any' });
  }
  const [id] = [...all.honest].find(([, address]) => address === target) ?? [];
  return id === undefined ? undefined : await peers.connect(id);
}
