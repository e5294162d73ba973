import { duration, plain } from './words.mjs';

/** @typedef {import('holdfast').Fact} Fact */
/** @typedef {import('./sentence.mjs').Sentence} Sentence */

const logs = new Map(
  Object.entries({
    readWrite: 'records are taken, and so is work with effects',
    spooling: 'records are kept aside',
    readOnly: 'work with effects is refused, reads are served',
    failed: 'only an operator can help',
  }),
);

const doors = new Map(
  Object.entries({
    normal: 'strangers are let in',
    pressured: 'strangers have to work first',
    shedding: 'the least trusted are let go',
  }),
);

/**
 * Without the folders of files.
 * @param {unknown} text
 */
const short = (text) => plain(plain(text).replace(/\/\S+\/(?=[^/\s])/g, '…/'));

/**
 * @param {string} what
 * @returns {(fact: Fact) => Sentence}
 */
const trouble =
  (what) =>
  ({ subject = '', data: { code, because } }) => {
    const why = [code, because].filter((part) => typeof part === 'string').map(short);
    return { tone: 'fail', subject, text: [what, ...why].join(': ') };
  };

/** What moves audit and load, in words, by type of the fact. */
export const modeSentences =
  /** @type {Readonly<Record<string, (fact: Fact) => Sentence | undefined>>} */ ({
    'audit.append.failed': trouble('a record cannot be written'),
    'audit.append.stalled': trouble('a record takes too long'),
    'audit.spool.failed': trouble('nor can it be kept aside'),
    'audit.spool.filled': trouble('no more can be kept aside'),
    'audit.reopen.failed': trouble('the log cannot be opened'),
    'audit.files.vanished': trouble('the log is gone'),
    'audit.tampering.found': trouble('the log was tampered with'),
    'audit.space.low': trouble('little room is left on the disk'),
    'audit.moved': ({ subject = '', data: { from, to } }) => {
      const isReturn = from === 'readOnly' && to === 'spooling';
      const how = isReturn ? 'what was kept aside is put back' : logs.get(String(to));
      if (how === undefined) return undefined;
      return { tone: 'move', subject, text: `${plain(from)} → ${plain(to)}: ${how}` };
    },
    'audit.replayed': ({ subject = '', data: { records } }) => ({
      tone: 'back',
      subject,
      text: `${records} records that were kept aside are in the log`,
    }),
    'audit.gap': ({ subject = '', data: { lost } }) => ({
      tone: 'decide',
      subject,
      text: `puts on record that ${lost} facts about itself could not be kept`,
    }),
    'load.moved': ({ subject = '', data: { from, to, loopDelayMs, cpuRatio } }) => {
      const measured = `event loop ${duration(Number(loopDelayMs))} late, CPU ${percent(cpuRatio)}`;
      const how = doors.get(String(to));
      return { tone: 'move', subject, text: `${plain(from)} → ${plain(to)}: ${how} (${measured})` };
    },
  });

/** @param {unknown} ratio */
const percent = (ratio) => `${Math.round(Number(ratio) * 100)} %`;
