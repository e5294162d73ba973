import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { buildPackage } from '../package.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

beforeAll(buildPackage, 60_000);

/** Whatever Node takes for hashes and Math.random must make no difference. */
const processes = [[], ['--hash-seed=7', '--random-seed=8'], ['--hash-seed=77', '--jitless']];

it('three processes come to the same violation and the same trace', () => {
  const lift = 'simulate examples/lift/play.mjs --replay examples/lift/scenario.json --json';
  const [first, ...others] = processes.map((flags) => {
    const args = [...flags, 'dist/runtime/cli/main.js', ...lift.split(' ')];
    const { stdout, status } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    const { violations, traceHash, coverage } = JSON.parse(stdout);
    return { status, violations, traceHash, coverage };
  });
  expect(first).toMatchObject({
    status: 1,
    violations: [{ invariant: 'a lift moves only behind a shut door', atMs: 3_000 }],
    traceHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    coverage: { states: { lift: expect.arrayContaining(['cabin.moving', 'door.open']) } },
  });
  expect(others).toEqual([first, first]);
});
