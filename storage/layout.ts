import type { PaperKind } from './paper.ts';

/** Segments count from 1; their directories have eight digits. */
export const SEGMENTS_MAX = 99_999_999;

/**
 * LevelDB's own text and lock, and what readers keep: no evidence. Trap: reading LOCK drops the
 * lock of this process.
 */
const exempt = /^(LOG|LOG\.old|LOCK|\d{8}\.zones)$|\.tmp$/;

export const isEvidence = (name: string): boolean => !exempt.test(name);

export const segmentName = (segment: number): string => String(segment).padStart(8, '0');

/** Where the parts of an audit log lie, by the directory that holds it. */
export class Layout {
  readonly root: string;
  readonly keys: string;
  readonly head: string;
  readonly ballast: string;
  readonly spool: string;
  readonly checkpoint: string;
  readonly segments: string;
  readonly quarantine: string;

  constructor(root: string) {
    this.root = root;
    this.keys = root;
    this.head = `${root}/head`;
    this.ballast = `${root}/ballast`;
    this.spool = `${root}/spool`;
    this.checkpoint = `${root}/checkpoint`;
    this.segments = `${root}/segments`;
    this.quarantine = `${root}/quarantine`;
  }

  get directories(): readonly string[] {
    return [this.root, this.segments, this.quarantine];
  }

  store(segment: number): string {
    return `${this.segments}/${segmentName(segment)}`;
  }

  copyOf(segment: number): string {
    return `${this.quarantine}/${segmentName(segment)}`;
  }

  paper(segment: number, kind: PaperKind): string {
    return `${this.store(segment)}.${kind}`;
  }

  leaves(segment: number): string {
    return `${this.store(segment)}.leaves`;
  }

  destroyed(segment: number): string {
    return `${this.store(segment)}.destroyed`;
  }

  zones(segment: number): string {
    return `${this.store(segment)}.zones`;
  }
}

const entry = /^(\d{8})(?:\.(note|rest|shred|doubt|leaves|destroyed))?$/;

type What = 'store' | 'leaves' | 'destroyed' | PaperKind;

/** What stands in `segments/` under one number. */
export interface SegmentNames {
  readonly segment: number;
  readonly has: ReadonlySet<What>;
}

/** The names of a listing by their number, ascending; and those that mean nothing here. */
export function sortNames(names: readonly string[]): {
  readonly segments: readonly SegmentNames[];
  readonly strays: readonly string[];
} {
  const found = new Map<number, Set<What>>();
  const strays: string[] = [];
  for (const name of names.filter((candidate) => isEvidence(candidate))) {
    const [, digits, suffix = 'store'] = entry.exec(name) ?? [];
    if (digits === undefined || Number(digits) === 0) {
      strays.push(name);
      continue;
    }
    const has = found.get(Number(digits)) ?? new Set();
    found.set(Number(digits), has.add(suffix as What));
  }
  const segments = [...found].map(([segment, has]) => ({ segment, has }));
  return { segments: segments.sort((a, b) => a.segment - b.segment), strays };
}
