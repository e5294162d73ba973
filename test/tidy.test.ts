import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { banRules } from './tidy/bans.ts';
import { floorRules } from './tidy/floors.ts';
import { pageRules } from './tidy/pages.ts';
import { mirrorRule, placeRules, usedRule } from './tidy/places.ts';
import { proseRules } from './tidy/prose.ts';
import type { Finding, House, Rule } from './tidy/rule.ts';
import { secretRules } from './tidy/secrets.ts';
import { sizeRules } from './tidy/sizes.ts';
import { syntaxOf } from './tidy/syntax.ts';
import { listTree } from './tree.mjs';

const rules: readonly Rule[] = [
  ...floorRules,
  ...banRules,
  ...secretRules,
  ...proseRules,
  ...placeRules,
  ...sizeRules,
  ...pageRules,
];

const isRead = (path: string): boolean =>
  /\.(tsx?|mjs|js|md|css|html|sh)$|^package(-lock)?\.json$|^\.ci\/run$/.test(path);

const root = new URL('..', import.meta.url).pathname;

const house: House = listTree(root).map((path) => ({
  path,
  text: isRead(path) ? readFileSync(`${root}/${path}`, 'utf8') : '',
}));

const places = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ path, line }) => `${path}:${line}`);

describe('in this house', () => {
  for (const { name, check } of rules) {
    it(name, () => {
      const findings = check(house).map(({ path, line, found }) => `${path}:${line} ${found}`);
      expect(findings, name).toEqual([]);
    });
  }
});

describe('a rule of the house', () => {
  for (const { name, check, bad, good } of rules) {
    it(`can fail: ${name}`, () => {
      expect(bad.map(({ files }) => places(check(files)))).toEqual(bad.map(({ finds }) => finds));
    });

    if (good) it(`does not cry wolf: ${name}`, () => expect(check(good)).toEqual([]));
  }

  it('has a proof that it can fail', () => {
    expect(rules.filter(({ bad }) => bad.length === 0)).toEqual([]);
  });

  it('counts lines after text beyond ASCII as an editor does', () => {
    const file = { path: 'runtime/a.ts', text: "const a = '🏠…';\n// 🏠\nlet b: any; // c" };
    const findings = proseRules.flatMap(({ check }) => check([file]));
    expect(findings).toEqual([{ path: 'runtime/a.ts', line: 3, found: 'any' }]);
    expect(syntaxOf(file).comments.map(({ text }) => text)).toEqual(['// 🏠', '// c']);
  });
});

describe('the list of files without a mirror', () => {
  const files = [{ path: 'runtime/a.ts', text: 'export const a = 1;' }];
  const test = { path: 'test/runtime/a.test.ts', text: '' };

  it('excuses a file that has none', () => {
    expect(mirrorRule({ 'runtime/a.ts': 'why' }).check(files)).toEqual([]);
  });

  it('may not excuse a file that has one, or that is gone', () => {
    const { check } = mirrorRule({ 'runtime/a.ts': 'why', 'runtime/gone.ts': 'why' });
    expect(places(check([...files, test]))).toEqual(['runtime/a.ts:1', 'runtime/gone.ts:1']);
  });
});

describe('the list of files that nothing imports yet', () => {
  const files = [{ path: 'runtime/a.ts', text: 'export const a = 1;' }];
  const user = { path: 'runtime/b.ts', text: "import './a.ts';" };

  it('excuses a file that is not imported', () => {
    expect(usedRule({ 'runtime/a.ts': 'who' }).check(files)).toEqual([]);
  });

  it('may not excuse a file that is, or that is gone', () => {
    const { check } = usedRule({ 'runtime/a.ts': 'who', 'runtime/b.ts': 'who', 'c.ts': 'who' });
    expect(places(check([...files, user]))).toEqual(['runtime/a.ts:1', 'c.ts:1']);
  });
});
