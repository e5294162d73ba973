import { dirname, join } from 'node:path/posix';
import {
  childOf,
  childrenOf,
  dottedName,
  lineAt,
  type Node,
  nodesOf,
  type SourceFile,
  stringOf,
  syntaxOf,
} from './syntax.ts';

/** One import: where it stands, and where it leads. */
export interface Road {
  readonly line: number;
  /** As written. */
  readonly specifier: string;
  /** The file of the house it leads to, or undefined when it leads to a package. */
  readonly path: string | undefined;
}

/** What a file imports, re-exports, loads later, or hands to a worker as `new URL('./x')`. */
export function roadsOf(file: SourceFile): readonly Road[] {
  const roads: Road[] = [];
  for (const [node] of nodesOf(syntaxOf(file).root)) {
    const specifier = stringOf(specifierOf(node));
    if (specifier === undefined) continue;
    const path = /^\.{1,2}\//.test(specifier) ? join(dirname(file.path), specifier) : undefined;
    roads.push({ line: lineAt(file, node.start), specifier, path });
  }
  return roads;
}

/** `@scope/name` or `name`, without what follows; `node:` for any built-in. */
export function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return 'node:';
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function specifierOf(node: Node): Node | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
    case 'ImportExpression':
      return childOf(node, 'source');
    case 'NewExpression': {
      const [target, base] = childrenOf(node, 'arguments');
      const isUrl = dottedName(childOf(node, 'callee')) === 'URL' && base !== undefined;
      return isUrl && /^\.{1,2}\/./.test(stringOf(target) ?? '') ? target : undefined;
    }
    default:
      return undefined;
  }
}
