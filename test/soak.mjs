import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { runMutants } from './mutants.mjs';
import { huntMutants } from './simulation/mutants.mjs';
import { listTree } from './tree.mjs';

const usage = `usage: npm run soak -- <name…> [--seeds N]   these soaks, whole, or with N seeds
       npm run soak -- --ci                   all soaks, with the counts and seeds of CI
       npm run soak -- --list                 their names
       npm run soak -- mutants                breaks each rule, and demands that its test fails
       npm run soak -- simulation-mutants [name…]   the same, found by simulation and made small`;

const root = process.cwd();

/** @returns {Map<string, string>} the file of each soak by its name */
function findSoaks() {
  const files = listTree(root).filter((path) => /^test\/.*\.soak\.ts$/.test(path));
  return new Map(files.map((path) => [basename(path, '.soak.ts'), path]));
}

/**
 * @param {readonly string[]} files
 * @param {Record<string, string>} counts
 * @returns {number} the exit code
 */
function runSoaks(files, counts) {
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.soak.config.ts'];
  const env = { ...process.env, ...counts };
  const { status } = spawnSync(process.execPath, [...vitest, ...files], { stdio: 'inherit', env });
  return status ?? 1;
}

/** @param {string} problem */
function refuse(problem) {
  console.error(`${problem}\n${usage}`);
  return 2;
}

async function main() {
  const { values, positionals: names } = parseArgs({
    allowPositionals: true,
    options: { ci: { type: 'boolean' }, list: { type: 'boolean' }, seeds: { type: 'string' } },
  });
  const soaks = findSoaks();
  if (values.list) {
    console.log([...soaks.keys(), 'mutants', 'simulation-mutants'].join('\n'));
    return 0;
  }
  if (names.length === 1 && names[0] === 'mutants') return runMutants(root);
  if (names[0] === 'simulation-mutants') return huntMutants(root, names.slice(1));
  if (values.seeds !== undefined && !/^[1-9]\d{0,8}$/.test(values.seeds)) {
    return refuse(`--seeds must be a whole number from 1 to 999999999, got ${values.seeds}`);
  }
  if (values.ci) {
    if (soaks.size === 0) return refuse('there is no soak to run');
    return runSoaks([...soaks.values()], { HOLDFAST_SOAK: 'ci' });
  }
  const unknown = names.find((name) => !soaks.has(name));
  if (unknown !== undefined) return refuse(`there is no soak "${unknown}"`);
  if (names.length === 0) return refuse('name a soak');
  const files = names.flatMap((name) => soaks.get(name) ?? []);
  const seeds = values.seeds === undefined ? {} : { HOLDFAST_SEEDS: values.seeds };
  return runSoaks(files, { HOLDFAST_SOAK: 'full', ...seeds });
}

try {
  process.exitCode = await main();
} catch (error) {
  process.exitCode = refuse(String(error));
}
