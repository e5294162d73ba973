import type { DeadLetter } from '../kernel/dead-letters.ts';
import { maskName, maskSecrets } from '../masking.ts';
import { Redactor } from '../redaction.ts';
import { breakerSummary } from './breaker-summary.ts';
import type { Diagnosed } from './diagnosed.ts';
import { treeSummary } from './tree-summary.ts';

const CHILDREN_MAX = 1_000;
const BREAKERS_MAX = 200;
const PEERS_MAX = 200;
const LETTERS_MAX = 50;
const SEGMENTS_MAX = 50;
const NAME_CHARACTERS_MAX = 500;
/** Checks, and modes. */
const NAMED_MAX = 150;

const telling = new Redactor({ allow: ['mode', 'is', 'isolation', 'status', 'affects', 'unit'] });

/** All that an operator may look at, as plain data without secrets, of a bounded size. */
export function diagnosticsOf(diagnosed: Diagnosed) {
  const { name, kernel, breakers, audit, peers } = diagnosed;
  const { segments, holds, because, ...status } = audit.status();
  const tree = treeSummary(kernel.root, CHILDREN_MAX);
  const { total } = peers.usage();
  const connected = peers.list();
  const { checks, ...health } = diagnosed.health();
  return {
    name,
    time: new Date(kernel.clock.wallMs()).toISOString(),
    health: { ...health, checks: toldByName(checks) },
    modes: toldByName(diagnosed.standings()),
    tree: tree.root,
    breakers: breakerSummary(breakers.actors(), BREAKERS_MAX),
    queues: {
      mailboxes: { waiting: tree.waiting, actors: tree.told, of: kernel.actors },
      audit: { queued: status.queued, spooled: status.spooled, lost: status.lost },
    },
    audit: {
      ...status,
      because: maskSecrets(because),
      segments: segments.slice(-SEGMENTS_MAX),
      holds: holds.length,
    },
    ledger: total,
    peers: { connected: connected.length, told: connected.slice(0, PEERS_MAX) },
    deadLetters: {
      total: kernel.letters.total,
      byReason: kernel.letters.byReason,
      recent: kernel.letters.recent.slice(-LETTERS_MAX).map(toldLetter),
    },
  };
}

/** Whoever named one chose its name to be read: it is no field of somebody's data. */
export function toldByName(
  all: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const entries = Object.entries(all).slice(0, NAMED_MAX);
  return Object.fromEntries(entries.map(([name, each]) => [maskName(name), telling.redact(each)]));
}

/** What an event holds besides its type is nobody's but its sender's. */
export const toldLetter = ({ subject, reason, event, atMs }: DeadLetter) => ({
  subject: maskName(subject.slice(0, NAME_CHARACTERS_MAX)),
  reason,
  type: maskName(String(event?.type).slice(0, NAME_CHARACTERS_MAX)),
  atMs,
});
