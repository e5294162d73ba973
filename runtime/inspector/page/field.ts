import type { ActorId, Life } from '../protocol.ts';
import type { Actor, Model } from './model.ts';
import type { Filter } from './tree-lines.ts';

/** Cells of one size in rows. */
export interface Field {
  readonly columns: number;
  readonly rows: number;
  readonly size: number;
}

const SIZE_MAX = 14;
const SIZE_MIN = 3;

/** The largest cells with which all have room. */
export function fieldOf(count: number, width: number, heightMax: number): Field {
  for (let size = SIZE_MAX; ; size--) {
    const columns = Math.max(1, Math.floor(width / size));
    const rows = Math.ceil(count / columns);
    if (rows * size <= heightMax || size === SIZE_MIN) return { columns, rows, size };
  }
}

const fills: Readonly<Record<Life, string>> = {
  waiting: 'calm-fill',
  running: 'good-fill',
  failing: 'bad-fill',
  draining: 'warn-fill',
  ended: 'gone-fill',
};

const HOT_MS = 400;
const WARM_MS = 2000;

/** Who is drawn, in order, and the places of all that are drawn alike: `good-fill 0.6`. */
export function cellsOf(model: Model, filter: Filter, atMs: number) {
  const ids: ActorId[] = [];
  const groups = new Map<string, number[]>();
  const wanted = filter.query.toLowerCase();
  for (const actor of model.actors) {
    if (actor === undefined || filter.hidden.has(actor.kind)) continue;
    const isWanted = wanted === '' || actor.path.toLowerCase().includes(wanted);
    const isSeen = isWanted && (filter.lives.size === 0 || filter.lives.has(actor.life));
    const look = isSeen ? lookOf(actor, atMs) : 'gone-fill 0.25';
    const places = groups.get(look);
    if (places) places.push(ids.length);
    else groups.set(look, [ids.length]);
    ids.push(actor.id);
  }
  return { ids, groups };
}

function lookOf({ life, movedMs, restartedMs }: Actor, atMs: number): string {
  if (restartedMs >= 0 && atMs - restartedMs < WARM_MS) return 'fired 1';
  if (life === 'failing') return 'bad-fill 1';
  const sinceMs = movedMs < 0 ? Number.POSITIVE_INFINITY : atMs - movedMs;
  const alpha = sinceMs < HOT_MS ? 1 : sinceMs < WARM_MS ? 0.75 : 0.5;
  return `${fills[life]} ${alpha}`;
}
