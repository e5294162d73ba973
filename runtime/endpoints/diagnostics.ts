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

const telling = new Redactor({ allow: ['mode', 'is', 'isolation', 'status', 'affects', 'unit'] });

/** All that an operator may look at, as plain data without secrets, of a bounded size. */
export function diagnosticsOf(diagnosed: Diagnosed) {
  const { name, kernel, breakers, audit, peers } = diagnosed;
  const { segments, holds, because, ...status } = audit.status();
  const tree = treeSummary(kernel.root, CHILDREN_MAX);
  const { total } = peers.usage();
  const connected = peers.list();
  return {
    name,
    time: new Date(kernel.clock.wallMs()).toISOString(),
    health: telling.redact(diagnosed.health()),
    modes: telling.redact(diagnosed.standings()),
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

/** What an event holds besides its type is nobody's but its sender's. */
const toldLetter = ({ subject, reason, event, atMs }: DeadLetter) => ({
  subject: maskName(subject.slice(0, NAME_CHARACTERS_MAX)),
  reason,
  type: maskName(String(event?.type).slice(0, NAME_CHARACTERS_MAX)),
  atMs,
});
