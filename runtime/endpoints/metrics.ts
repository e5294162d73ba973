import type { HealthStatus } from '../../actors/health.actor.ts';
import { modesOf } from '../../machines/promises.ts';
import { bands } from '../../machines/suspicion.ts';
import { levels } from '../../machines/trust.ts';
import { maskName } from '../masking.ts';
import { breakerSummary } from './breaker-summary.ts';
import type { Diagnosed } from './diagnosed.ts';
import type { Metric, Series } from './open-metrics.ts';

/** Series of one metric that are named by somebody else. */
const NAMED_MAX = 100;

/** What is counted and measured of a runtime; so many series, however large it is. */
export function metricsOf(diagnosed: Diagnosed, refused: number) {
  return [
    ...runtimeMetrics(diagnosed, refused),
    ...healthMetrics(diagnosed),
    ...breakerMetrics(diagnosed),
    ...auditMetrics(diagnosed),
    ...peerMetrics(diagnosed),
    ...feedMetrics(diagnosed),
  ];
}

function gauge(name: string, help: string, value: number | readonly Series[]): Metric {
  return { name: `holdfast_${name}`, kind: 'gauge', help, series: seriesOf(value) };
}

function counter(name: string, help: string, value: number | readonly Series[]): Metric {
  return { name: `holdfast_${name}`, kind: 'counter', help, series: seriesOf(value) };
}

const seriesOf = (value: number | readonly Series[]): readonly Series[] =>
  typeof value === 'number' ? [{ value }] : value;

const by = (label: string, counts: Iterable<readonly [string, number]>): readonly Series[] =>
  Array.from(counts, ([name, value]) => ({ labels: { [label]: name }, value }));

interface Stated {
  readonly labels?: Series['labels'];
  readonly is: string;
}

/** Every state has its series: whoever keeps what was told last would else see two. */
function stateset(
  name: string,
  help: string,
  all: readonly Stated[],
  statesOf: (stated: Stated) => readonly string[],
): Metric {
  const own = `holdfast_${name}`;
  const series = all.flatMap((stated) =>
    statesOf(stated).map((state) => ({
      labels: { ...stated.labels, [own]: state },
      value: state === stated.is ? 1 : 0,
    })),
  );
  return { name: own, kind: 'stateset', help, series };
}

const known: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(modesOf));

/** All that a part may be in, or was closed in; of one of an embedder, the one that it is in. */
const modesAround = ({ labels, is }: Stated): readonly string[] => [
  ...new Set([...(known.get(labels?.of ?? '') ?? []), is]),
];

function runtimeMetrics(
  { name, kernel, standings }: Diagnosed,
  refused: number,
): readonly Metric[] {
  const modes = new Map(
    Object.entries(standings())
      .slice(0, NAMED_MAX)
      .map(([of, standing]) => [maskName(of), maskName(String(Object(standing).mode))]),
  );
  return [
    gauge('runtime', 'The runtime that is told of.', [{ labels: { name }, value: 1 }]),
    gauge('actors', 'Actors and supervisors in the tree.', kernel.actors),
    stateset(
      'mode',
      'How far a part has stepped down.',
      Array.from(modes, ([of, is]) => ({ labels: { of }, is })),
      modesAround,
    ),
    counter(
      'dead_letters',
      'Events that nobody handled.',
      by('reason', Object.entries(kernel.letters.byReason)),
    ),
    counter('diagnostics_refused', 'Requests to these pages that were refused.', refused),
  ];
}

const statuses: readonly HealthStatus[] = ['pass', 'warn', 'fail'];

function healthMetrics({ health }: Diagnosed): readonly Metric[] {
  const { status, isReady, checks } = health();
  const results = Object.entries(checks).slice(0, NAMED_MAX);
  const observed = results.flatMap(([check, result]) =>
    result.observed === undefined
      ? []
      : [{ labels: { check, unit: result.observed.unit }, value: result.observed.value }],
  );
  return [
    stateset('health', 'How the runtime is.', [{ is: status }], () => statuses),
    gauge('ready', 'Whether it is to be given work.', isReady ? 1 : 0),
    stateset(
      'health_check',
      'What each check found last.',
      results.map(([check, result]) => ({ labels: { check }, is: result.status })),
      () => statuses,
    ),
    gauge('health_observed', 'What each check measured last.', observed),
  ];
}

