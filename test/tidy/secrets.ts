import { isShipped, nodeCheck, oneFile, type Rule } from './rule.ts';
import {
  childOf,
  childrenOf,
  fieldOf,
  memberName,
  type Node,
  nodesOf,
  stringOf,
} from './syntax.ts';

const safeCompare = 'storage/bytes.ts';

const tables: Rule = {
  name: 'AES is that of OpenSSL: @noble/ciphers reads tables at places that are secret',
  check: nodeCheck(isShipped, (node) => {
    if (node.type !== 'ImportDeclaration') return undefined;
    const specifier = stringOf(childOf(node, 'source')) ?? '';
    return /^@noble\/ciphers\/(aes|webcrypto)/.test(specifier) ? specifier : undefined;
  }),
  bad: [
    {
      files: oneFile('storage/a.ts', "import { gcm } from '@noble/ciphers/aes.js';"),
      finds: ['storage/a.ts:1'],
    },
  ],
  good: [
    { path: 'storage/a.ts', text: "import { hchacha } from '@noble/ciphers/chacha.js';" },
    { path: 'test/a.test.ts', text: "import { gcm } from '@noble/ciphers/aes.js';" },
  ],
};

const oneCompare: Rule = {
  name: 'what may be secret is compared by sameBytes of storage/bytes.ts',
  check: nodeCheck(
    (file) => isShipped(file) && file.path !== safeCompare,
    (node) => {
      const name = fieldOf(node, 'name');
      return node.type === 'Identifier' && name === 'timingSafeEqual' ? name : undefined;
    },
  ),
  bad: [
    {
      files: oneFile('runtime/a.ts', '\ncrypto.timingSafeEqual(a, b);'),
      finds: ['runtime/a.ts:2'],
    },
  ],
  good: [{ path: safeCompare, text: 'timingSafeEqual(a, b);' }],
};

const comparing = /^([=!]=|[<>])=?$/;

/** What a secret lends its bytes as, as in `key.use((bytes) => …)`. */
function lentAs(node: Node, call: Node | undefined): readonly unknown[] {
  const callee = call?.type === 'CallExpression' ? childOf(call, 'callee') : undefined;
  const isLent = callee?.type === 'MemberExpression' && memberName(callee) === 'use';
  if (!isLent || !/Function/.test(node.type)) return [];
  return childrenOf(node, 'params').map((param) => fieldOf(param, 'name'));
}

const isOf = (node: Node | undefined, names: readonly unknown[]): boolean =>
  node !== undefined &&
  [...nodesOf(node)].some(([each, around]) => {
    const isLength = around.at(-1)?.type === 'MemberExpression' && memberOf(around) === 'length';
    return each.type === 'Identifier' && names.includes(fieldOf(each, 'name')) && !isLength;
  });

const memberOf = (around: readonly Node[]): unknown => {
  const last = around.at(-1);
  return last && memberName(last);
};

const lent: Rule = {
  name: 'nothing branches on bytes that a secret lends, and nothing is looked up by them',
  check: nodeCheck(isShipped, (node, around) => {
    const names = around.flatMap((each, at) => lentAs(each, around[at - 1]));
    if (names.length === 0) return undefined;
    const operator = String(fieldOf(node, 'operator'));
    if (node.type === 'BinaryExpression' && comparing.test(operator)) {
      return isOf(node, names) ? operator : undefined;
    }
    const isLookUp = node.type === 'MemberExpression' && fieldOf(node, 'computed') === true;
    return isLookUp && isOf(childOf(node, 'property'), names) ? '[…]' : undefined;
  }),
  bad: [
    {
      files: oneFile(
        'storage/a.ts',
        'key.use((bytes) => bytes === other);\n' +
          'key.use((bytes) => {\n  return table[bytes[0]];\n});\n' +
          'token?.use(function (hash) {\n  if (hash[0] < 3) return 1;\n});',
      ),
      finds: ['storage/a.ts:1', 'storage/a.ts:3', 'storage/a.ts:6'],
    },
  ],
  good: oneFile(
    'storage/a.ts',
    'key.use((bytes) => mac(bytes));\nif (key.use(digest) === 1) table[at];\n' +
      'use((a) => a === b);\nkey.use((bytes) => (bytes.length < 3 ? table[curve] : 1));',
  ),
};

export const secretRules: readonly Rule[] = [tables, oneCompare, lent];
