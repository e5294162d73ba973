import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { listTree } from './tree.mjs';

/**
 * A patch that breaks one rule. Its first lines say which, and what must notice:
 * `# rule: …` and `# fails: <test file> :: <part of the test's title>`.
 * @typedef {{ name: string, patch: string, rule: string, file: string, title: string }} Mutant
 * @typedef {'passed' | 'failed' | 'no such test' | 'hung'} Outcome
 */

const concurrencyMax = 2;
const runMs = 180_000;

/**
 * @param {string} root
 * @returns {Mutant[]}
 */
export function readMutants(root) {
  const folder = join(root, 'test/mutants');
  const patches = existsSync(folder) ? readdirSync(folder).sort() : [];
  return patches
    .filter((file) => file.endsWith('.patch'))
    .map((file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      const rule = /^# rule: (.+)$/m.exec(text)?.[1];
      const [, test, title] = /^# fails: (\S+) :: (.+)$/m.exec(text) ?? [];
      if (!rule || !test || !title) {
        throw new TypeError(`${file} must begin with "# rule: …" and "# fails: <file> :: <title>"`);
      }
      return { name: file.slice(0, -6), patch: join(folder, file), rule, file: test, title };
    });
}

/**
 * @param {string} tree
 * @param {string} patch
 * @param {readonly string[]} options
 * @returns {string} why it does not apply; empty if it does
 */
export function applyPatch(tree, patch, ...options) {
  const args = ['apply', '--whitespace=nowarn', ...options, patch];
  const { status, stderr, error } = spawnSync('git', args, { cwd: tree, encoding: 'utf8' });
  if (status === 0) return '';
  return String(error ?? stderr).split('\n', 1)[0] || 'git apply failed';
}

/**
 * Whether it would apply, without a process for each: what its hunks replace is in its files.
 * @param {string} root
 * @param {string} patch
 */
export function isApplicable(root, patch) {
  const [, ...changes] = readFileSync(patch, 'utf8').split(/^\+\+\+ b\//m);
  return changes.length > 0 && changes.every((change) => isThere(root, change));
}

/**
 * @param {string} root
 * @param {string} change a path, and its hunks
 */
function isThere(root, change) {
  const [, path = '', rest = ''] =
    /^(.+)\n([\s\S]*)$/.exec(change.replace(/^--- a\/.+\n$/m, '')) ?? [];
  if (!existsSync(join(root, path))) return false;
  const text = readFileSync(join(root, path), 'utf8');
  const [, ...hunks] = rest.split(/^@@ .*\n/m);
  const before = hunks.map((hunk) => hunk.replace(/^\+.*\n/gm, '').replace(/^[ -]/gm, ''));
  return before.length > 0 && before.every((lines) => text.includes(lines));
}

/**
 * Breaks one rule after the other, each in a copy of the tree, prints a table, and returns the exit
 * code: 0 only if each named test passes on the tree as it is, and fails on its mutant.
 * @param {string} root
 */
export async function runMutants(root) {
  const mutants = readMutants(root);
  const lab = mkdtempSync(join(tmpdir(), 'holdfast-mutants-'));
  try {
    const pristine = copyTree(root, join(lab, 'pristine'));
    /** @type {Map<string, Promise<Outcome>>} */
    const sound = new Map();
    const verdicts = await eachOf(mutants, async (mutant) => {
      const test = `${mutant.file} :: ${mutant.title}`;
      const before = sound.get(test) ?? runTest(pristine, mutant);
      sound.set(test, before);
      return judge(root, lab, mutant, await before);
    });
    for (const [index, { name, rule }] of mutants.entries()) {
      console.log(`${verdicts[index]?.padEnd(9)} ${name}: ${rule}`);
    }
    const killed = verdicts.filter((verdict) => verdict === 'killed').length;
    console.log(`${killed} of ${mutants.length} mutants killed`);
    return killed === mutants.length && killed > 0 ? 0 : 1;
  } finally {
    rmSync(lab, { recursive: true, force: true });
  }
}

/**
 * @param {string} root
 * @param {string} lab
 * @param {Mutant} mutant
 * @param {Outcome} before
 * @returns {Promise<string>}
 */
async function judge(root, lab, mutant, before) {
  if (before !== 'passed')
    return `unsound (unbroken, ${mutant.file} :: ${mutant.title}: ${before})`;
  const tree = copyTree(root, join(lab, mutant.name));
  const problem = applyPatch(tree, mutant.patch);
  if (problem !== '') return `stale (${problem})`;
  const after = await runTest(tree, mutant);
  rmSync(tree, { recursive: true, force: true });
  if (after === 'failed') return 'killed';
  return after === 'passed' ? 'SURVIVED' : `broken (${after})`;
}

/**
 * @param {string} root
 * @param {string} tree
 */
export function copyTree(root, tree) {
  for (const path of listTree(root)) cpSync(join(root, path), join(tree, path));
  const modules = join(tree, 'node_modules');
  mkdirSync(modules, { recursive: true });
  for (const entry of readdirSync(join(root, 'node_modules'))) {
    if (!entry.startsWith('.'))
      symlinkSync(join(root, 'node_modules', entry), join(modules, entry));
  }
  return tree;
}

/**
 * @param {string} tree
 * @param {Mutant} mutant
 * @returns {Promise<Outcome>}
 */
async function runTest(tree, { file, title }) {
  const report = join(mkdtempSync(join(dirname(tree), 'report-')), 'report.json');
  const vitest = join(tree, 'node_modules/vitest/vitest.mjs');
  const pattern = title.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const reporting = ['--reporter=json', `--outputFile=${report}`];
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|HOLDFAST)/.test(name)),
  );
  const run = spawn(process.execPath, [vitest, 'run', file, '-t', pattern, ...reporting], {
    cwd: tree,
    env,
    stdio: 'ignore',
  });
  const isHung = await new Promise((resolve) => {
    const limit = setTimeout(() => {
      run.kill('SIGKILL');
      resolve(true);
    }, runMs);
    run.once('close', () => {
      clearTimeout(limit);
      resolve(false);
    });
  });
  if (isHung) return 'hung';
  const statuses = existsSync(report) ? statusesOf(readFileSync(report, 'utf8')) : [];
  if (statuses.includes('failed')) return 'failed';
  return statuses.includes('passed') ? 'passed' : 'no such test';
}

/**
 * A file that does not even load has no tests in the report.
 * @param {string} report
 * @returns {string[]}
 */
function statusesOf(report) {
  /** @type {{ testResults: { assertionResults: { status: string }[] }[] }} */
  const { testResults } = JSON.parse(report);
  return testResults.flatMap(({ assertionResults }) =>
    assertionResults.map(({ status }) => status),
  );
}

/**
 * @template Item, Result
 * @param {readonly Item[]} items
 * @param {(item: Item) => Promise<Result>} work
 * @returns {Promise<Result[]>} in the order of the items
 */
export async function eachOf(items, work) {
  /** @type {Result[]} */
  const results = [];
  const queue = [...items.entries()];
  const drain = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      results[next[0]] = await work(next[1]);
    }
  };
  await Promise.all(Array.from({ length: concurrencyMax }, drain));
  return results;
}
