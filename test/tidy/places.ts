import { dirname, join } from 'node:path/posix';
import { notYetUsed } from './not-yet-used.ts';
import { roadsOf } from './roads.ts';
import { type Finding, isShipped, oneFile, type Rule } from './rule.ts';
import { childOf, childrenOf, isCode, type SourceFile, syntaxOf } from './syntax.ts';
import { withoutMirror } from './without-mirror.ts';

const vague =
  /(^|[/.-])(utils?|helpers?|commons?|types|misc|shared|managers?|services?)(?=[/.-]|$)/;

const kebab = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;

const names: Rule = {
  name: 'files and folders are kebab-case nouns that say what is inside',
  check: (house) =>
    house.filter(isCode).flatMap(({ path }): Finding[] => {
      if (vague.test(path)) return [{ path, line: 1, found: 'a name that says nothing' }];
      const odd = path.split('/').find((part) => !kebab.test(part));
      return odd === undefined ? [] : [{ path, line: 1, found: `${odd} is not kebab-case` }];
    }),
  bad: [
    'actors/utils.ts',
    'runtime/kernel/mailbox-helpers.ts',
    'runtime/common/clock.ts',
    'storage/types.ts',
    'runtime/peer-manager.ts',
    'runtime/service.test.ts',
    'machines/PeerMachine.ts',
    'machines/peer_machine.ts',
  ].map((path) => ({ files: oneFile(path, ''), finds: [`${path}:1`] })),
  good: ['runtime/commonplace.ts', 'machines/peer.machine.ts', 'runtime/run-queue.ts'].map(
    (path) => ({ path, text: '' }),
  ),
};

/** `test/a/b.test.ts`, `test/a/b.hazards.test.ts` or `test/a/b/….test.ts` for `a/b.ts`. */
function hasMirror(path: string, tests: readonly string[]): boolean {
  const stem = `test/${path.replace(/(\.machine|\.actor)?\.(ts|mjs)$/, '')}`;
  return tests.some((test) => test.startsWith(`${stem}.`) || test.startsWith(`${stem}/`));
}

/** All views are looked at together, in a browser: test/runtime/inspector/page.chromium.test.ts. */
const isView = ({ path }: SourceFile): boolean => path.endsWith('.tsx');

/** Types and re-exports leave nothing behind that a test could run. */
function hasBehaviour(file: SourceFile): boolean {
  return childrenOf(syntaxOf(file).root, 'body').some((statement) => {
    if (isTypeOnly.test(statement.type)) return false;
    if (statement.type !== 'ExportNamedDeclaration') return true;
    const declaration = childOf(statement, 'declaration');
    return !childOf(statement, 'source') && !isTypeOnly.test(declaration?.type ?? '');
  });
}

const isTypeOnly = /^(ImportDeclaration|ExportAllDeclaration|TSInterface|TSType)/;

export const mirrorRule = (exceptions: Readonly<Record<string, string>>): Rule => ({
  name: 'every shipped file has its mirror under test/, or an exception that still holds',
  check: (house) => {
    const tests = house.map(({ path }) => path).filter((path) => path.endsWith('.test.ts'));
    const bare = house
      .filter((file) => isShipped(file) && !isView(file) && hasBehaviour(file))
      .filter(({ path }) => !hasMirror(path, tests))
      .map(({ path }) => path);
    const missing = bare.filter((path) => !(path in exceptions));
    const stale = Object.keys(exceptions).filter((path) => !bare.includes(path));
    return [
      ...missing.map((path) => ({ path, line: 1, found: 'no test of its own' })),
      ...stale.map((path) => ({ path, line: 1, found: 'an exception that is not needed' })),
    ];
  },
  bad: [
    {
      files: [
        { path: 'runtime/a.ts', text: 'export const a = 1;' },
        { path: 'test/runtime/ab.test.ts', text: '' },
        { path: 'test/a.test.ts', text: '' },
        { path: 'runtime/b.ts', text: 'export { c };' },
        { path: 'runtime/c.mjs', text: 'answer();' },
      ],
      finds: [
        'runtime/a.ts:1',
        'runtime/b.ts:1',
        'runtime/c.mjs:1',
        ...Object.keys(exceptions).map((path) => `${path}:1`),
      ],
    },
  ],
});

const unmirrored = mirrorRule(withoutMirror);

/** The files that `exports` and `bin` of the package name, and those that pages load. */
function entrances(house: readonly SourceFile[]): readonly string[] {
  const manifest = house.find(({ path }) => path === 'package.json')?.text ?? '';
  const named = [...manifest.matchAll(/"\.\/dist\/([^"]+)\.js"/g)].map(([, name]) => `${name}.ts`);
  const loaded = house
    .filter(({ path }) => path.endsWith('.html'))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/src="\.\/([^"]+)"/g)].map(([, name = '']) => join(dirname(path), name)),
    );
  return [...named, ...loaded];
}

export const usedRule = (exceptions: Readonly<Record<string, string>>): Rule => ({
  name: 'every shipped file is imported by another, or is an entrance of the package',
  check: (house) => {
    const shipped = house.filter(isShipped);
    const roads = shipped.flatMap((file) =>
      roadsOf(file).flatMap(({ path }) => (path === undefined || path === file.path ? [] : [path])),
    );
    const reached = new Set([...roads, ...entrances(house)]);
    const unreached = shipped.map(({ path }) => path).filter((path) => !reached.has(path));
    const stale = Object.keys(exceptions).filter((path) => !unreached.includes(path));
    return [
      ...unreached
        .filter((path) => !(path in exceptions))
        .map((path) => ({ path, line: 1, found: 'nothing imports it' })),
      ...stale.map((path) => ({ path, line: 1, found: 'an exception that is not needed' })),
    ];
  },
  bad: [
    {
      files: [
        { path: 'package.json', text: '{ "exports": { ".": "./dist/runtime/index.js" } }' },
        { path: 'runtime/index.ts', text: "export { a } from './a.ts';" },
        { path: 'runtime/a.ts', text: "new Worker(new URL('./guest.mjs', import.meta.url));" },
        { path: 'runtime/guest.mjs', text: '' },
        { path: 'runtime/dead.ts', text: "import './dead.ts';" },
        { path: 'test/dead.test.ts', text: "import '../runtime/dead.ts';" },
      ],
      finds: ['runtime/dead.ts:1', ...Object.keys(exceptions).map((path) => `${path}:1`)],
    },
  ],
});

const used = usedRule(notYetUsed);

const entered: Rule = {
  name: 'every entrance of the package exists',
  check: (house) =>
    entrances(house)
      .filter((entrance) => !house.some(({ path }) => path === entrance))
      .map((found) => ({ path: 'package.json', line: 1, found: `${found} is missing` })),
  bad: [
    {
      files: [{ path: 'package.json', text: '{ "bin": { "a": "./dist/runtime/cli/main.js" } }' }],
      finds: ['package.json:1'],
    },
  ],
};

export const placeRules: readonly Rule[] = [names, unmirrored, used, entered];
