import { describe, expect, it } from 'vitest';
import { checkDeterminism, demandReplay } from '../../../runtime/sim/determinism.ts';
import { simulate } from '../../../runtime/sim/simulate.ts';
import { type TraceLine, traceHash } from '../../../runtime/sim/trace.ts';

const note = (atMs: number, text: string, fields = {}): TraceLine => {
  return { atMs, process: 1, kind: 'note', text, fields };
};

const coverage = { sites: {}, sometimes: {}, states: {}, edges: {}, missed: {} };

/** What is found if the first run has one trace, and the second the other. */
async function between(...traces: readonly (readonly TraceLine[])[]) {
  const left = [...traces];
  const found = await checkDeterminism(async () => {
    const trace = left.shift() ?? [];
    return { trace, traceHash: traceHash(trace), violations: [], coverage, outsideCalls: [] };
  });
  return found.same ? 'same' : `line ${found.line}: ${found.likely}`;
}

const LEFT =
  'what an earlier run left behind, or chance in a package: make all that changes anew in each run';

const begun = note(0, 'begun');

describe('a check of determinism', () => {
  it('finds nothing in a run that takes all from its world', async () => {
    const found = await checkDeterminism(() =>
      simulate({
        seed: 1,
        horizonMs: 5_000,
        faults: [{ kind: 'process.crash', atMs: 2_000, downMs: 10 }],
        start: () => ({}),
        async workload(at) {
          for (let turn = 0; turn < 20; turn++) {
            at.note('drawn', { is: at.random('a').draw(), fires: at.buggify('site') });
            await at.wait(at.random('b').draw() * 500);
          }
        },
      }),
    );
    expect(found).toEqual({ same: true });
  });

  it('shows the first line that differs, as it was in both runs', async () => {
    let runs = 0;
    const found = await checkDeterminism(() => {
      runs += 1;
      const run = runs;
      return simulate({
        seed: 1,
        horizonMs: 10,
        start: () => ({}),
        workload: (at) => at.note('drawn', { is: run }),
      });
    });
    const line = (is: number): string =>
      `{"atMs":0,"process":1,"kind":"note","text":"drawn","fields":{"is":${is}}}`;
    expect(found).toEqual({
      ...{ same: false, line: 3, first: line(1), second: line(2) },
      likely: LEFT,
    });
  });

  it('says where the difference is likely to come from', async () => {
    const [early, late] = [note(1, 'a'), note(2, 'b')];
    const violation = { kind: 'violation', invariant: 'stalled', detail: 'it waits' } as const;
    const stalled: TraceLine = { atMs: 9, process: 1, ...violation };
    expect([
      await between(
        [begun, note(1, 'at', { t: 1795504148880 })],
        [begun, note(1, 'at', { t: 1795504149001 })],
      ),
      await between(
        [note(1, 'at', { t: '2026-11-24T01:02:03.004Z' })],
        [note(1, 'at', { t: '2026-11-24T01:02:03.999Z' })],
      ),
      await between([note(1, 'at', { x: 0.25 })], [note(1, 'at', { x: 0.75 })]),
      await between([begun, note(30, 'a')], [begun, note(31, 'a')]),
      await between([begun, early, late], [begun, late, early]),
      await between([begun, early], [begun]),
      await between([begun, late], [begun, stalled]),
    ]).toEqual([
      'line 2: Date.now or new Date: take the time from world.clock',
      'line 1: Date.now or new Date: take the time from world.clock',
      `line 1: ${LEFT}`,
      'line 2: a global timer, as setTimeout, or a promise that settles outside of the simulation',
      'line 2: a promise that settles outside of the simulation, as of fetch, fs or crypto.subtle',
      'line 2: a global timer, as setTimeout, or a promise that settles outside of the simulation',
      'line 2: a promise that settles outside of the simulation, as of fetch, fs or crypto.subtle',
    ]);
  });

  it('guesses nothing where it knows what the code called', async () => {
    const found = await checkDeterminism(() =>
      simulate({
        ...{ seed: 1, horizonMs: 10, start: () => ({}) },
        workload: (at) => at.note('drawn', { is: [Math.random(), process.hrtime.bigint()] }),
      }),
    );
    const likely = found.same ? 'same' : found.likely;
    expect(likely.replaceAll(/ at [^,]*determinism\.test\.ts:\d+:\d+/g, '')).toBe(
      'Math.random, process.hrtime.bigint',
    );
  });

  it('shows of long lines what differs in them', async () => {
    const runs = [0, 1].map((is) => {
      const trace = [note(1, `${'x'.repeat(9_000)}${is}${'y'.repeat(9_000)}`)];
      return { trace, traceHash: traceHash(trace), violations: [], outsideCalls: [], coverage };
    });
    const [first, second] = runs;
    if (first === undefined || second === undefined) throw new Error('two runs');
    const refused = expect(demandReplay(first, async () => second)).rejects;
    const line = (is: number): string => `…${'x'.repeat(200)}${is}${'y'.repeat(799)}…`;
    await refused.toThrow(`  first:  ${line(0)}\n  second: ${line(1)}\n`);
  });
});
