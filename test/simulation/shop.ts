import { isAsStrong, isolations } from '../../machines/isolation.ts';
import type { AuditLog } from '../../runtime/audit.ts';
import type { Peer } from '../../runtime/peer.ts';
import { createRuntime, type Runtime } from '../../runtime/runtime.ts';
import type { Playbook } from '../../runtime/sim/property/index.ts';
import { SeededRandom } from '../../runtime/sim/random.ts';
import type { Fault, Invariant } from '../../runtime/sim/scenario.ts';
import type { Stage } from '../../runtime/sim/stage.ts';
import { swarm } from '../../runtime/sim/swarm.ts';

export const HORIZON_MS = 60_000;
/** Of all that can go wrong with a service at once; what destroys files has plays of its own. */
export const kinds = [
  ...(['disk.slow', 'disk.hang', 'disk.full', 'disk.readOnly', 'disk.fail'] as const),
  ...(['disk.flaky', 'process.crash', 'clock.jump', 'clock.pause'] as const),
  ...(['vm.absent', 'vm.barren', 'vm.hang', 'vm.slow', 'vm.die'] as const),
  ...(['network.partition', 'network.cut', 'network.weather', 'machine.kill'] as const),
] as const;

/** Of every second seed, one cause takes disk, sandboxes and network at once. */
export function shopFaults(seed: number): Fault[] {
  const faults = swarm(seed, { horizonMs: HORIZON_MS, kinds, faultsMax: 16 });
  if (seed % 2 === 1) return faults;
  const { draw } = new SeededRandom(seed).stream('disaster');
  const atMs = Math.floor((draw() * HORIZON_MS) / 2);
  const during = { atMs, forMs: Math.floor(5_000 + draw() * 40_000) };
  const disks = ['disk.full', 'disk.readOnly', 'disk.fail', 'disk.hang'] as const;
  const kind = disks[Math.floor(draw() * disks.length)] ?? 'disk.full';
  const levels = isolations.filter(() => draw() < 0.6);
  return [
    ...[...faults, { kind, ...during }],
    ...levels.map((isolation) => ({ kind: 'vm.absent', ...during, isolation }) as const),
    { kind: 'network.partition', ...during, sides: Math.floor(draw() * 2 ** 31) },
  ];
}

/** How long after the faults each mode may take to be at its best again. */
const BOUND_MS = { audit: 60_000, load: 60_000, route: 240_000, isolation: 400_000 };
/** The log's, and two checks of it that pass. */
const READY_MS = BOUND_MS.audit + 90_000;
const LOOK_MS = 30_000;
const GUEST = '10.1.0.1';
const SHOP = 'ws://10.0.0.1:7000/holdfast';
const key = new Uint8Array(32).fill(7);
const disk = { dataDir: '/data', masterKey: { provider: async () => key } } as const;

/** What outlives the processes of the service. */
interface Memory {
  readonly acknowledged: { readonly n: number; readonly index: number }[];
  next: number;
  problem: string | undefined;
  isLookedAt: boolean;
}

interface State {
  readonly rt: Runtime;
  readonly memory: Memory;
}

/** The modes in which nothing with an effect may be done. */
const refusesWrites = ({ modes }: Runtime): boolean =>
  ['readOnly', 'failed'].includes(modes.audit.snapshot().mode);

async function start(at: Stage, memory: Memory): Promise<State> {
  const rt = await createRuntime({
    ...{ world: at.world, name: 'shop', ...disk, timeouts: { provisionMs: 5_000 } },
    audit: { segmentBytesMax: 65_536, ballastBytes: 262_144, freeBytesMin: 65_536 },
  });
  const write = (order: unknown): unknown => {
    if (refusesWrites(rt)) memory.problem ??= 'a write was served while no record can be made';
    at.sometimes('a write is served');
    return order;
  };
  const log = () => (rt.modes.audit.snapshot().mode === 'readWrite' ? 'pass' : 'fail');
  rt.healthCheck('log', log, { affects: 'readiness', everyMs: 10_000 });
  const { peers } = rt;
  peers.handle('order.place', { level: 'basic', effect: 'write' }, write);
  peers.handle('order.read', { level: 'basic', effect: 'read' }, (order) => order);
  peers.handle('order.price', { level: 'basic', effect: 'read', sandbox: 'echo' });
  await peers.listen({ host: '0.0.0.0', port: 7_000 });
  return { rt, memory };
}

