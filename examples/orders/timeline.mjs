import { layOut, layOutBeside, layOutHeading } from './layout.mjs';
import { sentenceOf } from './sentence.mjs';

/** @typedef {import('./layout.mjs').Look} Look */
/** @typedef {import('./sentence.mjs').Tone} Tone */
/** @typedef {import('./sentence.mjs').Sentence} Sentence */

const FOLD_MS = 25;
const CAUSES_KEPT_MAX = 1_000;

/**
 * How a stream may be written to: colour only where a person looks at it and has not declined it.
 * @param {{ isTTY?: boolean, columns?: number }} stream
 * @param {Readonly<Record<string, string | undefined>>} environment
 * @returns {Look}
 */
export function lookOf({ isTTY = false, columns = 100 }, { NO_COLOR = '' }) {
  return { width: Math.min(100, Math.max(60, columns)), isColored: isTTY && NO_COLOR === '' };
}

/** What happens, as lines: facts under their causes, moves of charts, and what callers saw. */
export class Timeline {
  /** @type {(text: string) => void} */
  #write;
  /** @type {Look} */
  #look;
  #startedAtMs;
  /** @type {Map<string, number>} depth by id of the fact */
  #depths = new Map();
  /** @type {{ atMs: number, depth: number, subjects: string[], sentence: Sentence } | undefined} */
  #fold;

  /**
   * @param {(text: string) => void} write
   * @param {Look} look
   * @param {number} [startedAtMs] wall clock; what times count from
   */
  constructor(write, look, startedAtMs = Date.now()) {
    this.#startedAtMs = startedAtMs;
    this.#write = write;
    this.#look = look;
  }

  /** @param {import('holdfast').Fact} fact */
  fact(fact) {
    const depth = this.#depthOf(fact);
    const atMs = Date.parse(fact.time);
    const sentence = sentenceOf(fact);
    if (sentence === undefined) return;
    if (this.#fold !== undefined && this.#fold.sentence.fold === sentence.fold) {
      this.#fold.subjects.push(sentence.subject);
      return;
    }
    this.flush();
    if (sentence.fold === undefined) return this.#line(atMs, depth, sentence);
    this.#fold = { atMs, depth, subjects: [sentence.subject], sentence };
    setTimeout(() => this.flush(), FOLD_MS).unref();
  }

  /**
   * @param {Tone} tone
   * @param {string} subject
   * @param {string} text
   */
  say(tone, subject, text) {
    this.flush();
    this.#line(Date.now(), 0, { tone, subject, text });
  }

  /**
   * What one has seen beside what another one has.
   * @param {readonly string[]} left its heading, and its lines
   * @param {readonly string[]} right
   */
  beside(left, right) {
    this.block(layOutBeside(left, right, this.#look));
  }

  /** @param {string} title */
  heading(title) {
    this.flush();
    this.#write(`${layOutHeading(title, this.#look)}\n`);
  }

  /** @param {string} text as it is */
  block(text) {
    this.flush();
    this.#write(`${text}\n`);
  }

  /** Writes what waits for more of its kind. */
  flush() {
    const fold = this.#fold;
    this.#fold = undefined;
    if (fold === undefined) return;
    const { atMs, depth, subjects, sentence } = fold;
    const [only = ''] = subjects;
    const isOne = subjects.length === 1;
    const subject = isOne ? only : `${subjects.length} actors`;
    const text = isOne ? sentence.text : `${sentence.text}: ${subjects.join(', ')}`;
    this.#line(atMs, depth, { tone: sentence.tone, subject, text });
  }

  /** @param {import('holdfast').Fact} fact */
  #depthOf({ id, causationid = '' }) {
    const above = this.#depths.get(causationid);
    const depth = above === undefined ? 0 : above + 1;
    this.#depths.set(id, depth);
    const [oldest] = this.#depths.keys();
    if (this.#depths.size > CAUSES_KEPT_MAX && oldest !== undefined) this.#depths.delete(oldest);
    return depth;
  }

  /**
   * @param {number} atMs wall clock
   * @param {number} depth
   * @param {Sentence} sentence
   */
  #line(atMs, depth, { tone, subject, text }) {
    const sinceStartMs = Math.max(0, atMs - this.#startedAtMs);
    this.#write(`${layOut({ atMs: sinceStartMs, depth, tone, subject, text }, this.#look)}\n`);
  }
}
