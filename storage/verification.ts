/** From best to worst. */
export const verdicts = [
  'ok',
  'shredded',
  'tornTail',
  'unverifiable',
  'rolledBack',
  'tampered',
] as const;

export type Verdict = (typeof verdicts)[number];

export interface SegmentVerdict {
  readonly segment: number;
  readonly verdict: Verdict;
  /** Index of its first record, and of the one after its last. */
  readonly first: number;
  readonly size: number;
  readonly because?: string;
}

export interface Verification {
  readonly verdict: Verdict;
  /** Records in the log, shredded ones included. */
  readonly size: number;
  /** Records whose bytes were checked. */
  readonly checked: number;
  /** Records that no anchor has: who has the keys could have changed them. All, without one. */
  readonly unanchored: number;
  readonly segments: readonly SegmentVerdict[];
  /** What is wrong beside the segments: with the head, the key page, stray files. */
  readonly problems: readonly { readonly verdict: Verdict; readonly because: string }[];
}

export const worst = (all: readonly Verdict[]): Verdict =>
  verdicts[Math.max(0, ...all.map((verdict) => verdicts.indexOf(verdict)))] ?? 'ok';

/** What neither a crash nor a failing disk leaves behind. */
export const isAlarm = (verdict: Verdict): boolean =>
  verdict === 'tampered' || verdict === 'rolledBack';
