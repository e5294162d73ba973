import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { announced } from '../../../runtime/cli/simulation-watch.ts';
import { buildPackage } from '../../package.ts';
import { temporaryDirectory } from '../../storage/disk.ts';

const main = fileURLToPath(new URL('../../../dist/runtime/cli/main.js', import.meta.url));

beforeAll(buildPackage, 60_000);

/** A module whose workload is `code`, and where its report goes. */
function moduleOf(code: string) {
  const directory = temporaryDirectory();
  const file = `${directory}/shop.mjs`;
  const playbook = `{ start: () => ({}), async workload(at) { ${code} } }`;
  const options = '{ horizonMs: 9, faultsMax: 0, sites: [] }';
  writeFileSync(file, `export const playbook = ${playbook}; export const options = ${options};`);
  return { file, report: `${directory}/found` };
}

const scenario = expect.objectContaining({ v: 1, seed: expect.any(Number), faults: [] });

describe('a simulation from a shell', () => {
  it.each([
    ['goes on and on', 'for (;;);', 'a run took more than 1 s of real time; '],
    ['waits on and on', 'for (;;) await null;', 'a run took more than 1 s of real time; '],
    ['kills', "process.kill(process.pid, 'SIGKILL')", 'its process ended with SIGKILL; '],
    ['exits', 'process.reallyExit(0)', 'its process ended with code 0; '],
  ])('says in which scenario its code %s', (what, code, because) => {
    const { file, report } = moduleOf(code);
    const limit = what.endsWith('on') ? ['--run-seconds', '1'] : [];
    const args = [main, 'simulate', file, '--report', report, ...limit];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    const [written, told = ''] = stderr.split('\n');
    expect([stdout, status, written]).toEqual(['', 1, `written to ${report}: scenario.json`]);
    expect(told.startsWith(`${file}: ${because}`)).toBe(true);
    const given = JSON.parse(told.slice(told.indexOf('{')));
    expect(given).toEqual(scenario);
    expect(JSON.parse(readFileSync(`${report}/scenario.json`, 'utf8'))).toEqual(given);
  });

  it('says so if it is ended by a signal, or by its module', async () => {
    const { file } = moduleOf("process.stdout.write('begun'); for (;;);");
    const child = spawn(process.execPath, [main, 'simulate', file]);
    const told: string[] = [];
    child.stderr.on('data', (chunk) => told.push(`${chunk}`));
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const [status] = await once(child, 'close');
    expect([status, told.join('')]).toEqual([
      1,
      expect.stringMatching(/^.*shop\.mjs: SIGINT; the scenario: \{.*\}\n$/),
    ]);
    writeFileSync(file, 'process.exit(0)');
    const left = spawnSync(process.execPath, [main, 'simulate', file], { encoding: 'utf8' });
    const because = 'its process ended with code 0; no run had begun';
    expect([left.status, left.stderr]).toEqual([1, `${file}: ${because}\n`]);
  });

  it('ends when all is done, whatever its module has left', () => {
    const { file } = moduleOf('');
    writeFileSync(file, `${readFileSync(file, 'utf8')}; setInterval(() => {}, 1_000);`);
    const args = [main, 'simulate', file, '--runs', '1'];
    const left = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
    expect([left.status, left.stderr]).toEqual([0, '']);
  });

  it('plays the same, watched or not', () => {
    const play = { start: () => ({}) };
    const drawn = { v: 1, seed: 1, faults: [], horizonMs: 9, workload: 5n } as const;
    expect(announced({}, play)).toBe(play);
    const watched = announced({ HOLDFAST_SIMULATION_WATCHED: '1' }, () => play);
    expect(typeof watched === 'function' && watched(drawn)).toBe(play);
  });
});