/** A peer that asks for everything, all the time. */
async function guest(at: Stage): Promise<void> {
  const { draw } = at.random('guest');
  const rt = await createRuntime({ world: at.world, name: 'guest', network: {} });
  const methods = ['order.place', 'order.read', 'order.price'] as const;
  const ask = async (peer: Peer, nth: number): Promise<void> => {
    const method = methods[Math.floor(draw() * methods.length)] ?? 'order.read';
    try {
      await peer.request(method, { nth }, { timeoutMs: 5_000 });
      at.sometimes(`${method} is answered`);
    } catch (error) {
      at.sometimes(`${method} is refused: ${Reflect.get(Object(error), 'code')}`);
    }
  };
  const live = async (): Promise<void> => {
    for (let nth = 0; at.nowMs < at.horizonMs + BOUND_MS.isolation; nth++) {
      try {
        const peer = await rt.peers.connect(SHOP, { identity: 'any' });
        void ask(peer, nth);
      } catch {
        at.sometimes('the shop is not reached');
      }
      await at.wait(at.nowMs < at.horizonMs ? 200 + draw() * 2_000 : 20_000);
    }
  };
  void live();
}

/** What the service does by itself, one thing after another, until the faults heal. */
class Work {
  readonly #at: Stage;
  readonly #state: State;
  readonly #draw: () => number;

  constructor(at: Stage, state: State) {
    this.#at = at;
    this.#state = state;
    const { draw } = at.random('workload');
    this.#draw = draw;
  }

  async run(): Promise<void> {
    const { memory } = this.#state;
    while (this.#at.nowMs < this.#at.horizonMs) {
      const choice = this.#draw();
      if (choice < 0.5) void this.#append();
      else if (choice < 0.7) void this.#sandboxed();
      else if (choice < 0.85) void this.#protected();
      else this.#burden();
      this.#watch();
      void this.#probe();
      await this.#at.wait(this.#draw() * 1_500);
    }
    this.#at.world.meter.load = { loopDelayMs: 0, cpuRatio: 0, memoryRatio: 0 };
    await this.#at.wait(Math.max(0, this.#at.horizonMs + LOOK_MS - this.#at.nowMs));
    await this.#look(this.#state.rt.audit);
    memory.isLookedAt = true;
  }

