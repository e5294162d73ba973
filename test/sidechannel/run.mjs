import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { problemWithDist } from '../bench/holdfast.mjs';
import { machineLine } from '../bench/report.mjs';
import { verdictOf } from './verdict.mjs';

/** @typedef {import('./welch.mjs').Difference} Difference */

const PROCESSES = 3;
const PROCESS_MS_MAX = 120_000;

const usage = `usage: npm run sidechannel -- [--share N] [--json]
Times what works on secrets with one secret and with others, each target in three processes, and
says by Welch's t whether a difference is seen. That none is seen proves nothing.
--share N: of the samples, from 0.05 to 10; 1 if not given
--json: a line per target, and nothing else on stdout`;

/**
 * @param {string} name
 * @param {number} share
 * @returns {Promise<Difference>}
 */
async function measureApart(name, share) {
  const program = fileURLToPath(new URL('one.mjs', import.meta.url));
  const options = { execArgv: ['--expose-gc'], timeout: PROCESS_MS_MAX };
  const child = fork(program, [name, String(share)], options);
  const failed = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`"${name}": ended with ${signal ?? code}`);
  });
  const [difference] = await Promise.race([once(child, 'message'), failed]);
  failed.catch(() => {});
  return difference;
}

/**
 * @param {string} name
 * @param {readonly Difference[]} differences
 */
function rowOf(name, differences) {
  const ts = differences.map(({ t }) => Math.abs(t).toFixed(1).padStart(6)).join(' ');
  const ns = differences.map(({ ns }) => ns.toFixed(0).padStart(6)).join(' ');
  return `  ${name.padEnd(56)} ${ts}   ${ns}   ${verdictOf(differences)}`;
}

/**
 * @param {string} title
 * @param {readonly string[]} names
 * @param {{ share: number, isJson: boolean }} how
 */
async function measureAll(title, names, { share, isJson }) {
  if (!isJson) console.log(`${title}\n  ${''.padEnd(56)} ${'|t|'.padEnd(20)}   ns`);
  const verdicts = [];
  for (const name of names) {
    const differences = [];
    for (let nth = 0; nth < PROCESSES; nth++) differences.push(await measureApart(name, share));
    const verdict = verdictOf(differences);
    verdicts.push(verdict);
    const line = JSON.stringify({ target: name, kind: title, differences, verdict });
    console.log(isJson ? line : rowOf(name, differences));
  }
  return verdicts;
}

/** @param {string} problem */
function refuse(problem) {
  console.error(`${problem}\n${usage}`);
  return 2;
}

async function main() {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, share: { type: 'string', default: '1' } },
  });
  const share = Number(values.share);
  if (!(share >= 0.05 && share <= 10)) {
    return refuse(`--share must be a number from 0.05 to 10, got ${values.share}`);
  }
  const problem = problemWithDist();
  if (problem !== undefined) console.error(problem.text);
  if (problem?.isMissing) return 1;
  const { controls, ours, usedOnce } = await import('./targets.mjs');
  const { hastyRefusals, ourRefusals } = await import('./refusals.mjs');
  const how = { share, isJson: values.json === true };
  if (!how.isJson) console.log(`${machineLine()}\n`);
  const known = Object.keys({ ...controls, ...hastyRefusals });
  const seen = await measureAll('known to leak', known, how);
  const found = await measureAll('ours', Object.keys({ ...ours, ...ourRefusals }), how);
  await measureAll('of keys that are used once', Object.keys(usedOnce), how);
  if (seen.some((verdict) => verdict !== 'leaks')) {
    console.error('a leak that is known was not seen: this run says nothing about the others');
    return 1;
  }
  return found.includes('leaks') ? 1 : 0;
}

process.exitCode = await main();
