import type { Chart } from '../../chart.ts';
import { Model, type Step, type Told } from './model.ts';

/** A line, with whom it is about: ids are of one stream, paths of all. */
export interface Happened {
  readonly line: Told;
  /** Of the actor or the subject; `''` for the runtime. */
  readonly path: string;
  /** Who told the event, if an actor did. */
  readonly from?: string;
  /** The chart that a move is of. */
  readonly chart?: Chart;
}

/** Bounds of what is remembered; a trace is remembered whole. */
export interface HistoryBounds {
  readonly weightMax: number;
  readonly ageMaxMs: number;
}

export const liveBounds: HistoryBounds = { weightMax: 200_000, ageMaxMs: 30 * 60_000 };
export const traceBounds: HistoryBounds = {
  weightMax: Number.POSITIVE_INFINITY,
  ageMaxMs: Number.POSITIVE_INFINITY,
};

const CHAPTER_WEIGHT = 2000;
/** Where so many change at once, how they stand is kept once a second, and between only moves. */
const DENSE_ROWS = 500;
const DENSE_EVERY_MS = 1000;

/** What was known when it began, and what changed since. */
interface Chapter {
  readonly fromMs: number;
  readonly begin: Model;
  readonly steps: Step[];
  weight: number;
  lines: number;
}

/** All that happened, as far as it is remembered, and how things were at each of its moments. */
export class History {
  /** In the order they happened, oldest first. */
  readonly lines: readonly Happened[];
  /** Of all lines that there were, those that are forgotten. */
  forgotten = 0;
  /** How things are now. */
  readonly now = new Model();
  readonly #bounds: HistoryBounds;
  #chapters: Chapter[] = [];
  readonly #lines: Happened[] = [];
  #weight = 0;
  #denseMs = Number.NEGATIVE_INFINITY;

  constructor(bounds: HistoryBounds) {
    this.#bounds = bounds;
    this.lines = this.#lines;
  }

  get fromMs(): number {
    return this.#chapters[0]?.fromMs ?? 0;
  }

  get toMs(): number {
    return this.now.atMs;
  }

  take(step: Step): void {
    // Another runtime than before: its time begins anew.
    if (step.isNew && step.atMs < this.now.atMs) this.#forgetAll();
    const { rows, ...moves } = step;
    const isDense = this.#isDense(step);
    const chapter = this.#open(step);
    chapter.steps.push(isDense ? moves : step);
    chapter.lines += step.lines?.length ?? 0;
    this.#weigh(chapter, 1 + (step.lines?.length ?? 0) + (isDense ? 0 : (rows?.length ?? 0) / 2));
    this.now.take(step);
    if (isDense) this.#keepAll(chapter, rows?.length ?? 0);
    for (const line of step.lines ?? []) this.#lines.push(this.#happened(line));
    this.#forget();
  }

  /** How things were at a moment: as they are at `toMs`, for every later one. */
  at(atMs: number): Model {
    const later = this.#chapters.findIndex(({ fromMs }) => fromMs > atMs);
    const chapter = this.#chapters.at(later < 0 ? -1 : Math.max(0, later - 1));
    if (chapter === undefined) return new Model();
    const model = chapter.begin.copy();
    for (const step of chapter.steps) {
      const fromMs = Math.min(step.atMs, step.lines?.[0]?.[1] ?? step.atMs);
      if (fromMs > atMs && !step.isNew) break;
      model.take(step, Math.max(atMs, step.isNew ? step.atMs : atMs));
    }
    model.atMs = Math.min(Math.max(atMs, this.fromMs), this.toMs);
    return model;
  }

  #happened(line: Told): Happened {
    const { actors } = this.now;
    switch (line[0]) {
      case 'fact':
        return { line, path: line[2].subject ?? '' };
      case 'event': {
        const path = actors[line[3]]?.path ?? '';
        const from = line[2] < 0 ? undefined : actors[line[2]]?.path;
        return from === undefined ? { line, path } : { line, path, from };
      }
      case 'move': {
        const actor = actors[line[2]];
        const chart = actor && this.now.chartOf(actor);
        return { line, path: actor?.path ?? '', ...(chart && { chart }) };
      }
      default:
        return { line, path: '' };
    }
  }

  #isDense(step: Step): boolean {
    const isMany = !step.isNew && (step.rows?.length ?? 0) > DENSE_ROWS;
    return isMany && this.#bounds !== traceBounds;
  }

  /** The next chapter begins with how all stand now. */
  #keepAll(last: Chapter, rows: number): void {
    const { atMs: fromMs } = this.now;
    if (fromMs - this.#denseMs < DENSE_EVERY_MS) return;
    this.#denseMs = fromMs;
    this.#weigh(last, rows / 2);
    this.#chapters.push({ fromMs, begin: this.now.copy(), steps: [], weight: 0, lines: 0 });
  }

  #weigh(chapter: Chapter, weight: number): void {
    chapter.weight += weight;
    this.#weight += weight;
  }

  #open(step: Step): Chapter {
    const last = this.#chapters.at(-1);
    if (last !== undefined && last.weight < CHAPTER_WEIGHT && !step.isNew) return last;
    const fromMs = step.isNew || last === undefined ? step.atMs : this.now.atMs;
    const chapter = { fromMs, begin: this.now.copy(), steps: [], weight: 0, lines: 0 };
    if (this.#chapters.length > 0 || !step.isNew) chapter.begin.atMs = fromMs;
    this.#chapters.push(chapter);
    return chapter;
  }

  #forgetAll(): void {
    this.#chapters = [];
    this.forgotten += this.#lines.length;
    this.#lines.length = 0;
    this.#weight = 0;
    this.#denseMs = Number.NEGATIVE_INFINITY;
    this.now.atMs = 0;
  }

  #forget(): void {
    let lines = 0;
    while (this.#chapters.length > 1) {
      const [oldest, next] = this.#chapters;
      if (oldest === undefined || next === undefined) break;
      const isOld = this.now.atMs - next.fromMs > this.#bounds.ageMaxMs;
      if (!isOld && this.#weight <= this.#bounds.weightMax) break;
      this.#chapters.shift();
      this.#weight -= oldest.weight;
      lines += oldest.lines;
    }
    if (lines > 0) this.#lines.splice(0, lines);
    this.forgotten += lines;
  }
}
