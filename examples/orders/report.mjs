import { duration } from './words.mjs';

/** @typedef {import('./story.mjs').Played} Played */
/** @typedef {import('./processes.mjs').Processes} Processes */

const TITLE_COLUMNS = 74;

/**
 * What was promised and not seen.
 * @param {readonly Played[]} played
 * @param {number} actsMin
 * @param {Processes} processes
 */
export function brokenPromises(played, actsMin, { running }) {
  const broken = played.flatMap(({ title, expectations }) =>
    expectations.filter(({ isSeen }) => !isSeen).map(({ what }) => `${title}: ${what}`),
  );
  if (played.length < actsMin) broken.push(`${played.length} of ${actsMin} acts were played`);
  if (running.length > 0) broken.push(`left behind: process ${running.join(', ')}`);
  return broken;
}

/**
 * @param {readonly Played[]} played
 * @param {import('./tally.mjs').Tally} tally
 * @param {import('holdfast').DeadLetterView} deadLetters
 * @param {Processes} processes
 */
export function report(played, tally, deadLetters, processes) {
  const acts = played.map(({ title, durationMs, expectations }) => {
    const seen = expectations.filter(({ isSeen }) => isSeen).length;
    if (expectations.length === 0) return `  · ${title.padEnd(TITLE_COLUMNS)} not played`;
    const mark = seen === expectations.length ? '✔' : '✖';
    const took = duration(durationMs).padStart(7);
    return `  ${mark} ${title.padEnd(TITLE_COLUMNS)} ${seen} of ${expectations.length} ${took}`;
  });
  const rows = Object.entries(totals(tally, deadLetters, processes));
  return [
    '',
    `    ${'act'.padEnd(TITLE_COLUMNS)} seen      took`,
    ...acts,
    '',
    ...rows.map(([name, text]) => `    ${name.padEnd(14)}${text}`),
    '',
  ];
}

/**
 * @param {import('./tally.mjs').Tally} tally
 * @param {import('holdfast').DeadLetterView} deadLetters
 * @param {Processes} processes
 */
function totals(tally, deadLetters, { started, running }) {
  const escalated = tally.of('supervisor.escalated');
  const letters = Object.entries(deadLetters.byReason).map(([reason, n]) => `${n} ${reason}`);
  const calls = [
    `${tally.of('answered')} answered`,
    `${tally.of('retried')} when asked again`,
    `${tally.of('refused')} refused`,
    `${tally.of('failed')} failed`,
    `${tally.of('timedOut')} timed out`,
  ];
  const breakers = [
    `${tally.of('breaker.opened')} opened`,
    `${tally.of('breaker.probing')} tried`,
    `${tally.of('breaker.closed')} closed`,
    `${tally.of('breaker.isolated')} isolated`,
  ];
  return {
    failures: `${tally.of('actor.failed')}, of which ${escalated} by escalation`,
    restarts: `${tally.of('actor.restarted')}`,
    calls: calls.join(' · '),
    'from cache': `${tally.of('cached')} after a failure · ${tally.of('spared')} with no call made`,
    breakers: breakers.join(' · '),
    'dead letters': `${deadLetters.total}: ${letters.join(', ')}`,
    processes: `${started} were started, ${running.length} are left`,
  };
}
