import { duration, plain } from './words.mjs';

/** @typedef {import('./callers.mjs').Outcome} Outcome */
/** @typedef {import('holdfast').Fact} Fact */

const REASONS_SHOWN_MAX = 3;

/**
 * What the callers of about a second saw, in one line; undefined if there were none.
 * @param {readonly Outcome[]} outcomes
 */
export function summaryOf(outcomes) {
  if (outcomes.length === 0) return undefined;
  const parts = [
    timed('answered', ofKind(outcomes, 'answered')),
    timed('answered when asked again,', ofKind(outcomes, 'retried')),
    timed('from the cache', ofKind(outcomes, 'cached')),
    timed('from the cache, no call made,', ofKind(outcomes, 'spared')),
    counted('refused', ofKind(outcomes, 'refused')),
    counted('failed', ofKind(outcomes, 'failed')),
    counted('timed out', ofKind(outcomes, 'timedOut')),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/**
 * @param {readonly Outcome[]} outcomes
 * @param {Outcome['kind']} kind
 */
const ofKind = (outcomes, kind) => outcomes.filter((outcome) => outcome.kind === kind);

/**
 * @param {string} how
 * @param {readonly Outcome[]} outcomes
 */
function timed(how, outcomes) {
  if (outcomes.length === 0) return '';
  const sorted = outcomes.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  const half = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const slowest = sorted.at(-1) ?? 0;
  const why = reasonsOf(outcomes);
  const most = `max ${duration(slowest)}${why === '' ? '' : `: ${why}`}`;
  return `${outcomes.length} ${how} in ${duration(half)} (${most})`;
}

/**
 * @param {string} how
 * @param {readonly Outcome[]} outcomes
 */
function counted(how, outcomes) {
  if (outcomes.length === 0) return '';
  return `${outcomes.length} ${how} (${reasonsOf(outcomes)})`;
}

/** @param {readonly Outcome[]} outcomes */
function reasonsOf(outcomes) {
  const reasons = new Set(outcomes.map(({ because }) => plain(because)));
  reasons.delete('');
  return [...reasons].slice(0, REASONS_SHOWN_MAX).join(', ');
}

/** Counts over the whole run: facts by type, calls by what their callers saw. */
export class Tally {
  /** @type {Map<string, number>} */
  #counts = new Map();

  /** @param {Fact} fact */
  fact({ type }) {
    this.#count(type);
  }

  /** @param {Outcome} outcome */
  call({ kind }) {
    this.#count(kind);
  }

  /** @param {string} what */
  of(what) {
    return this.#counts.get(what) ?? 0;
  }

  /** @param {string} what */
  #count(what) {
    this.#counts.set(what, this.of(what) + 1);
  }
}
