import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyPatch, copyTree, eachOf } from '../mutants.mjs';

/**
 * A patch that breaks one promise, for a simulation to find. Its first lines say which promise, and
 * in which play it is to be found: `# rule: …` and `# play: <noun>, of the first set`. The second
 * set was written without a look at what any seed finds.
 * @typedef {{ name: string, patch: string, rule: string, play: string }} Quarry
 * @typedef {import('./hunt.ts').Quarry} Found
 */

const folder = 'test/simulation/mutants';
const corpus = 'test/simulation/corpus';
/** A hunt gives up after so many runs. */
const RUNS_MAX = 300;
/** What it finds is to be made as small as this. */
const FAULTS_MAX = 3;
const HUNT_MS = 900_000;

/**
 * @param {string} root
 * @returns {Quarry[]}
 */
export function readQuarries(root) {
  const files = readdirSync(join(root, folder)).filter((file) => file.endsWith('.patch'));
  return files.sort().map((file) => {
    const patch = join(root, folder, file);
    const text = readFileSync(patch, 'utf8');
    const rule = /^# rule: (.+)$/m.exec(text)?.[1];
    const play = /^# play: (\w+), of the (first|second) set$/m.exec(text)?.[1];
    if (!rule || !play) throw new TypeError(`${file} must begin with "# rule: …" and "# play: …"`);
    return { name: file.slice(0, -6), patch, rule, play };
  });
}

/**
 * Breaks one promise after the other, each in a copy of the tree, and lets a simulation hunt for
 * it. Returns the exit code: 0 only if each is found, and made small. With HOLDFAST_WRITE=corpus
 * what is found is written to the corpus.
 * @param {string} root
 * @param {readonly string[]} names of some; all unless given
 */
export async function huntMutants(root, names) {
  const all = readQuarries(root);
  const unknown = names.find((name) => all.every((quarry) => quarry.name !== name));
  if (unknown !== undefined) {
    console.error(`there is no mutant "${unknown}" in ${folder}`);
    return 2;
  }
  const chosen = names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
  const lab = mkdtempSync(join(tmpdir(), 'holdfast-hunt-'));
  try {
    const verdicts = await eachOf(chosen, async (quarry) => {
      const { isFound, text } = await judge(root, lab, quarry);
      console.log(`${isFound ? 'found   ' : 'NOT SO  '} ${quarry.name} (${quarry.play}): ${text}`);
      return isFound;
    });
    const found = verdicts.filter((isFound) => isFound).length;
    console.log(`${found} of ${chosen.length} found`);
    return found === chosen.length ? 0 : 1;
  } finally {
    rmSync(lab, { recursive: true, force: true });
  }
}

/**
 * @param {string} root
 * @param {string} lab
 * @param {Quarry} quarry
 */
async function judge(root, lab, quarry) {
  const tree = copyTree(root, join(lab, quarry.name));
  const problem = applyPatch(tree, quarry.patch);
  if (problem !== '') return { isFound: false, text: `stale (${problem})` };
  const found = await hunt(tree, quarry.play);
  rmSync(tree, { recursive: true, force: true });
  if (found === undefined) return { isFound: false, text: `survived ${RUNS_MAX} runs` };
  const { runs, violation, scenario, shrinkRuns } = found;
  if (process.env.HOLDFAST_WRITE === 'corpus') {
    const entry = { play: quarry.play, found: `planted: not so that ${quarry.rule}`, scenario };
    const text = `${JSON.stringify(entry, undefined, 2)}\n`;
    writeFileSync(join(root, corpus, `${quarry.name}.json`), text);
  }
  const { length } = scenario.faults;
  const text =
    `${violation.invariant}, run ${runs}, ` +
    `${length} faults after ${shrinkRuns} runs of shrinking: ${violation.detail}`;
  return { isFound: length <= FAULTS_MAX, text };
}

/**
 * @param {string} tree
 * @param {string} play
 * @returns {Promise<Found | undefined>}
 */
async function hunt(tree, play) {
  const file = join(tree, 'found.json');
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.soak.config.ts'];
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|HOLDFAST)/.test(name)),
  );
  const run = spawn(process.execPath, [...args, 'test/simulation/hunt.soak.ts'], {
    cwd: tree,
    env: {
      ...env,
      HOLDFAST_HUNT: play,
      HOLDFAST_HUNT_FILE: file,
      HOLDFAST_SEEDS: String(RUNS_MAX),
    },
    stdio: 'ignore',
  });
  const limit = setTimeout(() => run.kill('SIGKILL'), HUNT_MS);
  await new Promise((resolve) => run.once('close', resolve));
  clearTimeout(limit);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
