import type { VmEvidence } from '../../../actors/vm-drivers.ts';
import { toldByName, toldLetter } from '../../endpoints/diagnostics.ts';
import type { Inspected } from '../../inspected.ts';
import { maskName, maskSecrets } from '../../masking.ts';
import { Redactor } from '../../redaction.ts';
import type {
  AuditPanel,
  HealthPanel,
  LettersPanel,
  ModesPanel,
  Panels,
  PeersPanel,
  SandboxesPanel,
  ToldMode,
} from '../panel-shapes.ts';
import type { PanelName } from '../protocol.ts';
import { breakersPanel } from './breakers.ts';
import { NewestRecords } from './newest-records.ts';

type Shown = Pick<
  Inspected,
  'kernel' | 'breakers' | 'audit' | 'peers' | 'isolation' | 'modes' | 'health'
>;
type Makers = { readonly [Name in PanelName]: () => Panels[Name] };

const PEERS_MAX = 200;
const LETTERS_MAX = 200;
const SEGMENTS_MAX = 50;

/** Standings hold words of ours, and what somebody's checks and modes said. */
const standing = new Redactor({ allow: ['mode', 'is', 'isolation', 'status', 'affects', 'unit'] });
/** What each panel shows now. */
export function panelsOf(
  shown: Shown,
  timeOf: (monotonicMs: number) => number,
): (name: PanelName) => unknown {
  const newest = new NewestRecords(shown.audit);
  const makers: Makers = {
    modes: () => modesPanel(shown),
    health: () => healthPanel(shown),
    breakers: () => breakersPanel(shown.breakers.actors(), timeOf),
    peers: () => peersPanel(shown),
    sandboxes: () => sandboxesPanel(shown),
    audit: () => auditPanel(shown, newest),
    letters: () => lettersPanel(shown),
  };
  return (name) => makers[name]();
}

function modesPanel({ modes }: Shown): ModesPanel {
  const { audit, isolation, route, load, own, promises } = modes;
  const told = (mode: { snapshot(): unknown }) => standing.fields(mode.snapshot()) as object;
  const all = { audit, isolation, route, load };
  const byName = Object.fromEntries([...own].map(([name, mode]) => [name, mode.snapshot()]));
  const entries = Object.entries(all).map(([name, mode]) => [name, told(mode)]);
  return {
    ...(Object.fromEntries(entries) as Record<keyof typeof all, ToldMode>),
    own: toldByName(byName) as ModesPanel['own'],
    // All of it is in words of ours.
    promises: { ...promises.snapshot() },
  };
}

function healthPanel({ health }: Shown): HealthPanel {
  const { checks, ...report } = health();
  return { ...report, checks: toldByName(checks) as HealthPanel['checks'] };
}

function peersPanel({ peers }: Shown): PeersPanel {
  const usage = peers.usage();
  const told = peers.list().slice(0, PEERS_MAX);
  return {
    id: peers.fault === undefined ? peers.id : '',
    ...peers.attendance(),
    told: told.map(({ pingMs, ...peer }) => {
      const used = usage.byPeer.get(peer.id);
      return {
        ...peer,
        address: maskName(peer.address),
        ...(pingMs === undefined ? {} : { pingMs }),
        ...(used === undefined ? {} : { usage: { ...used } }),
      };
    }),
    total: { ...usage.total },
  };
}

function sandboxesPanel({ isolation }: Shown): SandboxesPanel {
  const { statuses, mode } = isolation;
  return {
    mode,
    levels: statuses.map(({ isolation: level, is, evidence: proof, unavailable, fix }) => ({
      isolation: level,
      is,
      ...(proof === undefined ? {} : { evidence: toldEvidence(proof) }),
      ...(unavailable === undefined ? {} : { unavailable: maskSecrets(unavailable) }),
      ...(fix === undefined ? {} : { fix: maskSecrets(fix) }),
    })),
    guests: statuses.map(({ isolation: level, idle, taken }) => ({
      isolation: level,
      idle,
      taken,
    })),
  };
}

/** What was read back from the system, under names of ours; digests are no secrets. */
function toldEvidence({ found, ...proof }: VmEvidence) {
  const masked = Object.entries(found).map(([name, value]) => [
    name,
    typeof value === 'string' ? maskSecrets(value) : value,
  ]);
  return { ...proof, found: Object.fromEntries(masked) };
}

function auditPanel({ audit }: Shown, newest: NewestRecords): AuditPanel {
  const { segments, holds, because, ...status } = audit.status();
  return {
    status: {
      ...status,
      because: maskSecrets(because),
      segments: segments.slice(-SEGMENTS_MAX),
      holds: holds.length,
    },
    records: newest.look(),
  };
}

function lettersPanel({ kernel: { letters } }: Shown): LettersPanel {
  const { total, byReason, recent } = letters;
  return { total, byReason, recent: recent.slice(-LETTERS_MAX).map(toldLetter) };
}
