import { parseAst } from 'vitest/node';

export interface SourceFile {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** An ESTree node; what else it holds depends on its type. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

export interface Comment {
  readonly start: number;
  readonly text: string;
}

interface Syntax {
  readonly root: Node;
  readonly comments: readonly Comment[];
  /** Why the file cannot be read, in which case it counts as empty. */
  readonly error?: string;
}

const parsed = new WeakMap<SourceFile, Syntax>();

export const isCode = ({ path }: SourceFile): boolean => /\.(tsx?|mjs|js)$/.test(path);

export function syntaxOf(file: SourceFile): Syntax {
  const known = parsed.get(file);
  if (known) return known;
  const syntax = parse(file);
  parsed.set(file, syntax);
  return syntax;
}

/** A node, and the nodes around it, the nearest last. */
export type Nested = readonly [Node, readonly Node[]];

const walked = new WeakMap<Node, readonly Nested[]>();

/** Every node of the tree, parents first. */
export function nodesOf(root: Node): readonly Nested[] {
  const known = walked.get(root);
  if (known) return known;
  const nodes: Nested[] = [];
  walk(root, [], nodes);
  walked.set(root, nodes);
  return nodes;
}

function walk(node: Node, around: readonly Node[], nodes: Nested[]): void {
  nodes.push([node, around]);
  const inside = [...around, node];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) walk(child, inside, nodes);
    }
  }
}

export function fieldOf(node: Node | undefined, field: string): unknown {
  return node === undefined ? undefined : Reflect.get(node, field);
}

export function childOf(node: Node | undefined, field: string): Node | undefined {
  const child = fieldOf(node, field);
  return isNode(child) ? child : undefined;
}

export function childrenOf(node: Node | undefined, field: string): readonly Node[] {
  const children = fieldOf(node, field);
  return Array.isArray(children) ? children.filter(isNode) : [];
}

/** `a.b.c` for a plain member chain, `a` for an identifier; undefined for anything else. */
export function dottedName(node: Node | undefined): string | undefined {
  if (node?.type === 'Identifier') return String(fieldOf(node, 'name'));
  if (node?.type !== 'MemberExpression') return undefined;
  const object = dottedName(childOf(node, 'object'));
  const property = memberName(node);
  return object === undefined || property === undefined ? undefined : `${object}.${property}`;
}

/** The `b` of `a.b` and of `a['b']`. */
export function memberName(node: Node): string | undefined {
  const property = childOf(node, 'property');
  if (property?.type === 'Literal') return stringOf(property);
  return fieldOf(node, 'computed') === true ? undefined : String(fieldOf(property, 'name'));
}

/** The text of a string literal or of a template without holes. */
export function stringOf(node: Node | undefined): string | undefined {
  const [only, ...more] = childrenOf(node, 'quasis');
  const holder = only && more.length === 0 ? fieldOf(only, 'value') : node;
  if (node?.type !== 'Literal' && node?.type !== 'TemplateLiteral') return undefined;
  const { value, cooked } = holder as { value?: unknown; cooked?: unknown };
  const text = value ?? cooked;
  return typeof text === 'string' ? text : undefined;
}

export function lineAt(file: SourceFile, offset: number): number {
  return file.text.slice(0, offset).split('\n').length;
}

export const linesOf = ({ text }: SourceFile): readonly string[] =>
  text.replace(/\n$/, '').split('\n');

function parse(file: SourceFile): Syntax {
  try {
    const [lang] = /(?:tsx?|js)$/.exec(file.path) ?? [];
    const root = parseAst(file.text, { lang: lang === 'tsx' || lang === 'ts' ? lang : 'js' });
    return { root, comments: commentsOf(file.text, root) };
  } catch (error) {
    return { root: { type: 'Program', start: 0, end: 0 }, comments: [], error: String(error) };
  }
}

function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
  );
}

/** Once literals are blanked, whatever looks like a comment is one. */
function commentsOf(text: string, root: Node): Comment[] {
  let bare = text;
  for (const [node] of nodesOf(root)) {
    if (node.type === 'Literal' || node.type === 'TemplateElement') {
      const blank = text.slice(node.start, node.end).replace(/[^\n]/g, ' ');
      bare = bare.slice(0, node.start) + blank + bare.slice(node.end);
    }
  }
  return [...bare.matchAll(/\/\/.*|\/\*[\s\S]*?\*\//g)].map((found) => ({
    start: found.index,
    text: found[0],
  }));
}