  /** Combinations that ought to come up. */
  #watch(): void {
    const { audit, isolation, load, route } = this.#state.rt.modes;
    const isAuditDown = audit.snapshot().mode !== 'readWrite';
    const isLoaded = load.snapshot().mode !== 'normal';
    const isVmDown = isolation.snapshot().levels.some(({ is }) => is === 'lost');
    this.#at.sometimes('the log is degraded', isAuditDown);
    this.#at.sometimes('the load is high', isLoaded);
    this.#at.sometimes('a level is lost', isVmDown);
    this.#at.sometimes('nobody is connected', route.snapshot().mode === 'isolated');
    this.#at.sometimes('all at once', isAuditDown && isLoaded && isVmDown);
  }

  /** As an orchestrator asks: it is not to be restarted for what it depends on. */
  async #probe(): Promise<void> {
    const { rt, memory } = this.#state;
    const asked = ['livez', 'readyz'].map((path) => rt.fetch(new Request(`http://shop/${path}`)));
    const [live, ready] = (await Promise.all(asked)).map(({ status }) => status);
    if (live !== 200) memory.problem ??= `it is said not to live: ${live}`;
    this.#at.sometimes('it is not ready', ready === 503);
    this.#at.sometimes('it is ready', ready === 200);
  }

  async #append(): Promise<void> {
    const { rt, memory } = this.#state;
    const n = memory.next++;
    const policy = (['spool', 'closed', 'open'] as const)[n % 3];
    try {
      const { index } = await rt.audit.append({ type: 'order.placed', data: { n } }, { policy });
      memory.acknowledged.push({ n, index });
    } catch {
      this.#at.sometimes('a record is refused');
    }
  }

  async #sandboxed(): Promise<void> {
    const { rt, memory } = this.#state;
    const isolation = isolations[Math.floor(this.#draw() * isolations.length)] ?? 'isolate';
    const floor = isolations[Math.floor(this.#draw() * isolations.length)] ?? 'isolate';
    if (!isAsStrong(isolation, floor)) return;
    try {
      const work = { code: 'echo', input: 1, isolation, floor, timeoutMs: 500 };
      const result = await rt.sandboxes.run(work);
      if (!isAsStrong(result.isolation, floor)) memory.problem ??= `work of ${floor} ran below it`;
      this.#at.sometimes('work falls', result.isolation !== isolation);
    } catch {
      this.#at.sometimes('work is refused');
    }
  }

  /** What is protected and has an effect is a write as well. */
  async #protected(): Promise<void> {
    const { rt, memory } = this.#state;
    const pay = rt.protect('pay', async () => {
      if (refusesWrites(rt)) memory.problem ??= 'a write was made while no record can be made';
    });
    await pay().catch((error: unknown) => {
      const code = String(Reflect.get(Object(error), 'code'));
      this.#at.sometimes('a write is refused', code === 'READ_ONLY');
    });
  }

  #burden(): void {
    const cpuRatio = this.#draw();
    const loopDelayMs = 800 * this.#draw() ** 3;
    this.#at.world.meter.load = { loopDelayMs, cpuRatio, memoryRatio: 0 };
  }

  async #look(audit: AuditLog): Promise<void> {
    const { memory } = this.#state;
    const found = new Map<number, unknown>();
    for await (const read of audit.read()) {
      if (read.kind === 'record') found.set(read.index, Object(read.event.data).n);
    }
    const lost = memory.acknowledged.find(({ n, index }) => found.get(index) !== n);
    if (lost !== undefined) {
      memory.problem ??= `record ${lost.n} was acknowledged at ${lost.index}, and is not there`;
    }
  }
}

const leaves = (
  mode: keyof typeof BOUND_MS,
  whyNot: (modes: Runtime['modes'], memory: Memory) => string | undefined,
): Invariant<State> => ({
  name: `${mode} is at its best again once all is well`,
  withinMs: BOUND_MS[mode],
  eventually: ({ rt, memory }) => whyNot(rt.modes, memory),
});

const isNot = (found: string, best: string): string | undefined =>
  found === best ? undefined : `it is ${found}`;

const invariants: readonly Invariant<State>[] = [
  {
    name: 'no work below its floor, no write without a record, no record lost, and it always lives',
    always: ({ memory }) => memory.problem,
  },
  leaves('audit', ({ audit }, { isLookedAt }) =>
    isLookedAt ? isNot(audit.snapshot().mode, 'readWrite') : 'the log was not read in time',
  ),
  {
    name: 'it is ready again once all is well',
    withinMs: READY_MS,
    eventually: ({ rt }) => (rt.health().isReady ? undefined : 'it is not'),
  },
  leaves('load', ({ load }) => isNot(load.snapshot().mode, 'normal')),
  leaves('route', ({ route }) => isNot(route.snapshot().mode, 'mesh')),
  leaves('isolation', ({ isolation }) => {
    const lost = isolation.snapshot().levels.find(({ is }) => is === 'lost');
    return lost && `${lost.isolation} is lost: ${lost.unavailable}`;
  }),
];

/** A whole service, with a guest, in a world where disk, sandboxes, network and load go wrong. */
export const shopPlaybook: Playbook<State> = () => {
  const memory: Memory = { acknowledged: [], next: 0, problem: undefined, isLookedAt: false };
  return {
    machines: { [GUEST]: guest },
    start: (at) => start(at, memory),
    workload: (at, state) => new Work(at, state).run(),
    invariants,
  };
};
