import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { allOperations } from '../actors/operations.ts';
import { codes } from '../runtime/errors.ts';
import { optionTable } from './docs/option-table.ts';
import { promiseTable } from './docs/promise-table.ts';
import { codeBlocks, type Section, sectionOf, table, withSections } from './docs/section.ts';
import { signTable } from './docs/sign-table.ts';
import { buildPackage } from './package.ts';
import { isShipped } from './tidy/rule.ts';
import { nodesOf, stringOf, syntaxOf } from './tidy/syntax.ts';
import { listTree } from './tree.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = `${root}/README.md`;
const current = (): string => (existsSync(readme) ? readFileSync(readme, 'utf8') : '');
const page = current();
const { HOLDFAST_WRITE } = process.env;

const errorTable = (): string =>
  table(
    ['code', 'recovery', 'meaning'],
    Object.entries(codes).map(([code, { recovery, means }]) => [`\`${code}\``, recovery, means]),
  );

/** Every operation of every port that can be waited for. */
const operationTable = (): string =>
  table(
    ['port', 'operation', 'deadline', 'breaker', 'retry', 'code'],
    Object.entries(allOperations).flatMap(([port, operations]) =>
      Object.entries(operations).map(([name, { deadlineMs, option, breaker, retry, code }]) => [
        port,
        `\`${name}\``,
        `${deadlineMs / 1_000} s${option === undefined ? '' : `, or \`${option}\``}`,
        breaker,
        retry,
        `\`${code}\``,
      ]),
    ),
  );

/** These have one schema for each method, and none of their own noun. */
const methodical = /^(peer|trust|sandbox)$/;

const sections = [
  { name: 'errors', make: errorTable },
  { name: 'operations', make: operationTable },
  { name: 'promises', make: promiseTable },
  { name: 'signs', make: signTable },
  ...(await optionSections()),
];

if (HOLDFAST_WRITE === 'docs') writeFileSync(readme, withSections(page, sections));

/** A section `options:<noun>` for each `<noun>Options` of its own file, or of a method of peers. */
async function optionSections(): Promise<Section[]> {
  const folder = `${root}/runtime/options`;
  const files = readdirSync(folder).map((file) => file.replace(/\.ts$/, ''));
  const found = files.map(async (file) => {
    const module: Readonly<Record<string, unknown>> = await import(`${folder}/${file}.ts`);
    return Object.entries(module).flatMap(([name, schema]) => {
      const noun = /^(.+)Options$/.exec(name)?.[1];
      const isShown = noun !== undefined && (noun === file || methodical.test(file));
      if (!isShown || !(schema instanceof z.ZodType)) return [];
      return [{ name: `options:${noun}`, make: () => optionTable(schema) }];
    });
  });
  return (await Promise.all(found)).flat();
}

describe('the README', () => {
  beforeAll(buildPackage, 60_000);

  for (const { name, make } of sections) {
    it(`tells ${name} as the code has it; \`npm run docs\` renews`, () => {
      expect(sectionOf(current(), name)).toBe(make());
    });
  }

  it('leads to nothing that the package leaves out', { timeout: 60_000 }, () => {
    const args = ['pack', '--dry-run', '--ignore-scripts', '--json'];
    const { stdout } = spawnSync('npm', args, { cwd: root, encoding: 'utf8' });
    const [{ files }]: [{ files: { path: string }[] }] = JSON.parse(stdout);
    const packed = new Set(files.map(({ path }) => path));
    const links = [...page.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = '']) => path);
    expect([links.length > 0, links.filter((path) => !packed.has(path))]).toEqual([true, []]);
  });

  for (const { line, code } of codeBlocks(page, 'js')) {
    it(`shows code that runs, at line ${line}`, () => {
      const args = ['--input-type=module', '--eval', code];
      const run = spawnSync(process.execPath, args, {
        cwd: root,
        encoding: 'utf8',
        timeout: 15_000,
      });
      expect(run.status, run.stderr).toBe(0);
    });
  }
});

describe('every error code', () => {
  const used = new Set<unknown>();
  for (const path of listTree(root).filter((path) => path !== 'runtime/errors.ts')) {
    const file = {
      path,
      text: path.endsWith('.ts') ? readFileSync(`${root}/${path}`, 'utf8') : '',
    };
    if (!isShipped(file)) continue;
    for (const [node] of nodesOf(syntaxOf(file).root)) used.add(stringOf(node));
  }

  it('is used by what is shipped', () => {
    expect(Object.keys(codes).filter((code) => !used.has(code))).toEqual([]);
  });
});

describe('a table of options', () => {
  it('has a row per option: nested ones by path, with default, values and meaning', () => {
    const schema = z.strictObject({
      name: z.string().describe('who'),
      waitMs: z.number().min(0).max(3_600_000).default(25_000).describe('how long'),
      retry: z
        .strictObject({ kind: z.enum(['one', 'all']).default('one').describe('a | b') })
        .default({ kind: 'one' }),
      signals: z
        .array(z.enum(['A', 'B']))
        .default([])
        .describe('which'),
      input: z.unknown().optional().describe('anything'),
    });
    expect(optionTable(schema)).toBe(
      [
        '| option | default | values | meaning |',
        '|---|---|---|---|',
        '| `name` | required | string | who |',
        '| `waitMs` | 25,000 | 0 to 3,600,000 | how long |',
        '| `retry.kind` | `"one"` | `one`, `all` | a \\| b |',
        '| `signals` | `[]` | list of `A`, `B` | which |',
        '| `input` |  | any | anything |',
      ].join('\n'),
    );
  });

  it('refuses an option that nobody described', () => {
    const schema = z.strictObject({ retry: z.strictObject({ waitMs: z.number() }) });
    expect(() => optionTable(schema)).toThrow('option retry.waitMs has no description');
  });
});

describe('a section of a page', () => {
  const text = '# A\n\n<!-- b -->\n\nold\n\n<!-- /b -->\n\nend\n';

  it('is replaced in its place, and read back', () => {
    const made = { name: 'b', make: () => 'new $1' };
    const renewed = withSections(text, [made]);
    expect(withSections('<!-- b --><!-- /b -->', [made])).toBe(
      '<!-- b -->\n\nnew $1\n\n<!-- /b -->',
    );
    expect(renewed).toBe('# A\n\n<!-- b -->\n\nnew $1\n\n<!-- /b -->\n\nend\n');
    expect([sectionOf(text, 'b'), sectionOf(renewed, 'b'), sectionOf(text, 'c')]).toEqual([
      'old',
      'new $1',
      undefined,
    ]);
  });

  it('may be code in one language', () => {
    const code = '# A\n\n```js\na();\n```\n\n```ts\nb();\n```\n\n```js\nc();\n```\n';
    expect(codeBlocks(code, 'js')).toEqual([
      { line: 3, code: 'a();\n' },
      { line: 11, code: 'c();\n' },
    ]);
  });
});
