import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isApplicable, readMutants } from './mutants.mjs';
import { readQuarries } from './simulation/mutants.mjs';
import { nouns } from './simulation/plays.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

let house = '';

beforeEach(() => {
  house = mkdtempSync(join(tmpdir(), 'holdfast-house-'));
  symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'));
});

afterEach(() => rmSync(house, { recursive: true }));

function build(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(house, dirname(path)), { recursive: true });
    writeFileSync(join(house, path), text);
  }
}

function soak(...args: readonly string[]) {
  const inherited = Object.entries(process.env);
  const outer = inherited.filter(([name]) => !/^(VITEST|HOLDFAST|NODE_ENV|FORCE_)/.test(name));
  const env = { ...Object.fromEntries(outer), NO_COLOR: '1' };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'test/soak.mjs'), ...args],
    { cwd: house, encoding: 'utf8', env, timeout: 60_000 },
  );
  return { status, lines: stdout.trim().split('\n'), stderr };
}

const counted = `
  import { expect, it } from 'vitest';
  const { HOLDFAST_SOAK, HOLDFAST_SEEDS } = process.env;
  it('runs', () => expect([HOLDFAST_SOAK, HOLDFAST_SEEDS]).toEqual(`;

describe('npm run soak', () => {
  it('lists the soaks, and refuses what is none', () => {
    build({ 'test/runtime/trees.soak.ts': '', 'test/runtime/trees.test.ts': '' });
    expect(soak('--list')).toEqual({
      status: 0,
      lines: ['trees', 'mutants', 'simulation-mutants'],
      stderr: '',
    });
    const problems = [['forest'], ['trees', '--seeds', '0'], [], ['--sedes']].map((args) => {
      const { status, stderr } = soak(...args);
      return [status, stderr.split('\n')[0]];
    });
    expect(problems).toEqual([
      [2, 'there is no soak "forest"'],
      [2, '--seeds must be a whole number from 1 to 999999999, got 0'],
      [2, 'name a soak'],
      [2, expect.stringContaining("Unknown option '--sedes'")],
    ]);
  });

  it('runs the named one with the seeds asked for, all in CI, and fails when one fails', () => {
    build({
      'vitest.soak.config.ts': "export default { test: { include: ['test/*.soak.ts'] } };",
      'test/a.soak.ts': `${counted}['full', '7']));`,
      'test/b.soak.ts': `${counted}['ci', undefined]));`,
    });
    expect(soak('a', '--seeds', '7').status).toBe(0);
    expect(soak('b', '--seeds', '7').status).toBe(1);
    expect(soak('--ci').lines.join('\n')).toMatch(/Tests {2}1 failed \| 1 passed \(2\)/);
  });
});

const patch = (test: string, line: string): string =>
  `# rule: sums are right\n# fails: test/sum.test.mjs :: ${test}\n--- a/sum.mjs\n+++ b/sum.mjs\n` +
  `@@ -1,3 +1,3 @@\n export function sum(a, b) {\n-  return a + b;\n+  ${line}\n }\n`;

describe('npm run soak -- mutants', () => {
  it('kills a mutant whose test fails, and nothing else', () => {
    build({
      'vitest.config.mjs': "export default { test: { include: ['test/*.test.mjs'] } };",
      'sum.mjs': 'export function sum(a, b) {\n  return a + b;\n}\n',
      'test/sum.test.mjs': `
        import { describe, expect, it } from 'vitest';
        import { sum } from '../sum.mjs';
        describe('a sum (of two)', () => {
          it('adds', () => expect(sum(2, 3)).toBe(5));
          it('ignores order', () => expect(sum(2, 3)).toBe(sum(3, 2)));
          it('is never right', () => expect(sum(1, 1)).toBe(3));
        });`,
      'test/mutants/killed.patch': patch('a sum (of two) adds', 'return a * b;'),
      'test/mutants/survivor.patch': patch('ignores order', 'return a * b;'),
      'test/mutants/syntax.patch': patch('adds', 'return a +;'),
      'test/mutants/unknown.patch': patch('divides', 'return a * b;'),
      'test/mutants/unsound.patch': patch('is never right', 'return a * b;'),
      'test/mutants/stale.patch': patch('adds', 'return 0;').replace('a + b', 'b + a'),
    });
    const { status, lines } = soak('mutants');
    expect(lines).toEqual([
      'killed    killed: sums are right',
      'stale (error: patch failed: sum.mjs:1) stale: sums are right',
      'SURVIVED  survivor: sums are right',
      'broken (no such test) syntax: sums are right',
      'unsound (unbroken, test/sum.test.mjs :: divides: no such test) unknown: sums are right',
      'unsound (unbroken, test/sum.test.mjs :: is never right: failed) unsound: sums are right',
      '1 of 6 mutants killed',
    ]);
    expect(status).toBe(1);
  });
});

describe('the mutants of this house', () => {
  it('still apply, each to break a test file that exists', () => {
    const stale = readMutants(root).flatMap(({ name, patch: file, file: test }) => [
      ...(isApplicable(root, file) ? [] : [`${name} does not apply`]),
      ...(existsSync(join(root, test)) ? [] : [`${name} names ${test}, which is gone`]),
    ]);
    expect(stale).toEqual([]);
  });

  it('that a simulation is to find still apply, each to be found in a play that exists', () => {
    const stale = readQuarries(root).flatMap(({ name, patch: file, play }) => [
      ...(isApplicable(root, file) ? [] : [`${name} does not apply`]),
      ...(nouns.some((noun) => noun === play) ? [] : [`${name} names ${play}, which is gone`]),
    ]);
    expect(stale).toEqual([]);
  });
});
