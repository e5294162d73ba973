import { plain } from './words.mjs';

/** @typedef {import('holdfast').Fact} Fact */
/** @typedef {import('./sentence.mjs').Sentence} Sentence */

const deaths = new Map(
  Object.entries({
    VM_TIMEOUT: 'it took too long',
    VM_CPU: 'it computed for too long',
    VM_MEMORY: 'it took too much memory',
    VM_OUTPUT: 'it printed too much',
    VM_CRASHED: 'it crashed',
    VM_CANCELLED: 'nobody waits for it any more',
    silent: 'it answered, and then went on',
    lost: 'it was lost before it ran anything',
  }),
);

/** What becomes of sandboxes, in words, by type of the fact. */
export const sandboxSentences = /** @type {Readonly<Record<string, (fact: Fact) => Sentence>>} */ ({
  'isolation.proved': ({ subject = '', data: { engine } }) => ({
    tone: 'back',
    subject,
    text: `is proved to keep code in, by ${plain(engine)}`,
  }),
  'isolation.lost': ({ subject = '', data: { unavailable, fix } }) => {
    const hint = fix === undefined ? '' : `; what helps: ${plain(fix)}`;
    return { tone: 'fail', subject, text: `cannot be had: ${plain(unavailable)}${hint}` };
  },
  'isolation.moved': ({ data: { from, to } }) => ({
    tone: 'move',
    subject: 'isolation',
    text: `${plain(from)} → ${plain(to)}: the strongest level that can be had`,
  }),
  'vm.died': ({ subject = '', data: { because } }) => ({
    tone: 'fail',
    subject,
    text: `a sandbox is ended: ${deaths.get(String(because)) ?? plain(because)}`,
  }),
});
