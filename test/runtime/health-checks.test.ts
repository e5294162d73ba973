import { describe, expect, it } from 'vitest';
import type { Finding } from '../../actors/health.actor.ts';
import type { LevelStatus } from '../../actors/isolation.actor.ts';
import { loadSettings } from '../../actors/load.actor.ts';
import type { Reading } from '../../actors/world.ts';
import { HoldfastError } from '../../runtime/errors.ts';
import { type OwnCheckTools, ownChecks } from '../../runtime/health-checks.ts';
import { simWorld } from '../../runtime/sim/world.ts';

type AuditStanding = ReturnType<OwnCheckTools['modes']['audit']['snapshot']>;
type LoadStanding = ReturnType<OwnCheckTools['modes']['load']['snapshot']>;
type Attendance = ReturnType<OwnCheckTools['peers']['attendance']>;

interface Circumstances {
  readonly audit?: Partial<AuditStanding>;
  readonly levels?: readonly Partial<LevelStatus>[];
  readonly load?: Reading;
  readonly cpuMax?: number;
  readonly peers?: Attendance;
  readonly fault?: HoldfastError;
  readonly gates?: readonly ('admitting' | 'probing' | 'rejecting')[];
  readonly freeBytes?: number;
}

const calm = { loopDelayMs: 1, cpuRatio: 0.1, memoryRatio: 0.1 };
const pressuredAbove = (cpuRatio: number) => {
  const { above, below } = loadSettings.pressured;
  return { above: { ...above, cpuRatio }, below };
};
const well = { mode: 'readWrite', because: 'audit.opened', isRefusing: false } as const;

/** What each check of the runtime's own comes to, as `status because value unit`. */
async function found(name: string, circumstances: Circumstances): Promise<string> {
  const {
    audit,
    levels = [],
    load,
    cpuMax = 0.8,
    peers,
    fault,
    gates = [],
    freeBytes = 1e9,
  } = circumstances;
  const { clock, meter } = simWorld({ seed: 1 });
  meter.load = load ?? calm;
  const tools: OwnCheckTools = {
    world: { clock, meter, files: { freeBytes: async () => freeBytes } },
    modes: {
      audit: { snapshot: () => ({ ...well, sinceMs: 0, code: null, ...audit }) },
      isolation: {
        snapshot: () => ({
          ...{ mode: 'refusing', sinceMs: 0, because: 'level.lost' },
          levels: levels as readonly LevelStatus[],
        }),
      },
      load: { snapshot: () => ({ isWatched: false }) as LoadStanding },
    },
    load: { ...loadSettings, pressured: pressuredAbove(cpuMax) },
    peers: { fault, attendance: () => peers ?? { connected: 0, silent: 0, away: 0 } },
    breakers: {
      *actors() {
        for (const gate of gates) yield { gate, name: `to ${gate}` };
      },
    },
    disk: { path: '/data', freeBytesMin: 1_000 },
  };
  const own = ownChecks(tools);
  const check = own.all.find((each) => each.name === name)?.check;
  const asked = check?.(new AbortController().signal);
  await clock.advanceAsync(1_000);
  own.stop();
  expect([clock.pending, meter.opened]).toEqual([0, 0]);
  return said(await asked);
}

function said(finding: Finding | undefined): string {
  const { status, because, observed } = finding ?? {};
  return [status, because, observed?.value, observed?.unit]
    .filter((part) => part !== undefined)
    .join(', ');
}

const nobody = new HoldfastError('DATA_DAMAGED', 'the keys are lost');
const proved = { isolation: 'isolate', is: 'proved' } as const;
const lost = { isolation: 'process', is: 'lost', unavailable: 'no bubblewrap' } as const;

