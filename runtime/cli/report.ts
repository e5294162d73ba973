import { type Hold, OPEN_END } from '../../storage/holds.ts';
import type { Verdict, Verification } from '../../storage/verification.ts';
import type { AuditGap, AuditRecord } from '../audit.ts';
import type { DirectoryStatus, ProcessStatus } from './audit-source.ts';
import { nameOfOwner } from './data-owner.ts';
import { printable } from './terminal.ts';

type Cells = readonly string[];

const meanings: Readonly<Record<Verdict, string>> = {
  ok: 'ok',
  shredded: 'ok, with shredded segments',
  tornTail: 'ok, with a torn tail, as a crash leaves it',
  unverifiable: 'unverifiable',
  rolledBack: 'ROLLED BACK',
  tampered: 'TAMPERED',
};

/** The verdict in one line; below it whatever is not ok. */
export function verificationText(verification: Verification): string {
  const { verdict, size, checked, unanchored, segments, problems } = verification;
  // Without a key every segment is unverifiable, and one line says so.
  const found = segments.filter(
    (each) => each.verdict !== 'ok' && (each.verdict !== 'unverifiable' || each.because),
  );
  const rows = [
    ...found.map(({ segment, verdict: each, first, size: end, because = '' }) => [
      `  segment ${segment}`,
      each,
      spanOf(first, end),
      because,
    ]),
    ...problems.map(({ verdict: each, because }) => ['  beside them', each, '', because]),
  ];
  const counts = `${count(size, 'record')} in ${count(segments.length, 'segment')}`;
  const told = `${counts}, ${checked} checked, ${unanchored} unanchored`;
  return [`${meanings[verdict]}: ${told}`, ...aligned(rows)].join('\n');
}

/** One record or gap, for people. */
export function recordText(read: AuditRecord | AuditGap): string {
  if (read.kind === 'gap') {
    return `${read.from}  records ${spanOf(read.from, read.to)} cannot be read: ${read.because}`;
  }
  const { time, type, subject = '-', data } = read.event;
  const told = [`${read.index}`, time, type, subject];
  return [...told, ...(data === undefined ? [] : [JSON.stringify(data)])].map(printable).join('  ');
}

export function statusText(status: DirectoryStatus | ProcessStatus): string {
  return isOfDirectory(status) ? directoryText(status) : processText(status);
}

const isOfDirectory = (status: DirectoryStatus | ProcessStatus): status is DirectoryStatus =>
  status.source === 'offline';

function directoryText(status: DirectoryStatus): string {
  const { directory, owner, isInUse, head, bytes, segments } = status;
  const rows = [
    ['directory', directory],
    [isInUse ? 'in use by' : 'last used by', nameOfOwner(owner)],
    ['head', head === null ? 'unknown: it takes the key' : headText(head)],
    ['segments', `${segments.length}, ${sizeText(bytes)}`],
  ];
  const each = segments.map((segment) => [
    `  ${segment.segment}`,
    segment.stage,
    segment.first === undefined ? '' : spanOf(segment.first, segment.size ?? segment.first),
    sizeText(segment.bytes),
  ]);
  return [...aligned(rows), ...aligned(each)].join('\n');
}

function headText({ size, segment, isClosed, writtenAt, ageMs }: Head): string {
  const end = isClosed ? 'closed cleanly' : 'not closed';
  const age = `${Math.max(0, Math.round(ageMs / 1_000))} s ago`;
  return `${count(size, 'record')}, segment ${segment}, written ${writtenAt} (${age}), ${end}`;
}

type Head = Exclude<DirectoryStatus['head'], null>;

function processText({ source: _, owner, directory, ...said }: ProcessStatus): string {
  const rows = Object.entries(said).map(([field, value]) => [field, valueText(value)]);
  return aligned([['directory', directory], ['in use by', nameOfOwner(owner)], ...rows]).join('\n');
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  if (typeof value !== 'object' || value === null) return `${value ?? '-'}`;
  return Object.values(value).map(valueText).join(' ');
}

/** One line for each. */
export function holdsText(holds: readonly Hold[]): string {
  if (holds.length === 0) return 'nothing is held';
  const rows = holds.map(({ name, from, to }) => [
    name,
    to === OPEN_END ? `${from} and all to come` : spanOf(from, to),
  ]);
  return aligned(rows).join('\n');
}

/** Indices as people count them, the last one included. */
const spanOf = (first: number, size: number): string =>
  size > first ? `${first}-${size - 1}` : 'empty';

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

function sizeText(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  const kib = bytes / 1_024;
  return kib < 1_024 ? `${kib.toFixed(1)} KiB` : `${(kib / 1_024).toFixed(1)} MiB`;
}

function aligned(rows: readonly Cells[]): readonly string[] {
  const widths = rows.reduce<readonly number[]>(
    (known, row) => row.map((cell, at) => Math.max(known[at] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, at) => printable(cell).padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
