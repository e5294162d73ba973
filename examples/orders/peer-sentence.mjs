import { plain } from './words.mjs';

/** @typedef {import('holdfast').Fact} Fact */
/** @typedef {import('./sentence.mjs').Sentence} Sentence */

const ID_SHOWN = 8;
const ID = /[a-z2-7]{52}$/;

/**
 * A fact about a peer, or about the breaker of its dials, under the name that we have for it.
 * @param {Fact} fact
 * @param {ReadonlyMap<string, string>} names by identity
 * @returns {Fact}
 */
export function named(fact, names) {
  const [id] = ID.exec(fact.subject ?? '') ?? [];
  if (id === undefined) return fact;
  return { ...fact, subject: names.get(id) ?? `peer ${id.slice(0, ID_SHOWN)}` };
}

const endings = new Map(
  Object.entries({
    'rules.violated': 'it broke the rules, under its seal',
    drained: 'as agreed',
    dropped: 'it is let go',
    'link.lost': 'the link is gone',
    'link.closed': 'the link was closed',
  }),
);

const reaches = new Map(
  Object.entries({
    mesh: 'peers are reached, and others through them',
    direct: 'peers are reached, but nobody through them',
    isolated: 'nobody is reached, and what is asked waits',
  }),
);

/** What becomes of peers, in words, by type of the fact. */
export const peerSentences = /** @type {Readonly<Record<string, (fact: Fact) => Sentence>>} */ ({
  'peer.opened': ({ subject = '', data: { role, carrier } }) => {
    const through = carrier === 'relay' ? ' through another peer' : '';
    const way = role === 'initiator' ? `is reached${through}` : `comes in${through}`;
    return { tone: 'start', subject, text: `${way}, and has proved who it is` };
  },
  'route.moved': ({ data: { from, to } }) => {
    const how = reaches.get(String(to));
    return { tone: 'move', subject: 'routes', text: `${plain(from)} → ${plain(to)}: ${how}` };
  },
  'peer.ended': ({ subject = '', data: { ending } }) => {
    const how = endings.get(String(ending)) ?? plain(ending);
    return { tone: 'quiet', subject, text: `connection is over: ${how}` };
  },
  'peer.banned': ({ subject = '', time, data: { bannedUntilMs, rule, reason } }) => {
    const minutes = Math.round((Number(bannedUntilMs) - Date.parse(time)) / 60_000);
    const text = `is banned for ${minutes} min: ${plain(rule ?? reason)}`;
    return { tone: 'open', subject, text };
  },
});
