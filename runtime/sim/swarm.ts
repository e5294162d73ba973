import type { RandomStream } from '../../actors/world.ts';
import { type Isolation, isolations } from '../../machines/isolation.ts';
import { SeededRandom } from './random.ts';
import { type Fault, isSpecial } from './scenario.ts';

export type FaultKind = Exclude<Fault['kind'], 'site'>;

export interface SwarmOptions {
  readonly horizonMs: number;
  /** Of which faults are chosen; all of one machine but sites and sandboxes unless given. */
  readonly kinds?: readonly FaultKind[];
  /** 8 unless given. */
  readonly faultsMax?: number;
}

interface Draw {
  /** Any time of the run. */
  at(): number;
  /** From `min` to `max`, each order of magnitude as often as the next. */
  size(min: number, max: number): number;
}

const makers: { readonly [Kind in FaultKind]: (draw: Draw) => Fault } = {
  'disk.slow': (draw) => ({ kind: 'disk.slow', ...during(draw), latencyMs: draw.size(1, 15_000) }),
  'disk.hang': (draw) => ({ kind: 'disk.hang', ...during(draw) }),
  'disk.full': (draw) => ({ kind: 'disk.full', ...during(draw) }),
  'disk.readOnly': (draw) => ({ kind: 'disk.readOnly', ...during(draw) }),
  'disk.fail': (draw) => ({ kind: 'disk.fail', ...during(draw) }),
  'disk.flaky': (draw) => {
    // What fails once in a while takes its time to meet the one write that matters.
    const [forMs, perMille] = [draw.size(1_000, 60_000), draw.size(5, 300)];
    return { kind: 'disk.flaky', atMs: draw.at(), forMs, perMille };
  },
  'disk.failAtWrite': (draw) => ({ kind: 'disk.failAtWrite', nth: draw.size(1, 1_000) }),
  'disk.vanish': (draw) => ({ kind: 'disk.vanish', atMs: draw.at() }),
  'disk.rot': (draw) => {
    const [file, offset] = [draw.size(1, 1_000), draw.size(1, 10_000_000)];
    return { kind: 'disk.rot', atMs: draw.at(), file, offset };
  },
  'disk.torn': (draw) => ({ kind: 'disk.torn', nth: draw.size(1, 1_000) }),
  'disk.unsynced': (draw) => ({ kind: 'disk.unsynced', ...during(draw) }),
  'process.crash': (draw) => {
    return { kind: 'process.crash', atMs: draw.at(), downMs: draw.size(1, 60_000) };
  },
  'process.crashAtWrite': (draw) => {
    const [nth, downMs] = [draw.size(1, 1_000), draw.size(1, 60_000)];
    return { kind: 'process.crashAtWrite', nth, downMs };
  },
  'clock.jump': (draw) => {
    const byMs = draw.size(1, 200_000_000) * (draw.at() % 2 === 0 ? 1 : -1);
    return { kind: 'clock.jump', atMs: draw.at(), byMs };
  },
  'clock.pause': (draw) => ({ kind: 'clock.pause', ...during(draw) }),
  'clock.skew': (draw) => {
    return { kind: 'clock.skew', ...during(draw), perMille: draw.size(1, 1_000) - 500 };
  },
  'network.partition': (draw) => {
    return { kind: 'network.partition', ...during(draw), sides: draw.size(1, 2 ** 31 - 1) };
  },
  'network.bar': (draw) => {
    return { kind: 'network.bar', ...during(draw), ...{ from: place(draw), to: place(draw) } };
  },
  'network.cut': (draw) => {
    return { kind: 'network.cut', atMs: draw.at(), one: place(draw), other: place(draw) };
  },
  'network.weather': (draw) => {
    const [lostPerMille, cutPerMille] = [draw.size(1, 300), draw.size(1, 100) - 1];
    const latencyMs = draw.size(1, 5_000);
    return { kind: 'network.weather', ...during(draw), latencyMs, lostPerMille, cutPerMille };
  },
  'network.tamper': (draw) => {
    return { kind: 'network.tamper', ...during(draw), perMille: draw.size(1, 1_000) };
  },
  'machine.kill': (draw) => ({ kind: 'machine.kill', ...outage(draw) }),
  'machine.powerOff': (draw) => ({ kind: 'machine.powerOff', ...outage(draw) }),
  'vm.absent': (draw) => ({ kind: 'vm.absent', ...during(draw), isolation: level(draw) }),
  'vm.barren': (draw) => ({ kind: 'vm.barren', ...during(draw), isolation: level(draw) }),
  'vm.hang': (draw) => ({ kind: 'vm.hang', ...during(draw), isolation: level(draw) }),
  'vm.slow': (draw) => {
    const latencyMs = draw.size(1, 60_000);
    return { kind: 'vm.slow', ...during(draw), isolation: level(draw), latencyMs };
  },
  'vm.lie': (draw) => ({ kind: 'vm.lie', ...during(draw), isolation: level(draw) }),
  'vm.die': (draw) => ({ kind: 'vm.die', atMs: draw.at(), isolation: level(draw) }),
};

const alone = (Object.keys(makers) as FaultKind[]).filter((kind) => !isSpecial(kind));

const level = (draw: Draw): Isolation => isolations[draw.at() % isolations.length] ?? 'isolate';
const place = (draw: Draw): number => draw.size(1, 1_000) - 1;
const outage = (draw: Draw) => ({
  atMs: draw.at(),
  downMs: draw.size(1, 60_000),
  machine: place(draw),
});
const during = (draw: Draw) => ({ atMs: draw.at(), forMs: draw.size(1, 60_000) });

/**
 * Faults for a run, drawn from its seed. Each seed has kinds of its own, some few of all: what a
 * steady rain of every fault would hide comes out where one of them is missing.
 */
export function swarm(seed: number, options: SwarmOptions): Fault[] {
  const { horizonMs, faultsMax = 8, kinds = alone } = options;
  const stream = new SeededRandom(seed).stream('swarm');
  const chosen = kinds.filter(() => stream.draw() < 0.3);
  const from = chosen.length > 0 ? chosen : kinds;
  const draw = drawsOf(stream, horizonMs);
  const count = 1 + Math.floor(stream.draw() * faultsMax);
  return Array.from({ length: count }, () => {
    const kind = from[Math.floor(stream.draw() * from.length)] ?? 'process.crash';
    return makers[kind](draw);
  });
}

function drawsOf(stream: RandomStream, horizonMs: number): Draw {
  return {
    at: () => Math.floor(stream.draw() * horizonMs),
    size: (min, max) => Math.round(min * (max / min) ** stream.draw()),
  };
}
