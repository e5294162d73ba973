import { commentCheck, type Finding, nodeCheck, oneFile, type Rule } from './rule.ts';
import { childOf, childrenOf, dottedName, fieldOf, isCode, type Node, syntaxOf } from './syntax.ts';

const typed: Rule = {
  name: 'types are honest: no any, no double assertion, no non-null assertion',
  check: nodeCheck(isCode, (node) => {
    if (node.type === 'TSAnyKeyword') return 'any';
    if (node.type === 'TSNonNullExpression' || fieldOf(node, 'definite') === true) return '!';
    const inner = node.type === 'TSAsExpression' ? childOf(node, 'expression') : undefined;
    const isDouble = childOf(inner, 'typeAnnotation')?.type === 'TSUnknownKeyword';
    return isDouble ? 'as unknown as' : undefined;
  }),
  bad: [
    {
      files: oneFile(
        'runtime/a.ts',
        'let a: any;\nlet b!: string;\nconst c = a as unknown as string;\na!.b();\nlet d: any[];',
      ),
      finds: [1, 2, 3, 4, 5].map((line) => `runtime/a.ts:${line}`),
    },
  ],
  good: oneFile('runtime/a.ts', '// any\nconst a = "x as unknown as y";\nif (!a) throw a;'),
};

const suppressed: Rule = {
  name: 'no checker is silenced',
  check: commentCheck(isCode, /@ts-(ignore|nocheck|expect-error)|biome-ignore|eslint-disable/),
  bad: [
    {
      files: oneFile('runtime/a.ts', '// @ts-ignore\n/* biome-ignore lint: x */\n\n// @ts-nocheck'),
      finds: ['runtime/a.ts:1', 'runtime/a.ts:2', 'runtime/a.ts:4'],
    },
  ],
  good: oneFile(
    'runtime/a.ts',
    'const told = "// @ts-ignore";\nconst ratio = /\\/\\/ @ts-ignore/;',
  ),
};

const finished: Rule = {
  name: 'nothing is left for later in a comment',
  check: commentCheck(isCode, /\b(TODO|FIXME|XXX|HACK)\b/),
  bad: [
    {
      files: oneFile(
        'storage/a.ts',
        'const a = 1;\n/*\n * TODO: b\n */\n// FIXME\n// XXX\n// HACK',
      ),
      finds: [3, 5, 6, 7].map((line) => `storage/a.ts:${line}`),
    },
  ],
  good: oneFile('storage/a.ts', 'const status = "TODO";\nconst wide = `// TODO`;'),
};

const isTest = /^((it|test|describe)\.(only|skip|todo)|x(it|test|describe))$/;

const whole: Rule = {
  name: 'every test runs',
  check: nodeCheck(isCode, (node, around) => {
    const name = dottedName(node);
    const isInner = around.at(-1)?.type === 'MemberExpression' && node.type === 'Identifier';
    return name !== undefined && !isInner && isTest.test(name) ? name : undefined;
  }),
  bad: [
    {
      files: oneFile(
        'test/a.test.ts',
        "it.only('a', f);\ntest.skip('b', f);\ndescribe.skip('c');\nit.only.each([]);\nxit('d');",
      ),
      finds: [1, 2, 3, 4, 5].map((line) => `test/a.test.ts:${line}`),
    },
  ],
  good: oneFile('test/a.test.ts', "it('tells skip from only', () => { queue.skip(1); });"),
};

const declaredCharts: Rule = {
  name: 'a chart declares its slots with setup()',
  check: nodeCheck(isCode, (node) => {
    const isBare = dottedName(childOf(node, 'callee')) === 'createMachine';
    return node.type === 'CallExpression' && isBare ? 'createMachine() without setup()' : undefined;
  }),
  bad: [
    {
      files: oneFile('machines/a.machine.ts', 'export const aMachine = createMachine({});'),
      finds: ['machines/a.machine.ts:1'],
    },
  ],
  good: oneFile('machines/a.machine.ts', 'export const aMachine = setup({}).createMachine({});'),
};

const actionCreators = [
  'assign',
  'cancel',
  'emit',
  'enqueueActions',
  'forwardTo',
  'log',
  'raise',
  'sendParent',
  'sendTo',
  'spawnChild',
  'stopChild',
];

const enqueued: Rule = {
  name: 'inside enqueueActions actions are enqueued, never merely created',
  check: nodeCheck(isCode, (node, around) => {
    if (node.type !== 'CallExpression') return undefined;
    const name = dottedName(childOf(node, 'callee')) ?? '';
    const isInside = around.some((outer) => isCallOf(outer, 'enqueueActions'));
    return isInside && actionCreators.includes(name) ? `${name}() does nothing here` : undefined;
  }),
  bad: [
    {
      files: oneFile(
        'machines/a.machine.ts',
        'enqueueActions(({ enqueue, event }) => {\n  stopChild(event.id);\n  enqueue.emit({});\n' +
          "  if (event.ok) sendTo('a', event);\n});",
      ),
      finds: ['machines/a.machine.ts:2', 'machines/a.machine.ts:4'],
    },
  ],
  good: oneFile('machines/a.machine.ts', 'const act = [emit({}), enqueueActions(() => {})];'),
};

const isCallOf = (node: Node, name: string): boolean =>
  node.type === 'CallExpression' && dottedName(childOf(node, 'callee')) === name;

/** The operators of RxJS that read a clock, and where they take the world's scheduler instead. */
const timeOperators = [
  'auditTime',
  'bufferTime',
  'debounceTime',
  'delay',
  'interval',
  'sampleTime',
  'throttleTime',
  'timeInterval',
  'timeout',
  'timer',
  'timestamp',
  'windowTime',
];

const scheduled: Rule = {
  name: 'the time operators of RxJS are given a scheduler',
  check: (house) =>
    house
      .filter((file) => isCode(file) && /^runtime\//.test(file.path))
      .flatMap((file) => {
        const isImported = /from 'rxjs(\/operators)?'/.test(file.text);
        return isImported ? unscheduled([file]) : [];
      }),
  bad: [
    {
      files: oneFile(
        'runtime/modes.ts',
        "import { debounceTime, timer } from 'rxjs';\ndebounceTime(5);\ntimer(5, scheduler);",
      ),
      finds: ['runtime/modes.ts:2'],
    },
  ],
  good: oneFile('runtime/a.ts', "import { timer } from './timer.ts';\ntimer(5);"),
};

const unscheduled = nodeCheck(isCode, (node, _around, file) => {
  if (node.type !== 'CallExpression') return undefined;
  const name = dottedName(childOf(node, 'callee')) ?? '';
  const given = childrenOf(node, 'arguments').map(({ start, end }) => file.text.slice(start, end));
  const isTimed = timeOperators.includes(name) && !given.some((text) => /scheduler/i.test(text));
  return isTimed ? `${name}() without a scheduler` : undefined;
});

const readable: Rule = {
  name: 'every source file can be read by the compiler that runs the tests',
  check: (house) =>
    house.filter(isCode).flatMap((file): Finding[] => {
      const { error } = syntaxOf(file);
      return error === undefined ? [] : [{ path: file.path, line: 1, found: error }];
    }),
  bad: [{ files: oneFile('runtime/a.ts', 'const = 1;'), finds: ['runtime/a.ts:1'] }],
};

export const proseRules: readonly Rule[] = [
  readable,
  typed,
  suppressed,
  finished,
  whole,
  declaredCharts,
  enqueued,
  scheduled,
];
