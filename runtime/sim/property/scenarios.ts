import * as fc from 'fast-check';
import { isolations } from '../../../machines/isolation.ts';
import { type Fault, isSpecial, type Scenario } from '../scenario.ts';

type FaultKind = Fault['kind'];

export interface ScenarioOptions<Workload = unknown> {
  /** How long a run is, in milliseconds of virtual time. */
  readonly horizonMs: number;
  /** Which kinds of faults to draw; unless given, all that need no site and no other machine. */
  readonly faults?: readonly FaultKind[];
  /** How many faults a scenario has at most; 8 unless given. */
  readonly faultsMax?: number;
  /** The sites that a fault of the kind `site` may name. */
  readonly sites?: readonly string[];
  /** What the workload reads. Shrunk too, if it can shrink values that it did not draw itself. */
  readonly workload?: fc.Arbitrary<Workload>;
}

const record = <Drawn>(fields: { [Key in keyof Drawn]: fc.Arbitrary<Drawn[Key]> }) =>
  fc.record<Drawn>(fields, { noNullPrototype: true });

/** The n-th write, or visit, at most. */
const NTH_MAX = 200;
const LATENCY_MAX_MS = 5_000;
const DOWN_MAX_MS = 10_000;

/**
 * Draws scenarios. Faults begin at any time before all heal; smaller is fewer, earlier,
 * shorter. Nothing is mapped: a scenario drawn elsewhere can be shrunk as well.
 * @throws {RangeError | TypeError} for a horizon that is no time, an unknown kind, no kind at all,
 * or the kind `site` without `sites`.
 */
export function scenarios(options: ScenarioOptions): fc.Arbitrary<Scenario> {
  const { horizonMs, faultsMax = 8, workload } = options;
  if (!(Number.isInteger(horizonMs) && horizonMs >= 1)) {
    throw new RangeError(`scenarios.horizonMs must be a whole number from 1, got ${horizonMs}`);
  }
  const faults = fc.array(faultsOf(options), { maxLength: faultsMax, size: 'max' });
  const fields = {
    v: fc.constant(1 as const),
    seed: fc.nat(),
    faults,
    horizonMs: fc.constant(horizonMs),
  };
  return workload === undefined ? record(fields) : record({ ...fields, workload });
}

function faultsOf({ faults, horizonMs, sites = [] }: ScenarioOptions): fc.Arbitrary<Fault> {
  const makers = makersFor(horizonMs, sites);
  const all = Object.keys(makers).filter((kind) =>
    kind === 'site' ? sites.length > 0 : !isSpecial(kind),
  );
  const kinds: readonly string[] = faults ?? all;
  if (kinds.length === 0) throw new RangeError('scenarios.faults must name a kind at least');
  return fc.oneof(
    ...kinds.map((kind) => {
      const maker = Object.hasOwn(makers, kind) ? makers[kind as FaultKind] : undefined;
      if (maker === undefined) {
        const known = Object.keys(makers).join(', ');
        throw new TypeError(`scenarios.faults must be of ${known}, got ${kind}`);
      }
      return maker();
    }),
  );
}

type Makers = { readonly [Kind in FaultKind]: () => fc.Arbitrary<Extract<Fault, { kind: Kind }>> };

