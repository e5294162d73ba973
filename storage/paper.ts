import { concat, hex, sameBytes, text } from './bytes.ts';
import { mac } from './derivation.ts';
import type { Secret } from './secret.ts';
import { type Verdict, verdicts } from './verification.ts';

interface AnyPaper {
  readonly v: 1;
  readonly segment: number;
  /** Index of its first record; size of the log after its last. */
  readonly first: number;
  readonly size: number;
  /** The chain at `first` and at `size`, in hex. */
  readonly chainBefore: string;
  readonly chainAfter: string;
  /** Milliseconds since 1970: its first session, this paper. */
  readonly openedMs: number;
  readonly writtenMs: number;
}

interface FilesPaper extends AnyPaper {
  /** Each file that is evidence, by name; the hash in hex. */
  readonly files: readonly (readonly [name: string, bytes: number, hash: string])[];
}

/** The segment is sealed. */
export interface NotePaper extends FilesPaper {
  readonly kind: 'note';
}

/** The active segment rests since a clean end. */
export interface RestPaper extends FilesPaper {
  readonly kind: 'rest';
}

/** The segment was shredded. */
export interface ShredPaper extends AnyPaper {
  readonly kind: 'shred';
  /** Hash of the `.leaves` file, in hex. */
  readonly leaves: string;
  readonly because: string;
  /** Of the key page without the key. */
  readonly keyGeneration: number;
  /** Hash of the `.destroyed` file, in hex; none if it was shredded before there were such. */
  readonly destroyed?: string;
}

/** The segment is quarantined. */
export interface DoubtPaper extends FilesPaper {
  readonly kind: 'doubt';
  /** What a verifier says of it. */
  readonly verdict: Verdict;
  readonly because: string;
  /** Records that the head promised and the segment no longer has. */
  readonly lost: number;
  /** Each file of its repaired copy, as in `files`. */
  readonly copy: FilesPaper['files'];
}

export type Paper = NotePaper | RestPaper | ShredPaper | DoubtPaper;
export type PaperKind = Paper['kind'];

const LABEL = text('paper');
/** A line feed, 64 digits, a line feed. */
const TAIL_BYTES = 66;
const SEGMENT_MAX = 0xffff_ffff;

type Check = (value: unknown) => boolean;

const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isVerdict: Check = (value) => verdicts.some((verdict) => verdict === value);
const isText: Check = (value) => typeof value === 'string';
const isHash: Check = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const isHashOrNone: Check = (value) => value === undefined || isHash(value);
const isSegment: Check = (value) =>
  isCount(value) && Number(value) >= 1 && Number(value) <= SEGMENT_MAX;

function isFile(value: unknown): value is [string, number, string] {
  if (!Array.isArray(value) || value.length !== 3) return false;
  return isText(value[0]) && value[0] !== '' && isCount(value[1]) && isHash(value[2]);
}

function isFiles(value: unknown): boolean {
  if (!Array.isArray(value) || !value.every(isFile)) return false;
  const names = value.map(([name]) => name);
  return names.every((name, index) => index === 0 || String(names[index - 1]) < name);
}

/** Also the order in which a paper is written. */
const common: Readonly<Record<string, Check>> = {
  v: (value) => value === 1,
  kind: isText,
  segment: isSegment,
  first: isCount,
  size: isCount,
  chainBefore: isHash,
  chainAfter: isHash,
  openedMs: isCount,
  writtenMs: isCount,
};

const fieldsOf: Readonly<Record<PaperKind, Readonly<Record<string, Check>>>> = {
  note: { ...common, files: isFiles },
  rest: { ...common, files: isFiles },
  shred: {
    ...common,
    ...{ leaves: isHash, because: isText, keyGeneration: isCount, destroyed: isHashOrNone },
  },
  doubt: {
    ...common,
    ...{ verdict: isVerdict, because: isText, lost: isCount, files: isFiles, copy: isFiles },
  },
};

const isKind = (kind: unknown): kind is PaperKind =>
  typeof kind === 'string' && Object.hasOwn(fieldsOf, kind);

function isPaper(value: unknown): value is Paper {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  if (!isKind(value.kind)) return false;
  const given = new Map<string, unknown>(Object.entries(value));
  const fields = Object.entries(fieldsOf[value.kind]);
  if (!fields.every(([name, check]) => check(given.get(name)))) return false;
  return Number(given.get('first')) <= Number(given.get('size'));
}

function lineOf(paper: Paper): string {
  const given = new Map<string, unknown>(Object.entries(paper));
  const names = Object.keys(fieldsOf[paper.kind]);
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, given.get(name)])));
}

const nameOf = ({ segment, kind }: Paper): string => `${String(segment).padStart(8, '0')}.${kind}`;

/**
 * The bytes of the file `fileName`, such as `00000001.note`.
 * @throws {TypeError} if a field is not as the format says, or the name is not that of the paper.
 */
export function encodePaper(
  paper: Paper,
  fileName: string,
  key: Secret,
  storeId: Uint8Array,
): Uint8Array {
  if (!isPaper(paper)) throw new TypeError('paper must have the fields of its kind');
  if (nameOf(paper) !== fileName) {
    throw new TypeError(`fileName must be ${nameOf(paper)}, got ${fileName}`);
  }
  const line = text(lineOf(paper));
  const digits = hex(mac(key, LABEL, storeId, text(fileName), line));
  return concat(line, text(`\n${digits}\n`));
}

/** Undefined unless it is authentic, and exactly what `encodePaper` makes of a paper. */
export function decodePaper(
  bytes: Uint8Array,
  fileName: string,
  key: Secret,
  storeId: Uint8Array,
): Paper | undefined {
  const line = bytes.subarray(0, Math.max(0, bytes.length - TAIL_BYTES));
  const digits = hex(mac(key, LABEL, storeId, text(fileName), line));
  const tail = text(`\n${digits}\n`);
  if (!sameBytes(bytes.subarray(line.length), tail)) return undefined;
  return decodePaperUnkeyed(bytes, fileName);
}

/** The same for whoever has no key. Trap: nothing in it is authentic. */
export function decodePaperUnkeyed(bytes: Uint8Array, fileName: string): Paper | undefined {
  try {
    const [line = '', digits, end, ...rest] = decodeText(bytes).split('\n');
    if (!isHash(digits) || end !== '' || rest.length > 0) return undefined;
    const paper: unknown = JSON.parse(line);
    if (!isPaper(paper) || nameOf(paper) !== fileName) return undefined;
    return lineOf(paper) === line ? paper : undefined;
  } catch {
    return undefined;
  }
}

/** @throws {TypeError} if it is no UTF-8. */
function decodeText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}