describe('a check of the runtime itself', () => {
  it.each<[string, Circumstances, string]>([
    ['audit', {}, 'pass'],
    [
      'audit',
      { audit: { mode: 'spooling', because: 'append.failed' } },
      'warn, spooling: append.failed',
    ],
    [
      'audit',
      { audit: { mode: 'readOnly', because: 'spool.filled', isRefusing: true } },
      'warn, readOnly, refuses effects: spool.filled',
    ],
    [
      'audit',
      { audit: { because: 'space.low', isRefusing: true } },
      'warn, readWrite, refuses effects: space.low',
    ],
    [
      'audit',
      { audit: { mode: 'failed', because: 'record 7 is missing', isRefusing: true } },
      'fail, failed, refuses effects: record 7 is missing',
    ],
    ['peers', {}, 'pass, 0, peers'],
    ['peers', { fault: nobody }, 'fail, the keys are lost, 0, peers'],
    ['peers', { peers: { connected: 3, silent: 0, away: 0 } }, 'pass, 3, peers'],
    [
      'peers',
      { peers: { connected: 3, silent: 2, away: 1 } },
      'warn, of those that are dialled, 1 are away; 2 answered no ping of late, 3, peers',
    ],
    [
      'peers',
      { peers: { connected: 0, silent: 0, away: 1 } },
      'fail, of those that are dialled, 1 are away; 0 answered no ping of late, 0, peers',
    ],
    ['sandboxes', {}, 'pass, 0, levels'],
    ['sandboxes', { levels: [proved] }, 'pass, 1, levels'],
    ['sandboxes', { levels: [proved, lost] }, 'warn, process: no bubblewrap, 1, levels'],
    ['sandboxes', { levels: [lost] }, 'fail, process: no bubblewrap, 0, levels'],
    ['breakers', { gates: ['admitting'] }, 'pass, 0, breakers'],
    [
      'breakers',
      { gates: ['rejecting', 'admitting', 'probing'] },
      'warn, 2 let no call through; one is "to probing", 2, breakers',
    ],
    ['clock', {}, 'pass, 0, ms'],
    ['loop', {}, 'pass, 1, ms'],
    ['loop', { load: { ...calm, loopDelayMs: 101 } }, 'warn, more than 100, 101, ms'],
    ['loop', { load: { ...calm, loopDelayMs: 501 } }, 'fail, more than 500, 501, ms'],
    ['cpu', { load: { ...calm, cpuRatio: 0.9 } }, 'warn, more than 0.8, 0.9, ratio'],
    ['cpu', { load: { ...calm, cpuRatio: 0.9 }, cpuMax: 0.92 }, 'pass, 0.9, ratio'],
    ['memory', { load: { ...calm, memoryRatio: 0.96 } }, 'fail, more than 0.95, 0.96, ratio'],
    ['disk', { freeBytes: 2_000 }, 'pass, 2000, bytes'],
    ['disk', { freeBytes: 1_999 }, 'warn, less than 2 x 1000, 1999, bytes'],
    ['disk', { freeBytes: 999 }, 'fail, less than 1000, 999, bytes'],
  ])('%s of %o', async (name, circumstances, expected) => {
    expect(await found(name, circumstances)).toBe(expected);
  });

  it('keeps the runtime from being ready only where nothing is promised any more', () => {
    const { clock, meter, files } = simWorld({ seed: 1 });
    const own = ownChecks({
      world: { clock, meter, files },
      modes: {} as OwnCheckTools['modes'],
      load: loadSettings,
      peers: {} as OwnCheckTools['peers'],
      breakers: {} as OwnCheckTools['breakers'],
      disk: { path: '/data', freeBytesMin: 0 },
    });
    expect(own.all.map(({ name, affects, settings }) => [name, affects, settings.everyMs])).toEqual(
      [
        ['audit', 'readiness', 30_000],
        ['peers', 'nothing', 30_000],
        ['sandboxes', 'nothing', 60_000],
        ['breakers', 'nothing', 30_000],
        ['clock', 'nothing', 30_000],
        ['loop', 'nothing', 30_000],
        ['cpu', 'nothing', 30_000],
        ['memory', 'nothing', 30_000],
        ['disk', 'nothing', 30_000],
      ],
    );
  });
});
