import { nodeCheck, oneFile, type Rule, shippedRooms } from './rule.ts';
import {
  childOf,
  childrenOf,
  dottedName,
  fieldOf,
  isCode,
  memberName,
  type Node,
  type SourceFile,
  stringOf,
} from './syntax.ts';

const isMachine = ({ path }: SourceFile): boolean => /^machines\/.*\.ts$/.test(path);

const isOutsideTheWorld = (file: SourceFile): boolean =>
  isCode(file) &&
  shippedRooms.some((room) => file.path.startsWith(room)) &&
  !file.path.startsWith('runtime/world/') &&
  // A page has the world of its browser.
  !file.path.startsWith('runtime/inspector/page/');

const clocksAndChance = [
  'Date.now',
  'performance.now',
  'process.hrtime',
  'AbortSignal.timeout',
  'Math.random',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'process.nextTick',
  'process.on',
  'process.once',
  'process.kill',
  'process.exit',
  'generateKeyPair',
  'generateKeyPairSync',
  'randomBytes',
  'randomFillSync',
  'randomInt',
  'randomUUID',
  'getRandomValues',
];

const worldModules = /^node:(timers|perf_hooks)/;

/** True if the identifier stands for a value, and is not merely the name of a field. */
function isReference(node: Node, parent: Node | undefined): boolean {
  if (node.type !== 'Identifier' || parent === undefined) return false;
  if (parent.type === 'MemberExpression') {
    return fieldOf(parent, 'computed') === true || fieldOf(parent, 'property') !== node;
  }
  const isField = fieldOf(parent, 'key') === node && fieldOf(parent, 'computed') !== true;
  return !isField || fieldOf(parent, 'shorthand') === true;
}

/** The banned name that a node refers to: as a global, as an import, or as a member of anything. */
function bannedName(node: Node, parent: Node | undefined, banned: readonly string[]) {
  if (isReference(node, parent)) return banned.find((name) => name === fieldOf(node, 'name'));
  if (node.type !== 'MemberExpression') return undefined;
  const dotted = dottedName(node)?.replace(/^globalThis\./, '');
  const member = memberName(node);
  return banned.find((name) => name === dotted || (name === member && !name.includes('.')));
}

const oneDoor: Rule = {
  name: 'nothing outside the world reads a clock, a random source, a timer or a signal',
  check: nodeCheck(isOutsideTheWorld, (node, around) => {
    if (node.type === 'NewExpression' && dottedName(childOf(node, 'callee')) === 'Date') {
      return childrenOf(node, 'arguments').length === 0 ? 'new Date()' : undefined;
    }
    if (node.type === 'ImportDeclaration') {
      const specifier = stringOf(childOf(node, 'source')) ?? '';
      return worldModules.test(specifier) ? specifier : undefined;
    }
    return bannedName(node, around.at(-1), clocksAndChance);
  }),
  bad: [
    ...clocksAndChance.map((name) => ({
      files: oneFile('runtime/kernel/a.ts', `const at = 0;\n${name}(at);`),
      finds: ['runtime/kernel/a.ts:2'],
    })),
    {
      files: oneFile(
        'storage/a.ts',
        "import { randomBytes as draw } from 'node:crypto';\n" +
          "import t from 'node:timers/promises';\nglobalThis.setTimeout(t);\n" +
          "Date['now']();\nconst later = setTimeout;\nnew Date();",
      ),
      finds: [1, 2, 3, 4, 5, 6].map((line) => `storage/a.ts:${line}`),
    },
  ],
  good: [
    { path: 'runtime/world/node.ts', text: 'setTimeout(() => Date.now(), 1);' },
    { path: 'examples/a.mjs', text: 'Date.now();' },
    {
      path: 'runtime/a.ts',
      text: "// Date.now()\nconst x = { now: 'Math.random', setTimeout: 1 };\nnew Date(0);",
    },
  ],
};

const pureMachines: Rule = {
  name: 'machines are pure: no async, no process, no console, no identity',
  check: nodeCheck(isMachine, (node, around) => {
    if (fieldOf(node, 'async') === true) return 'async';
    if (node.type === 'AwaitExpression') return 'await';
    return bannedName(node, around.at(-1), ['process', 'console', 'crypto', 'uuid', 'Promise']);
  }),
  bad: [
    {
      files: oneFile(
        'machines/a.machine.ts',
        'const run = async () => {\n  await 1;\n};\nconsole.log(process.pid);\nuuid();\n' +
          'crypto.subtle;\nPromise.resolve();',
      ),
      finds: [1, 2, 4, 4, 5, 6, 7].map((line) => `machines/a.machine.ts:${line}`),
    },
  ],
  good: oneFile('machines/a.ts', '// async, await, console.log\nconst process1 = "process.";'),
};

/** What XState does not document, and may change in any release. */
const internals = /^(_[a-z]\w*|scheduler)$/;

const adapter = 'runtime/kernel/xstate.ts';

const undocumented: Rule = {
  name: 'what XState does not document is touched in runtime/kernel/xstate.ts only',
  check: nodeCheck(
    (file) =>
      isCode(file) && /^(machines|actors|runtime)\//.test(file.path) && file.path !== adapter,
    (node) => {
      if (node.type !== 'MemberExpression') return undefined;
      const member = memberName(node);
      return member !== undefined && internals.test(member) ? `.${member}` : undefined;
    },
  ),
  bad: [
    {
      files: oneFile(
        'runtime/kernel/supervisor.ts',
        "ref._parent;\nsystem._relay();\nsystem._set('a', ref);\nsystem['_unregister'](ref);\n" +
          'ref._send({});\nsystem.scheduler.schedule();',
      ),
      finds: [1, 2, 3, 4, 5, 6].map((line) => `runtime/kernel/supervisor.ts:${line}`),
    },
  ],
  good: [
    { path: adapter, text: 'ref._parent;' },
    { path: 'test/runtime/kernel/xstate.test.ts', text: 'ref._parent;' },
    { path: 'runtime/a.ts', text: 'const _parent = { scheduler };' },
  ],
};

export const banRules: readonly Rule[] = [oneDoor, pureMachines, undocumented];
