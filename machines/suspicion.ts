const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Weight {
  /** What one adds, and what all of them together come to at most. */
  readonly points: number;
  readonly max: number;
  /** Half of it is forgotten by then. */
  readonly halfLifeMs: number;
  readonly means: string;
}

/**
 * What makes a peer look like a honeypot or a sensor. What an honest peer that is slow, small, new
 * or of many may look like weighs little: one such sign alone never makes anybody watched.
 */
export const weights = {
  'canary.answered': {
    ...{ points: 40, max: 80, halfLifeMs: 7 * DAY_MS },
    means: 'it gave what does not exist: an answer of a method, or a way to a peer',
  },
  'canary.leaked': {
    ...{ points: 60, max: 80, halfLifeMs: 7 * DAY_MS },
    means: 'somebody else asked for an id that nobody but it was told',
  },
  'canary.claimed': {
    ...{ points: 6, max: 12, halfLifeMs: DAY_MS },
    means: 'it refused a method that does not exist as if there were one',
  },
  'canary.sought': {
    ...{ points: 15, max: 20, halfLifeMs: DAY_MS },
    means: 'it asked for an id that only a canary has named',
  },
  'peers.sought': {
    ...{ points: 8, max: 24, halfLifeMs: 6 * HOUR_MS },
    means: 'it asked for 24 different peers within an hour that it got no way to',
  },
  'answers.uniform': {
    ...{ points: 5, max: 15, halfLifeMs: DAY_MS },
    means: 'of 64 answers each took as long as the others, to 2 %',
  },
  'answers.flawless': {
    ...{ points: 4, max: 8, halfLifeMs: DAY_MS },
    means: 'none of its answers failed, where one of a million peers like the others were so lucky',
  },
  'fingerprint.shared': {
    ...{ points: 6, max: 12, halfLifeMs: DAY_MS },
    means: 'four identities came from one address within ten seconds, or ids begin alike',
  },
} as const satisfies Readonly<Record<string, Weight>>;

export type Sign = keyof typeof weights;

export const isSign = (name: string): name is Sign => Object.hasOwn(weights, name);

export const signs: readonly Sign[] = Object.keys(weights).filter(isSign);

/**
 * How suspicious somebody is, least first, and where each begins. Why there: see what
 * `npm run soak -- honeypots` chooses.
 */
export const bands = { clear: 0, watched: 30, suspect: 45 } as const;
export type Band = keyof typeof bands;

/** Who is in a band leaves it so many points below where it begins. */
const STAYS = 5;
const SCORE_MAX = 100;
/** Points. Less than that is forgotten. */
const NOTICEABLE = 0.5;

/** All that one sign came to: points as of `atMs`, wall-clock milliseconds. */
export interface Mark {
  readonly points: number;
  readonly times: number;
  readonly atMs: number;
}

/** What is held against one identity, by sign: never more than there are signs. */
export type Suspicion = Readonly<Partial<Record<Sign, Mark>>>;

export const unsuspected: Suspicion = {};

/** What is held against it now. A clock that was set back fades nothing. */
function pointsAt(sign: Sign, { points, atMs }: Mark, nowMs: number): number {
  return points * 0.5 ** (Math.max(0, nowMs - atMs) / weights[sign].halfLifeMs);
}

/** Suspicion after `sign`. No sign ever makes it less: only time does. */
export function suspect(before: Suspicion, sign: Sign, nowMs: number): Suspicion {
  const { points, max } = weights[sign];
  const mark = before[sign] ?? { points: 0, times: 0, atMs: nowMs };
  const sum = Math.min(max, pointsAt(sign, mark, nowMs) + points);
  return { ...before, [sign]: { points: sum, times: mark.times + 1, atMs: nowMs } };
}

/** What was held against either of two that are one: of each sign the more. */
export function joined(one: Suspicion, other: Suspicion, nowMs: number): Suspicion {
  const both = signs.flatMap((sign) => {
    const marks = [one[sign], other[sign]].filter((mark) => mark !== undefined);
    const [most] = marks.toSorted((a, b) => pointsAt(sign, b, nowMs) - pointsAt(sign, a, nowMs));
    return most === undefined ? [] : [[sign, most] as const];
  });
  return Object.fromEntries(both);
}

/** 0 to 100, to a thousandth. */
export function suspicionAt(suspicion: Suspicion, nowMs: number): number {
  const sum = evidenceAt(suspicion, nowMs).reduce((all, { points }) => all + points, 0);
  return Math.round(Math.min(SCORE_MAX, sum) * 1_000) / 1_000;
}

/** The band of a score, for who was in `before`: who wavers about a threshold stays. */
export function bandOf(score: number, before: Band): Band {
  const isIn = (band: Band): boolean =>
    score >= bands[band] - (bands[before] >= bands[band] ? STAYS : 0);
  if (isIn('suspect')) return 'suspect';
  return isIn('watched') ? 'watched' : 'clear';
}

/** One sign, and what it comes to now. */
export interface Evidence {
  readonly sign: Sign;
  readonly points: number;
  readonly times: number;
  /** When it was seen last. */
  readonly atMs: number;
}

/** What weighs most first. */
export function evidenceAt(suspicion: Suspicion, nowMs: number): readonly Evidence[] {
  const all = signs.flatMap((sign) => {
    const mark = suspicion[sign];
    const points = mark === undefined ? 0 : pointsAt(sign, mark, nowMs);
    if (mark === undefined || points < NOTICEABLE) return [];
    return [{ sign, points, times: mark.times, atMs: mark.atMs }];
  });
  return all.toSorted((one, other) => other.points - one.points);
}
