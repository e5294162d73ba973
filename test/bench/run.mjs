import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { problemWithDist } from './holdfast.mjs';
import { jsonLine, machineLine, table } from './report.mjs';
import { isInstalled, measure } from './sample.mjs';

const suffix = '.bench.mjs';
const names = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith(suffix))
  .map((file) => file.slice(0, -suffix.length))
  .sort();

const usage = `usage: npm run bench -- [name…] [--json]
names: ${names.join(', ')}; without a name, all of them
--json: a line per measurement, and nothing else on stdout`;

/** @param {string} problem */
function refuse(problem) {
  console.error(`${problem}\n${usage}`);
  return 2;
}

/**
 * @param {string} name
 * @returns {Promise<import('./sample.mjs').Bench>}
 */
const load = async (name) => (await import(`./${name}${suffix}`)).bench;

/**
 * @param {readonly string[]} chosen
 * @param {boolean} isJson
 */
async function run(chosen, isJson) {
  const benches = await Promise.all(
    chosen.map(async (name) => /** @type {const} */ ([name, await load(name)])),
  );
  const rivals = new Set(benches.flatMap(([, { rivals }]) => Object.values(rivals)));
  const missing = [...rivals].filter((rival) => !isInstalled(rival));
  if (missing.length > 0) {
    const remedy = '`npm ci --prefix test/bench` installs them';
    console.error(`without rivals (${missing.join(', ')}): ${remedy}`);
  }
  if (!isJson) console.log(`${machineLine()}\n`);
  for (const [name, bench] of benches) {
    const measurements = await measure(name, bench);
    if (isJson) for (const measurement of measurements) console.log(jsonLine(name, measurement));
    else console.log(`${table(`${name}, median of ${bench.rounds} rounds`, measurements)}\n`);
  }
}

async function main() {
  let args;
  try {
    args = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = args;
  const unknown = positionals.find((name) => !names.includes(name));
  if (unknown !== undefined) return refuse(`there is no bench "${unknown}"`);
  const problem = problemWithDist();
  if (problem !== undefined) console.error(problem.text);
  if (problem?.isMissing) return 1;
  await run(positionals.length > 0 ? positionals : names, values.json === true);
  return 0;
}

process.exitCode = await main();
