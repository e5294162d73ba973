import type { ActorId, Kind, Life } from '../protocol.ts';
import type { Actor, Model } from './model.ts';

/** Which actors are seen. */
export interface Filter {
  /** A part of a path; none is all. */
  readonly query: string;
  /** None is all. */
  readonly lives: ReadonlySet<Life>;
  readonly hidden: ReadonlySet<Kind>;
  /** Paths whose children are not seen, unless something is searched. */
  readonly closed: ReadonlySet<string>;
}

/** A line of the tree. */
export interface TreeLine {
  readonly id: ActorId;
  readonly depth: number;
  readonly isOpen: boolean;
  /** Of all that live in it, those that the filter lets through; 0 is a leaf. */
  readonly within: number;
  /** Among its siblings, from 1. */
  readonly position: number;
  readonly siblings: number;
}

/** The tree, flat, as it is read from top to bottom. */
export function treeLines(model: Model, filter: Filter): readonly TreeLine[] {
  const { below, roots } = sift(model, filter);
  const sizes = new Map<ActorId, number>();
  const isSearch = filter.query !== '' || filter.lives.size > 0;
  const lines: TreeLine[] = [];
  const add = (ids: readonly ActorId[], depth: number): void => {
    for (const [index, id] of ids.entries()) {
      const inner = below.get(id) ?? [];
      const within = inner.length === 0 ? 0 : sizeOf(id, below, sizes) - 1;
      const isOpen = isSearch || !filter.closed.has(model.actors[id]?.path ?? '');
      lines.push({ id, depth, isOpen, within, position: index + 1, siblings: ids.length });
      if (isOpen) add(inner, depth + 1);
    }
  };
  add(roots, 0);
  return lines;
}

/** What lives in others for one call alone comes and goes: so long it is seen once it has ended. */
const INNER_LINGER_MS = 2_000;

const isSeen = (model: Model, { kind, endedMs }: Actor): boolean =>
  kind !== 'inner' || endedMs < 0 || model.atMs - endedMs <= INNER_LINGER_MS;

/** How many actors there are of each life, among those that the filter does not hide. */
export function countLives(model: Model, hidden: ReadonlySet<Kind>): Map<Life, number> {
  const counts = new Map<Life, number>();
  for (const actor of model.actors) {
    if (actor === undefined || hidden.has(actor.kind) || !isSeen(model, actor)) continue;
    counts.set(actor.life, (counts.get(actor.life) ?? 0) + 1);
  }
  return counts;
}

type Below = ReadonlyMap<ActorId, readonly ActorId[]>;

/** Whoever is let through, with all above. */
function sift(model: Model, filter: Filter): { below: Below; roots: readonly ActorId[] } {
  const { actors } = model;
  const below = new Map<ActorId, ActorId[]>();
  const roots: ActorId[] = [];
  const isIn = new Uint8Array(actors.length);
  const matches = matcher(filter);
  for (const actor of actors) {
    if (actor === undefined || !isSeen(model, actor) || !matches(actor)) continue;
    for (let one: Actor | undefined = actor; one && !isIn[one.id]; one = actors[one.parent]) {
      isIn[one.id] = 1;
    }
  }
  for (const actor of actors) {
    if (actor === undefined || !isIn[actor.id]) continue;
    const siblings = actors[actor.parent] === undefined ? roots : below.get(actor.parent);
    if (siblings) siblings.push(actor.id);
    else below.set(actor.parent, [actor.id]);
  }
  return { below, roots };
}

function matcher({ query, lives, hidden }: Filter): (actor: Actor) => boolean {
  const wanted = query.toLowerCase();
  return ({ path, kind, life }) => {
    if (hidden.has(kind) || (lives.size > 0 && !lives.has(life))) return false;
    return wanted === '' || path.toLowerCase().includes(wanted);
  };
}

function sizeOf(id: ActorId, below: Below, known: Map<ActorId, number>): number {
  const before = known.get(id);
  if (before !== undefined) return before;
  let size = 1;
  for (const inner of below.get(id) ?? []) size += sizeOf(inner, below, known);
  known.set(id, size);
  return size;
}

/** Where a key leads from a line, and what it opens or closes. */
export interface Stride {
  readonly to?: number;
  readonly opens?: number;
  readonly closes?: number;
}

export function strideOf(key: string, at: number, lines: readonly TreeLine[]): Stride | undefined {
  const line = lines[at];
  const last = lines.length - 1;
  if (line === undefined) return last < 0 ? undefined : { to: 0 };
  switch (key) {
    case 'ArrowDown':
      return { to: Math.min(last, at + 1) };
    case 'ArrowUp':
      return { to: Math.max(0, at - 1) };
    case 'PageDown':
      return { to: Math.min(last, at + 15) };
    case 'PageUp':
      return { to: Math.max(0, at - 15) };
    case 'Home':
      return { to: 0 };
    case 'End':
      return { to: last };
    case 'ArrowRight':
      if (line.within === 0) return undefined;
      return line.isOpen ? { to: at + 1 } : { opens: at };
    case 'ArrowLeft': {
      if (line.within > 0 && line.isOpen) return { closes: at };
      const above = lines.findLastIndex(({ depth }, one) => one < at && depth < line.depth);
      return above < 0 ? undefined : { to: above };
    }
    default:
      return undefined;
  }
}
