import { duration, errorText, plain } from './words.mjs';

/** @typedef {import('holdfast').Fact} Fact */
/** @typedef {import('./sentence.mjs').Sentence} Sentence */
/**
 * @typedef {{ openForMs: number, openings: number, calls: number, failures: number, slow: number,
 *   error?: import('./words.mjs').Described }} Opened
 */
/** @typedef {{ refused: number, late: number }} Counts */

/** @param {number} count */
const calls = (count) => (count === 1 ? '1 call' : `${count} calls`);

/** @param {Opened} opened */
function whyOpened({ openings, calls: seen, failures, slow, error }) {
  const last = error === undefined ? '' : ` (${errorText(error)})`;
  if (openings > 1) return `the call that tried it failed too${last}`;
  if (failures === seen) return `${calls(seen)} in a row failed${last}`;
  return `of ${calls(seen)}, ${failures} failed and ${slow} were slow${last}`;
}

/**
 * @param {Fact} fact
 * @returns {Sentence}
 */
function opened({ subject = '', data }) {
  const fact = /** @type {Opened} */ (data);
  const how = fact.openings > 1 ? 'breaker stays open' : 'breaker opens';
  const text = `${how} for ${duration(fact.openForMs)}: ${whyOpened(fact)}`;
  return { tone: 'open', subject, text };
}

/**
 * @param {Fact} fact
 * @returns {Sentence}
 */
function closed({ subject = '', data }) {
  const { refused, late } = /** @type {Counts} */ (data);
  const were = refused === 1 ? 'was' : 'were';
  const more = late === 0 ? '' : `, and ${late} ended too late to count`;
  const text = `breaker closes: ${calls(refused)} ${were} refused meanwhile${more}`;
  return { tone: 'back', subject, text };
}

/** What breakers do, in words, by type of the fact. */
export const breakerSentences = /** @type {Readonly<Record<string, (fact: Fact) => Sentence>>} */ ({
  'breaker.opened': opened,
  'breaker.probing': ({ subject = '', data }) => ({
    tone: 'probe',
    subject,
    text: `breaker is half-open: one call tries it, after ${data.refused} that were refused`,
  }),
  'breaker.closed': closed,
  'breaker.isolated': ({ subject = '', data }) => ({
    tone: 'open',
    subject,
    text: `breaker is isolated by ${plain(data.by)}: ${plain(data.reason)}`,
  }),
  'breaker.released': ({ subject = '' }) => ({
    tone: 'back',
    subject,
    text: 'breaker is released: nobody isolates it any more',
  }),
});