function breakerMetrics({ breakers }: Diagnosed): readonly Metric[] {
  const { byGate, told } = breakerSummary(breakers.actors(), NAMED_MAX);
  const each = (pick: (breaker: (typeof told)[number]) => number): readonly Series[] =>
    told.map((breaker) => ({ labels: { breaker: breaker.name }, value: pick(breaker) }));
  return [
    gauge('breakers', 'All breakers, by their gate.', by('gate', Object.entries(byGate))),
    stateset(
      'breaker_gate',
      'The gate of a breaker; at most 100 are named, those that are not closed first.',
      told.map(({ name, gate }) => ({ labels: { breaker: name }, is: gate })),
      () => Object.keys(byGate),
    ),
    gauge(
      'breaker_isolated',
      'Whether somebody isolates it.',
      each((one) => +one.isIsolated),
    ),
    gauge(
      'breaker_calls',
      'Calls in its window.',
      each(({ calls }) => calls),
    ),
    gauge(
      'breaker_failures',
      'Those of them that failed.',
      each(({ failures }) => failures),
    ),
    gauge(
      'breaker_refused',
      'Calls refused since it was closed.',
      each(({ refused }) => refused),
    ),
  ];
}

function auditMetrics({ audit }: Diagnosed): readonly Metric[] {
  const status = audit.status();
  return [
    gauge('audit_records', 'Records in the audit log.', status.size),
    gauge('audit_unanchored', 'Those that no checkpoint has.', status.unanchored),
    gauge('audit_queued', 'Records that wait to be written.', status.queued),
    gauge('audit_spooled', 'Records that are kept aside.', status.spooled),
    gauge('audit_lost', 'Records that were lost, and not yet told of.', status.lost),
    gauge('audit_segment_bytes', 'Size of the segment that is written.', status.segmentBytes),
    gauge('audit_free_bytes', 'Free on its disk, when it was examined last.', status.freeBytes),
    gauge('audit_commit_seconds', 'How long the last commit took.', status.lastCommitMs / 1_000),
  ];
}

const bothWays = (received: number, sent: number): readonly Series[] =>
  by('way', [
    ['in', received],
    ['out', sent],
  ]);

function peerMetrics({ peers }: Diagnosed): readonly Metric[] {
  const { total } = peers.usage();
  const byLevel = new Map<string, number>(levels.map((level) => [level, 0]));
  const byBand = new Map<string, number>(Object.keys(bands).map((band) => [band, 0]));
  for (const { level, suspicion } of peers.list()) {
    byLevel.set(level, (byLevel.get(level) ?? 0) + 1);
    byBand.set(suspicion, (byBand.get(suspicion) ?? 0) + 1);
  }
  return [
    gauge('peers', 'Peers that are connected, by level.', by('level', byLevel)),
    gauge('peers_by_suspicion', 'Peers that are connected, by suspicion.', by('band', byBand)),
    counter(
      'peer_signs',
      'Signs of honeypots and sensors that were seen.',
      by('sign', peers.signs()),
    ),
    gauge('peer_held_bytes', 'Memory that is held for connections.', total.heldBytes),
    gauge(
      'peer_bytes',
      'Bytes to and from those that are connected.',
      bothWays(total.bytesIn, total.bytesOut),
    ),
    gauge(
      'peer_requests',
      'Requests to and from those that are connected.',
      bothWays(total.requestsIn, total.requestsOut),
    ),
  ];
}

const feedStatuses = ['empty', 'fresh', 'stale'] as const;

function feedMetrics({ peers }: Diagnosed): readonly Metric[] {
  const feeds = peers.feeds();
  const each = (pick: (feed: (typeof feeds)[number]) => number): readonly Series[] =>
    feeds.map((feed) => ({ labels: { feed: maskName(feed.path) }, value: pick(feed) }));
  return [
    stateset(
      'feed',
      'How each list of others stands.',
      feeds.map(({ path, status }) => ({ labels: { path: maskName(path) }, is: status })),
      () => feedStatuses,
    ),
    gauge(
      'feed_prefixes',
      'Prefixes that are heeded of a list of others.',
      each(({ prefixes }) => prefixes),
    ),
    gauge(
      'feed_bad_lines',
      'Lines of it that say nothing.',
      each(({ bad }) => bad),
    ),
  ];
}
