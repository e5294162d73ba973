import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Failure } from '../../../runtime/cli/failure.ts';
import { runSimulate } from '../../../runtime/cli/simulate.ts';
import { Terminal } from '../../../runtime/cli/terminal.ts';
import { findFailure, report } from '../../../runtime/sim/property/index.ts';
import { ndjson, traceHash } from '../../../runtime/sim/trace.ts';
import { nodeWorld } from '../../../runtime/world/node.ts';
import { hungUp } from './hung-up.fixture.ts';
import { options, playbook } from './shop.fixture.mjs';

const shop = fileURLToPath(new URL('shop.fixture.mjs', import.meta.url));
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** `holdfast simulate …args`, in this process. */
async function simulate(
  args: readonly string[],
  { isTTY = false, out = new PassThrough() }: { isTTY?: boolean; out?: PassThrough } = {},
) {
  const err = Object.assign(new PassThrough(), { isTTY });
  const terminal = new Terminal(out, err);
  const textOf = (stream: PassThrough): string => `${stream.read() ?? ''}`;
  try {
    const exit = await runSimulate({ world: nodeWorld({ log: quiet }), terminal, env: {} }, args);
    return { exit, out: textOf(out), err: textOf(err) };
  } catch (error) {
    const exit = error instanceof Failure ? error.exit : 1;
    return { exit, out: textOf(out), err: `${textOf(err)}${(error as Error).message}` };
  }
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

async function expected(seed = 1) {
  const found = await findFailure(playbook, { ...options, faults: ['clock.jump'], seed });
  if (found === undefined) throw new Error('nothing was found');
  return found;
}

describe('holdfast simulate', () => {
  it('finds a failure, shrinks it, and tells people the report', async () => {
    const found = await expected();
    expect(await simulate([shop])).toEqual({
      exit: 1,
      out: `${report(shop, found)}\nbank is slow: 2 times\nthe bank is late: once\n`,
      err: '',
    });
  });

  it('tells programs the same in one line', async () => {
    const found = await expected(5);
    const { exit, out, err } = await simulate([shop, '--seed', '5', '--json']);
    const { coverage, outsideCalls, ...told } = JSON.parse(out);
    expect([exit, err, told]).toEqual([
      1,
      '',
      {
        seed: 5,
        runs: found.runs,
        violations: found.result.violations,
        traceHash: found.result.traceHash,
        path: found.path,
        scenario: found.scenario,
      },
    ]);
    expect(coverage).toEqual({
      ...{ sites: { 'bank is slow': 1 }, sometimes: { 'the bank is late': 1 } },
      ...{ states: {}, edges: {}, missed: {} },
    });
    expect(outsideCalls).toEqual([]);
  });

  it('writes the report, scenario, diagram and trace where it was asked to', async () => {
    const found = await expected();
    const directory = join(folder(), 'found/here');
    const { err } = await simulate([shop, '--report', directory]);
    const names = ['report.md', 'scenario.json', 'diagram.mmd', 'trace.ndjson'];
    expect(err).toBe(`written to ${directory}: ${names.join(', ')}\n`);
    expect(readdirSync(directory).sort()).toEqual(names.toSorted());
    const read = (name: string): string => readFileSync(join(directory, name), 'utf8');
    expect(read('report.md')).toBe(`${report(shop, found)}\n`);
    expect(JSON.parse(read('scenario.json'))).toEqual(found.scenario);
    expect(read('diagram.mmd')).toContain('VIOLATION no order is booked twice');
    expect(read('trace.ndjson')).toBe(ndjson(found.result.trace));
    expect(traceHash(found.result.trace)).toBe(found.result.traceHash);
  });

  it.each([[], ['--json']])('loses nothing of it if nobody reads on: %s', async (...flags) => {
    const directory = join(folder(), 'found');
    const out = hungUp();
    const { exit, err } = await simulate([shop, '--report', directory, ...flags], { out });
    expect([exit, err, readdirSync(directory).length]).toEqual([
      1,
      `written to ${directory}: report.md, scenario.json, diagram.mmd, trace.ndjson\n`,
      4,
    ]);
  });

  it('runs again what it found, by seed and path, and from the scenario', async () => {
    const found = await expected();
    const directory = folder();
    const byPath = await simulate([shop, '--seed', '1', '--path', found.path, '--json']);
    const { runs, scenario } = JSON.parse(byPath.out);
    expect([byPath.exit, runs, scenario]).toEqual([1, 1, found.found]);
    const file = join(directory, 'scenario.json');
    writeFileSync(file, JSON.stringify(found.scenario));
    const replayed = await simulate([shop, '--replay', file, '--json']);
    const told = JSON.parse(replayed.out);
    expect([replayed.exit, told.runs, told.traceHash]).toEqual([1, 1, found.result.traceHash]);
    writeFileSync(file, JSON.stringify({ ...found.scenario, faults: [] }));
    const clean = await simulate([shop, '--replay', file]);
    expect([clean.exit, clean.out.split(',')[0]]).toEqual([0, 'no violation in 1 run from seed 0']);
  });

  it('warns of what came to nothing in a scenario', async () => {
    const file = join(folder(), 'scenario.json');
    const faults = [
      { kind: 'clock.jump', atMs: 5, byMs: 1 },
      { kind: 'clock.jump', atMs: 10, byMs: 1 },
      { kind: 'site', site: 'no site', nth: 1 },
    ];
    const scenario = { v: 1, seed: 1, horizonMs: 9, faults, sites: 'listed', workload: 5 };
    writeFileSync(file, JSON.stringify(scenario));
    expect((await simulate([shop, '--replay', file])).err.split('\n')).toEqual([
      `warning: scenario.faults.1 never happened: ${JSON.stringify(faults[1])}`,
      `warning: scenario.faults.2 never happened: ${JSON.stringify(faults[2])}`,
      'warning: scenario.workload is ignored: only a playbook that is a function reads it',
      '',
    ]);
  });

  it('is refused before it begins, if its report can go nowhere', async () => {
    const because = 'the name is taken by another file or store';
    expect(await simulate([shop, '--report', shop], { isTTY: true })).toEqual({
      ...{ exit: 1, out: '' },
      err: `makeDirectory of 'shop.fixture.mjs' failed: ${because}`,
    });
  });

  it('takes seed, runs and path from the module, unless it is told others', async () => {
    const { path } = await expected(5);
    const pinned = join(folder(), 'pinned.mjs');
    const other = `export const options = { ...shop, seed: 5, runs: 1, path: '${path}' };`;
    const same = `export { playbook } from '${shop}'; import { options as shop } from '${shop}';`;
    writeFileSync(pinned, `${same} ${other}`);
    const told = async (...flags: readonly string[]) => {
      const {
        seed,
        runs,
        path: at,
      } = JSON.parse((await simulate([pinned, '--json', ...flags])).out);
      return { seed, runs, ...(at === undefined ? {} : { path: at }) };
    };
    expect([
      await told(),
      await told('--runs', '100'),
      await told('--seed', '2'),
      await told('--seed', '1', '--path', (await expected()).path),
    ]).toEqual([
      { seed: 5, runs: 1, path },
      { seed: 5, runs: Number(path) + 1, path },
      { seed: 2, runs: 1 },
      { seed: 1, runs: 1, path: (await expected()).path },
    ]);
  });

  it('ends with 0 if nothing is found, and says what was never so', async () => {
    const { exit, out } = await simulate([shop, '--runs', '1', '--seed', '2']);
    const [first, ...rest] = out.split('\n');
    expect([exit, first?.replace(/[0-9a-f]{64}/, 'H'), rest]).toEqual([
      0,
      'no violation in 1 run from seed 2, traces sha256 H',
      ['bank is slow: NEVER', 'the bank is late: NEVER', ''],
    ]);
  });

  it('warns of what was called outside of the world, though nothing came of it', async () => {
    const timed = join(folder(), 'timed.mjs');
    const play = 'export const playbook = { start: () => ({ isOld: Date.now() < 0 }) };';
    writeFileSync(timed, `${play} export const options = { horizonMs: 9, runs: 3 };`);
    const call = `Date.now at ${timed}:1:55`;
    const { exit, err } = await simulate([timed]);
    expect([exit, err]).toEqual([0, `warning: called outside of the world: ${call}\n`]);
    const { outsideCalls } = JSON.parse((await simulate([timed, '--json'])).out);
    expect(outsideCalls).toEqual([call]);
  });

  it('shows a bar to people', async () => {
    const { err } = await simulate([shop], { isTTY: true });
    expect(err).toContain('of 100 runs');
    expect(err).toContain('of 500 runs of shrinking, at most');
    expect(err.endsWith('\r\u001b[K')).toBe(true);
  });

  it.each([
    ['nothing', '{}', 'scenario.v must be 1, the only version there is'],
    ['another version', '{ "v": 2 }', 'scenario.v must be 1, the only version there is, got 2'],
    ['no JSON', '{', 'scenario.json is no JSON'],
    [
      'an unknown fault',
      '{ "v": 1, "seed": 1, "horizonMs": 9, "faults": [{ "kind": "disk.fire" }] }',
      'scenario.faults.0.kind must be one of disk.slow, disk.hang',
    ],
    [
      'a negative time',
      '{ "v": 1, "seed": 1, "horizonMs": 9, "faults": [{ "kind": "disk.vanish", "atMs": -1 }] }',
      'scenario.faults.0.atMs must be a number from 0 to 34560000000, got -1',
    ],
  ])('refuses a scenario with %s', async (_, text, because) => {
    const file = join(folder(), 'scenario.json');
    writeFileSync(file, text);
    const { exit, out, err } = await simulate([shop, '--replay', file]);
    expect([exit, out]).toEqual([1, '']);
    expect(err).toContain(because);
  });

  it('refuses a file that is not there', async () => {
    const { exit, err } = await simulate([shop, '--replay', '/nowhere.json']);
    expect([exit, err]).toEqual([1, 'there is no file /nowhere.json']);
  });
});
