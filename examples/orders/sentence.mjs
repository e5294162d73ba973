import { breakerSentences } from './breaker-sentence.mjs';
import { modeSentences } from './mode-sentence.mjs';
import { peerSentences } from './peer-sentence.mjs';
import { sandboxSentences } from './sandbox-sentence.mjs';
import { duration, errorText, idOf, parentOf, plain } from './words.mjs';

/** @typedef {import('holdfast').Fact} Fact */
/** @typedef {import('./words.mjs').Described} Described */
/**
 * @typedef {'act' | 'start' | 'fail' | 'decide' | 'back' | 'open' | 'probe' | 'move' | 'call'
 *   | 'quiet'} Tone
 */
/**
 * What a fact says, in words. Facts of the same `fold` that follow each other become one line that
 * names their subjects.
 * @typedef {{ tone: Tone, subject: string, text: string, fold?: string }} Sentence
 */
/**
 * @typedef {{ decision: 'restart' | 'remove' | 'escalate', because: string, strategy?: string,
 *   affected: readonly string[], affectedCount: number, delayMs: number,
 *   restartsInWindow?: number, restartsMax?: number, windowMs?: number }} Decided
 */

/**
 * @param {Fact} fact
 * @returns {Sentence}
 */
function failed({ subject, data }) {
  const { error } = /** @type {{ error: Described }} */ (data);
  return { tone: 'fail', subject: idOf(subject), text: `fails: ${errorText(error)}` };
}

/**
 * @param {Fact} fact
 * @returns {Sentence}
 */
function decided({ subject, data }) {
  const decision = /** @type {Decided} */ (data);
  return { tone: 'decide', subject: parentOf(subject), text: decisionText(subject, decision) };
}

/**
 * @param {string | undefined} subject
 * @param {Decided} decision
 */
function decisionText(subject, decision) {
  const { affected, affectedCount, because, delayMs, strategy, restartsInWindow } = decision;
  const reason = plain(because);
  if (decision.decision === 'escalate') return `gives up on ${idOf(subject)}: ${reason}`;
  if (decision.decision === 'remove') return `lets ${idOf(subject)} go: ${reason}`;
  const more = affectedCount - affected.length;
  const who = `${affected.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const when = delayMs === 0 ? 'at once' : `in ${duration(delayMs)}`;
  if (restartsInWindow === undefined) return `restarts ${who} ${when}: ${reason}`;
  const { restartsMax, windowMs = 0 } = decision;
  const spent = `restart ${restartsInWindow} of ${restartsMax} in ${duration(windowMs)}`;
  return `restarts ${who} ${when} (${strategy}): ${spent}`;
}

/**
 * @param {Tone} tone
 * @param {string} fold
 * @returns {(fact: Fact) => Sentence}
 */
const folded = (tone, fold) => (fact) => ({
  tone,
  subject: idOf(fact.subject),
  text: fold,
  fold,
});

/**
 * @param {Tone} tone
 * @param {string} text
 * @returns {(fact: Fact) => Sentence}
 */
const runtime = (tone, text) => () => ({ tone, subject: 'runtime', text });

/**
 * How the others ended has been told by the fact before.
 * @param {Fact} fact
 */
function stopped(fact) {
  const isTold = fact.data.because !== 'stopped' || fact.subject === undefined;
  return isTold ? undefined : folded('quiet', 'stopped')(fact);
}

/** @param {string | undefined} path @param {unknown} count */
const broughtDown = (path, count) =>
  `it brought ${idOf(path)} down ${count === 1 ? 'once' : `${count} times`}`;

/** @type {Readonly<Record<string, (fact: Fact) => Sentence | undefined>>} */
const sentences = {
  ...breakerSentences,
  ...modeSentences,
  ...peerSentences,
  ...sandboxSentences,
  'actor.failed': failed,
  'runtime.failed': failed,
  'runtime.fault': failed,
  'subscriber.failed': failed,
  'supervisor.decided': decided,
  'actor.started': folded('start', 'started'),
  'actor.restarted': folded('back', 'back again'),
  'actor.finished': folded('quiet', 'finished by itself'),
  'actor.stopped': stopped,
  'actor.quarantined': ({ subject, data }) => ({
    tone: 'decide',
    subject: idOf(subject),
    text: `"${plain(data.event)}" is set aside: ${broughtDown(subject, data.attempts)}`,
  }),
  'supervisor.throttled': ({ subject, data }) => ({
    tone: 'decide',
    subject: idOf(subject),
    text: `waits ${duration(Number(data.waitMs))}: the runtime restarts too much`,
  }),
  'mailbox.dropped': ({ data }) => {
    const { reason, count, subjects } =
      /** @type {{ reason: string, count: number, subjects: readonly string[] }} */ (data);
    const text = `${count} ${reason} for ${subjects.map(idOf).join(', ')}`;
    return { tone: 'quiet', subject: 'dead letters', text };
  },
  'runtime.signalled': ({ data }) => ({
    tone: 'start',
    subject: 'runtime',
    text: `${data.signal} arrived`,
  }),
  'runtime.closing': runtime('start', '1 closing: nothing new is taken in'),
  'runtime.draining': runtime('start', '2 draining: what was accepted is worked off'),
  'runtime.persisting': runtime('start', '3 persisting: breakers, and who asked for it'),
  'runtime.stopping': runtime('start', '4 stopping: in reverse start order, the upstream last'),
  'runtime.stopped': ({ data }) => ({
    tone: 'start',
    subject: 'runtime',
    text: `stopped, ${data.abandoned} abandoned`,
  }),
};

/**
 * What a fact says; undefined if another fact says it better.
 * @param {Fact} fact
 * @returns {Sentence | undefined}
 */
export const sentenceOf = (fact) => sentences[fact.type]?.(fact);
