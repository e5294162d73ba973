import type { BreakerActor } from '../actors/breaker.actor.ts';
import { ClockDrift } from '../actors/clock-drift.ts';
import type { FactType } from '../actors/fact-family.ts';
import type { Finding, HealthStatus } from '../actors/health.actor.ts';
import { LoadSample } from '../actors/load-sample.ts';
import type { Reading, World } from '../actors/world.ts';
import type { HealthSettings } from '../machines/health.machine.ts';
import type { LoadSettings } from '../machines/load.machine.ts';
import type { Files } from '../storage/ports.ts';
import type { CheckResult } from './health-report.ts';
import type { Modes } from './modes.ts';
import type { Peers } from './peers.ts';

/** What the runtime checks of itself. */
export interface OwnCheck {
  readonly name: string;
  readonly affects: CheckResult['affects'];
  readonly settings: HealthSettings;
  /** After these it is looked at anew, for it may have changed. */
  readonly after: readonly FactType[];
  check(signal: AbortSignal): Finding | Promise<Finding>;
}

type Snapshots = {
  readonly [Name in 'audit' | 'isolation' | 'load']: Pick<Modes[Name], 'snapshot'>;
};

export interface OwnCheckTools {
  /** Trap: files with deadlines of their own would be asked again while they hang. */
  readonly world: Pick<World, 'clock' | 'meter'> & { readonly files: Pick<Files, 'freeBytes'> };
  readonly modes: Snapshots;
  readonly load: LoadSettings;
  readonly peers: Pick<Peers, 'attendance' | 'fault'>;
  readonly breakers: { actors(): Iterable<Pick<BreakerActor, 'gate' | 'name'>> };
  /** Where the log is, if it is on a disk. */
  readonly disk: { readonly path: string; readonly freeBytesMin: number } | undefined;
}

/** What others have found out already, who took care that it is no whim. */
const read = { failuresMax: 1, passesMin: 1, hangingMax: 1, timeoutMs: 1_000 };
const measured = { failuresMax: 3, passesMin: 2, hangingMax: 1, timeoutMs: 10_000 };

/** All of them, and how to end what they hold. */
export function ownChecks(tools: OwnCheckTools): { all: readonly OwnCheck[]; stop(): void } {
  const { world, modes, disk } = tools;
  const { clock, meter, files } = world;
  const drift = new ClockDrift(clock);
  const sample = new LoadSample({
    ...{ clock, meter },
    known: () => {
      const standing = modes.load.snapshot();
      return standing.isWatched ? standing : undefined;
    },
  });
  const load = (measure: keyof Reading, unit: string) => async (): Promise<Finding> =>
    judged(tools.load, measure, (await sample.take())[measure], unit);
  const everyMs = 30_000;
  const looked = { affects: 'nothing', settings: { everyMs, ...read }, after: [] } as const;
  const weighed = { affects: 'nothing', settings: { everyMs, ...measured }, after: [] } as const;
  const all: OwnCheck[] = [
    {
      ...{ name: 'audit', affects: 'readiness', settings: looked.settings, after: ['audit.moved'] },
      check: () => auditOf(modes),
    },
    { name: 'peers', ...looked, check: () => peersOf(tools.peers) },
    {
      ...{
        name: 'sandboxes',
        affects: 'nothing',
        settings: { ...looked.settings, everyMs: 60_000 },
      },
      after: ['isolation.proved', 'isolation.lost'],
      check: () => sandboxesOf(modes),
    },
    { name: 'breakers', ...looked, check: () => breakersOf(tools.breakers) },
    { name: 'clock', ...looked, check: () => drift.look() },
    { name: 'loop', ...weighed, check: load('loopDelayMs', 'ms') },
    { name: 'cpu', ...weighed, check: load('cpuRatio', 'ratio') },
    { name: 'memory', ...weighed, check: load('memoryRatio', 'ratio') },
  ];
  if (disk !== undefined) {
    const check = async () => diskOf(await files.freeBytes(disk.path), disk.freeBytesMin);
    all.push({ name: 'disk', ...weighed, check });
  }
  return { all, stop: () => sample.stop() };
}

/** While work of effect read is served, others need not be sent elsewhere. */
function auditOf({ audit }: Snapshots): Finding {
  const { mode, because, isRefusing } = audit.snapshot();
  if (mode === 'readWrite' && !isRefusing) return { status: 'pass' };
  const status = mode === 'failed' ? 'fail' : 'warn';
  return {
    status,
    because: isRefusing ? `${mode}, refuses effects: ${because}` : `${mode}: ${because}`,
  };
}

function peersOf(peers: OwnCheckTools['peers']): Finding {
  const { connected, silent, away } = peers.attendance();
  const observed = { value: connected, unit: 'peers' };
  if (peers.fault !== undefined) return { status: 'fail', because: peers.fault.message, observed };
  if (silent + away === 0) return { status: 'pass', observed };
  const because = `of those that are dialled, ${away} are away; ${silent} answered no ping of late`;
  return { status: connected === 0 ? 'fail' : 'warn', because, observed };
}

function sandboxesOf({ isolation }: Snapshots): Finding {
  const { levels } = isolation.snapshot();
  const proved = levels.filter(({ is }) => is === 'proved').length;
  const observed = { value: proved, unit: 'levels' };
  const lost = levels.filter(({ is }) => is === 'lost');
  if (lost.length === 0) return { status: 'pass', observed };
  const because = lost.map((each) => `${each.isolation}: ${each.unavailable}`).join('; ');
  return { status: proved === 0 ? 'fail' : 'warn', because, observed };
}

function breakersOf(breakers: OwnCheckTools['breakers']): Finding {
  let open = 0;
  let name = '';
  for (const actor of breakers.actors()) {
    if (actor.gate === 'admitting') continue;
    open += 1;
    name = actor.name;
  }
  const observed = { value: open, unit: 'breakers' };
  if (open === 0) return { status: 'pass', observed };
  return { status: 'warn', because: `${open} let no call through; one is "${name}"`, observed };
}

/** By the thresholds of the load, so that both say the same. */
function judged(
  { pressured, shedding }: LoadSettings,
  measure: keyof Reading,
  value: number,
  unit: string,
): Finding {
  const observed = { value, unit };
  const exceeds = ({ above }: typeof shedding): boolean => value > above[measure];
  const status: HealthStatus = exceeds(shedding) ? 'fail' : exceeds(pressured) ? 'warn' : 'pass';
  if (status === 'pass') return { status, observed };
  const { above } = status === 'fail' ? shedding : pressured;
  return { status, because: `more than ${above[measure]}`, observed };
}

function diskOf(freeBytes: number, freeBytesMin: number): Finding {
  const observed = { value: freeBytes, unit: 'bytes' };
  if (freeBytes >= 2 * freeBytesMin) return { status: 'pass', observed };
  const status = freeBytes < freeBytesMin ? 'fail' : 'warn';
  return {
    status,
    because: `less than ${status === 'fail' ? '' : '2 x '}${freeBytesMin}`,
    observed,
  };
}
