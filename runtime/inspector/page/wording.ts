import type { Actor } from './model.ts';
import { counted, duration } from './sentences.ts';
import { span } from './span.ts';

/** A name, and what it is, as both are read. */
export type Told = readonly [name: string, text: string];

type Fields = Readonly<Record<string, unknown>>;

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `512 bytes`, `1.5 MiB`. */
export function sizeText(bytes: number): string {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** step;
  const digits = value < 10 && step > 0 ? 1 : 0;
  return `${Number(value.toFixed(digits)).toLocaleString('en')} ${UNITS[step]}`;
}

/** `restartsMax` is `restarts at most`, `minMs` is `min`: the unit stands with the value. */
export function nameText(name: string): string {
  const words = name
    .replace(/(Ms|Bytes)$/, '')
    .replace(/([A-Z])/g, ' $1')
    .toLowerCase();
  return words.replace(/^(.+) max$/, '$1 at most').replace(/^(.+) min$/, '$1 at least');
}

function valueText(name: string, value: unknown): string {
  if (value === null || value === '') return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string')
    return /^[a-z]+([A-Z][a-z]+)+$/.test(value) ? nameText(value) : value;
  if (typeof value !== 'number') return JSON.stringify(value);
  if (name.endsWith('Ms')) return duration(value);
  return name.endsWith('Bytes') ? sizeText(value) : value.toLocaleString('en');
}

/** Whatever it holds, a row each: `backoff, min` is `200 ms`. */
export const policyRows = (policy: Fields): readonly Told[] =>
  Object.entries(policy).flatMap(([name, value]): readonly Told[] => {
    if (typeof value !== 'object' || value === null)
      return [[nameText(name), valueText(name, value)]];
    return policyRows({ ...value }).map(([inner, told]) => [`${nameText(name)}, ${inner}`, told]);
  });

const auditNames: Readonly<Record<string, string>> = {
  mode: 'mode',
  because: 'because of',
  code: 'code of that',
  size: 'records',
  promisedSize: 'records that are promised',
  unanchored: 'records without a checkpoint',
  segment: 'segment now written',
  segmentBytes: 'size of that segment',
  queued: 'records to be written',
  spooled: 'records kept aside',
  lost: 'records lost',
  lastCommitMs: 'last commit took',
  freeBytes: 'room left on the disk',
  holds: 'holds against shredding',
  erasureDoubt: 'doubt about erasure',
};

/** How the log is; what there is nothing to say of is left out. */
export const auditRows = (status: Fields): readonly Told[] =>
  Object.entries(status).flatMap(([name, value]): readonly Told[] => {
    if (value === null || value === '' || typeof value === 'object') return [];
    const known = Object.hasOwn(auditNames, name) ? auditNames[name] : undefined;
    return [[known ?? nameText(name), valueText(name, value)]];
  });

/** What a check of health found besides its status and why. Times are of the calendar. */
export function checkRows(check: Fields, nowMs: number): readonly Told[] {
  const { status: _, because: __, affects, sinceMs, atMs, observed, ...more } = check;
  const { value, unit } = Object(observed);
  const isMeasured = typeof value === 'number';
  const ago = (ms: unknown): string => span(Math.max(0, nowMs - Number(ms)));
  return [
    ...(isMeasured ? [['measured', measured(value, unit)] as const] : []),
    ...(sinceMs === undefined ? [] : [['so for', ago(sinceMs)] as const]),
    ...(atMs === undefined ? [] : [['checked', `${ago(atMs)} ago`] as const]),
    ...(affects === undefined ? [] : [['if it fails', consequence(affects)] as const]),
    ...policyRows(more),
  ];
}

function measured(value: number, unit: unknown): string {
  if (unit === 'ms') return duration(value);
  if (unit === 'bytes') return sizeText(value);
  const count = Number(value.toFixed(2)).toLocaleString('en');
  if (typeof unit !== 'string') return count;
  return `${count} ${value === 1 ? unit.replace(/(?<=\w{2})s$/, '') : unit}`;
}

const consequence = (affects: unknown): string =>
  affects === 'readiness' ? 'this runtime is not ready' : 'it is told of, no more';

/** Of how it is, a word. The chart of a breaker that lets all through is none that has ended. */
export const lifeText = ({ kind, life, name }: Pick<Actor, 'kind' | 'life' | 'name'>): string =>
  life === 'ended' && kind === 'chart' && name.startsWith('breaker:') ? 'asleep' : life;

/** How often it has come back, as far as that counts. */
export const restartsText = (restarts: number): string =>
  `${counted(restarts, 'restart')} in its window`;
