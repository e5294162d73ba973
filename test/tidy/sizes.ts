import { type Finding, type House, nodeCheck, oneFile, type Rule } from './rule.ts';
import {
  childOf,
  dottedName,
  isCode,
  linesOf,
  type Node,
  nodesOf,
  type SourceFile,
} from './syntax.ts';

const fileLinesMax = 400;
const testFileLinesMax = 600;
const functionLinesMax = 70;
const lineLengthMax = 100;

/** The most lines of a page, where it has a limit of its own. */
function pageLinesMax(path: string): number | undefined {
  if (path === 'ARCHITECTURE.md') return 120;
  if (path === 'CONTRIBUTING.md') return 80;
  return /^(machines|storage|actors|runtime|test)\/README\.md$/.test(path) ? 25 : undefined;
}

function linesMax(file: SourceFile): number | undefined {
  if (!isCode(file)) return pageLinesMax(file.path);
  return file.path.startsWith('test/') ? testFileLinesMax : fileLinesMax;
}

const blank = (lines: number): string => '\n'.repeat(lines);

const files: Rule = {
  name: 'a file fits in the head: 400 lines, 600 for a test, 120, 80 or 25 for a page',
  check: (house) =>
    house.flatMap((file): Finding[] => {
      const max = linesMax(file);
      const lines = linesOf(file).length;
      if (max === undefined || lines <= max) return [];
      return [{ path: file.path, line: max + 1, found: `${lines} lines of at most ${max}` }];
    }),
  bad: [
    { files: oneFile('runtime/a.ts', blank(401)), finds: ['runtime/a.ts:401'] },
    { files: oneFile('test/a.test.ts', blank(601)), finds: ['test/a.test.ts:601'] },
    { files: oneFile('ARCHITECTURE.md', blank(121)), finds: ['ARCHITECTURE.md:121'] },
    { files: oneFile('CONTRIBUTING.md', blank(81)), finds: ['CONTRIBUTING.md:81'] },
    { files: oneFile('storage/README.md', blank(26)), finds: ['storage/README.md:26'] },
  ],
  good: [
    { path: 'runtime/a.ts', text: blank(400) },
    { path: 'test/a.test.ts', text: blank(600) },
    { path: 'README.md', text: blank(500) },
  ],
};

const isFunction = ({ type }: Node): boolean =>
  type === 'FunctionDeclaration' || type === 'FunctionExpression' || /^Arrow/.test(type);

const lineCount = (file: SourceFile, { start, end }: Node): number =>
  file.text.slice(start, end).split('\n').length;

/** A chart is read as a table, not as steps. */
function chartLines(file: SourceFile, root: Node): number {
  for (const [node] of nodesOf(root)) {
    const name = dottedName(childOf(childOf(node, 'callee'), 'property'));
    if (node.type === 'CallExpression' && name === 'createMachine') return lineCount(file, node);
  }
  return 0;
}

const functions: Rule = {
  name: 'a function fits on a page: 70 lines, charts and describe blocks aside',
  check: nodeCheck(isCode, (node, around, file) => {
    const caller = dottedName(childOf(around.at(-1), 'callee')) ?? '';
    if (!isFunction(node) || caller.startsWith('describe')) return undefined;
    const lines = lineCount(file, node);
    if (lines <= functionLinesMax || lines - chartLines(file, node) <= functionLinesMax) {
      return undefined;
    }
    return `a function of ${lines} lines`;
  }),
  bad: [
    {
      files: oneFile(
        'runtime/a.ts',
        `\nfunction a() {${blank(70)}}\nconst b = () => {${blank(69)}};`,
      ),
      finds: ['runtime/a.ts:2'],
    },
    {
      files: oneFile('runtime/a.ts', `class A {\n  run() {${blank(70)}}\n}`),
      finds: ['runtime/a.ts:2'],
    },
  ],
  good: [
    { path: 'test/a.test.ts', text: `describe('a', () => {${blank(200)}});` },
    {
      path: 'test/b.ts',
      text: `const b = () => {\nreturn setup({}).createMachine({${blank(90)}});};`,
    },
  ],
};

const isText = ({ path }: SourceFile): boolean =>
  /\.(ts|mjs|js|md|css|html|sh)$/.test(path) || path === '.ci/run';

const mayBeLong = (file: SourceFile, line: string): boolean =>
  file.path.endsWith('.md') && (line.trimStart().startsWith('|') || /https?:\/\//.test(line));

const lines: Rule = {
  name: 'a line has at most 100 characters, tables and links of a page aside',
  check: (house: House) =>
    house.filter(isText).flatMap((file) =>
      linesOf(file).flatMap((line, index): Finding[] => {
        const length = [...line].length;
        if (length <= lineLengthMax || mayBeLong(file, line)) return [];
        return [{ path: file.path, line: index + 1, found: `${length} characters` }];
      }),
    ),
  bad: [
    { files: oneFile('runtime/a.ts', `\n// ${'x'.repeat(98)}`), finds: ['runtime/a.ts:2'] },
    { files: oneFile('README.md', 'x'.repeat(101)), finds: ['README.md:1'] },
    { files: oneFile('.ci/run', '#'.repeat(101)), finds: ['.ci/run:1'] },
  ],
  good: [
    {
      path: 'README.md',
      text: `| ${'x'.repeat(200)} |\nsee https://example.org/${'x'.repeat(99)}`,
    },
    { path: 'runtime/a.ts', text: 'ü'.repeat(100) },
  ],
};

export const sizeRules: readonly Rule[] = [files, functions, lines];