function makersFor(horizonMs: number, sites: readonly string[]): Makers {
  const atMs = fc.nat(horizonMs - 1);
  const forMs = fc.integer({ min: 1, max: Math.max(1, Math.floor(horizonMs / 4)) });
  const during = { atMs, forMs };
  const nth = fc.integer({ min: 1, max: NTH_MAX });
  const downMs = fc.nat(Math.min(DOWN_MAX_MS, horizonMs));
  const place = fc.nat();
  const byMs = fc.integer({ min: -horizonMs, max: horizonMs });
  return {
    'disk.slow': () =>
      record({
        kind: fc.constant('disk.slow'),
        ...during,
        latencyMs: fc.integer({ min: 1, max: LATENCY_MAX_MS }),
      }),
    'disk.hang': () => record({ kind: fc.constant('disk.hang'), ...during }),
    'disk.full': () => record({ kind: fc.constant('disk.full'), ...during }),
    'disk.readOnly': () => record({ kind: fc.constant('disk.readOnly'), ...during }),
    'disk.fail': () => record({ kind: fc.constant('disk.fail'), ...during }),
    'disk.flaky': () =>
      record({
        kind: fc.constant('disk.flaky'),
        ...during,
        perMille: fc.integer({ min: 1, max: 500 }),
      }),
    'disk.failAtWrite': () => record({ kind: fc.constant('disk.failAtWrite'), nth }),
    'disk.vanish': () => record({ kind: fc.constant('disk.vanish'), atMs }),
    'disk.rot': () => record({ kind: fc.constant('disk.rot'), atMs, file: place, offset: place }),
    'disk.torn': () => record({ kind: fc.constant('disk.torn'), nth }),
    'disk.unsynced': () => record({ kind: fc.constant('disk.unsynced'), ...during }),
    'process.crash': () => record({ kind: fc.constant('process.crash'), atMs, downMs }),
    'process.crashAtWrite': () =>
      record({ kind: fc.constant('process.crashAtWrite'), nth, downMs }),
    'clock.jump': () => record({ kind: fc.constant('clock.jump'), atMs, byMs }),
    'clock.pause': () => record({ kind: fc.constant('clock.pause'), ...during }),
    'clock.skew': () =>
      record({
        kind: fc.constant('clock.skew'),
        ...during,
        perMille: fc.integer({ min: -500, max: 500 }),
      }),
    ...betweenMachines({ atMs, forMs, downMs, place }),
    ...ofSandboxes({ atMs, forMs }),
    site: () => {
      if (sites.length === 0) throw new TypeError('scenarios.sites must name a site at least');
      return record({ kind: fc.constant('site'), site: fc.constantFrom(...sites), nth });
    },
  };
}

type Numbers<Name extends string> = Readonly<Record<Name, fc.Arbitrary<number>>>;

function betweenMachines({
  atMs,
  forMs,
  downMs,
  place,
}: Numbers<'atMs' | 'forMs' | 'downMs' | 'place'>) {
  const during = { atMs, forMs };
  const perMille = fc.nat(300);
  const outage = { atMs, downMs, machine: place };
  return {
    'network.partition': () =>
      record({ kind: fc.constant('network.partition' as const), ...during, sides: place }),
    'network.bar': () =>
      record({ kind: fc.constant('network.bar' as const), ...during, from: place, to: place }),
    'network.cut': () =>
      record({ kind: fc.constant('network.cut' as const), atMs, one: place, other: place }),
    'network.weather': () =>
      record({
        ...{ kind: fc.constant('network.weather' as const), ...during },
        ...{ latencyMs: fc.nat(LATENCY_MAX_MS), lostPerMille: perMille, cutPerMille: perMille },
      }),
    'network.tamper': () =>
      record({ kind: fc.constant('network.tamper' as const), ...during, perMille: fc.nat(1_000) }),
    'machine.kill': () => record({ kind: fc.constant('machine.kill' as const), ...outage }),
    'machine.powerOff': () => record({ kind: fc.constant('machine.powerOff' as const), ...outage }),
  };
}

function ofSandboxes({ atMs, forMs }: Numbers<'atMs' | 'forMs'>) {
  const during = { atMs, forMs, isolation: fc.constantFrom(...isolations) };
  return {
    'vm.absent': () => record({ kind: fc.constant('vm.absent' as const), ...during }),
    'vm.barren': () => record({ kind: fc.constant('vm.barren' as const), ...during }),
    'vm.hang': () => record({ kind: fc.constant('vm.hang' as const), ...during }),
    'vm.slow': () =>
      record({
        kind: fc.constant('vm.slow' as const),
        ...during,
        latencyMs: fc.integer({ min: 1, max: LATENCY_MAX_MS }),
      }),
    'vm.lie': () => record({ kind: fc.constant('vm.lie' as const), ...during }),
    'vm.die': () =>
      record({ kind: fc.constant('vm.die' as const), atMs, isolation: during.isolation }),
  };
}
