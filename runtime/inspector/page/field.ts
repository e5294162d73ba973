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
const UNSEEN = 'gone-fill 0.25';

/** Who is drawn, in order, and how each looks: a colour and how much of it, `good-fill 0.5`. */
export function cellsOf(model: Model, filter: Filter, atMs: number) {
  const ids: ActorId[] = [];
  const looks: string[] = [];
  const wanted = filter.query.toLowerCase();
  for (const actor of model.actors) {
    if (actor === undefined || filter.hidden.has(actor.kind)) continue;
    const isWanted = wanted === '' || actor.path.toLowerCase().includes(wanted);
    const isSeen = isWanted && (filter.lives.size === 0 || filter.lives.has(actor.life));
    ids.push(actor.id);
    looks.push(isSeen ? lookOf(actor, atMs) : UNSEEN);
  }
  return { ids, looks };
}

/** Made once: there are ten thousand of them, ten times a second. */
const looksOfLives = new Map(
  Object.entries(fills).map(([life, fill]) => [life, [`${fill} 1`, `${fill} 0.75`, `${fill} 0.5`]]),
);

function lookOf({ life, movedMs, restartedMs }: Actor, atMs: number): string {
  if (restartedMs >= 0 && atMs - restartedMs < WARM_MS) return 'fired 1';
  const sinceMs = movedMs < 0 ? Number.POSITIVE_INFINITY : atMs - movedMs;
  const isHot = life === 'failing' || sinceMs < HOT_MS;
  return looksOfLives.get(life)?.[isHot ? 0 : sinceMs < WARM_MS ? 1 : 2] ?? UNSEEN;
}
