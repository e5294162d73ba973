export const levels = ['untrusted', 'basic', 'verified', 'privileged', 'critical'] as const;
export type Level = (typeof levels)[number];

export const isAtLeast = (level: Level, floor: Level): boolean =>
  levels.indexOf(level) >= levels.indexOf(floor);

/** Where each level begins. */
const floors: Readonly<Record<Level, number>> = {
  untrusted: 0,
  basic: 31,
  verified: 51,
  privileged: 71,
  critical: 91,
};

export const BASELINE = 50;

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** A penalty is half forgotten by then; so is what was earned. */
const PENALTY_HALF_LIFE_MS = 6 * HOUR_MS;
const EARNED_HALF_LIFE_MS = 30 * 24 * HOUR_MS;

/** So much a good answer earns, so much all of them in an hour; health checks only up to there. */
const ANSWER_EARNS = 0.1;
const HOUR_EARNS_MAX = 2;
const HEALTH_EARNS_MAX = 10;

const BAN_MS = HOUR_MS;
const BAN_MS_MAX = 7 * 24 * HOUR_MS;

export interface TrustSettings {
  /** What all good answers together can lift trust to: 50 to 100. */
  readonly earnedMax: number;
}

/**
 * What one identity did, as a verified frame showed it, or what the operator decided about it.
 * What others report of it is no signal, and never becomes one. `times` is 1 unless told.
 */
export type TrustSignal = { readonly atMs: number } & (
  | { readonly type: keyof typeof costs | Earning; readonly times?: number | undefined }
  /** Inside a frame whose tag verified. */
  | { readonly type: 'rules.violated' }
  /** `untrusted` takes back what was granted. */
  | { readonly type: 'level.granted'; readonly level: Level }
  | { readonly type: 'peer.banned'; readonly forMs: number }
  | { readonly type: 'peer.unbanned' }
  /** It turned out to be somebody of whom something was known by an earlier key. */
  | { readonly type: 'peer.followed'; readonly of: Trust }
);

type Earning = 'request.answered' | 'health.answered';

/** What each failing costs. Of `rate.exceeded`, no more than `RATE_COSTS_MAX` a minute. */
const costs = {
  'request.timedOut': 1,
  'health.timedOut': 2,
  'payload.invalid': 3,
  'rate.exceeded': 1,
  'promise.broken': 5,
} as const;

const RATE_COSTS_MAX = 5;

/** A sum that is limited in each span of time; a span begins with what first counts in it. */
export interface Allowance {
  readonly sinceMs: number;
  readonly used: number;
}

/** What is known about one identity. Times are wall-clock milliseconds. */
export interface Trust {
  /** Above and below the baseline, as of `atMs`: both fade from then on. */
  readonly earned: number;
  readonly penalty: number;
  readonly atMs: number;
  readonly earnings: Allowance;
  readonly rateCosts: Allowance;
  /** A level that it has whatever its score; `untrusted` if none was granted. */
  readonly granted: Level;
  readonly bannedUntilMs: number;
  /** Bans by violation, each of which makes the next one twice as long. */
  readonly bans: number;
}

const unused: Allowance = { sinceMs: 0, used: 0 };

/** Somebody never heard of. */
export const stranger: Trust = {
  earned: 0,
  penalty: 0,
  atMs: 0,
  earnings: unused,
  rateCosts: unused,
  granted: 'untrusted',
  bannedUntilMs: 0,
  bans: 0,
};

const faded = (value: number, elapsedMs: number, halfLifeMs: number): number =>
  value * 0.5 ** (Math.max(0, elapsedMs) / halfLifeMs);

/** The same, seen at `nowMs`. A clock that was set back fades nothing. */
export function seenAt(trust: Trust, nowMs: number): Trust {
  const elapsedMs = nowMs - trust.atMs;
  return {
    ...trust,
    earned: faded(trust.earned, elapsedMs, EARNED_HALF_LIFE_MS),
    penalty: faded(trust.penalty, elapsedMs, PENALTY_HALF_LIFE_MS),
    atMs: nowMs,
  };
}

/** The allowance of the span that `nowMs` is in. */
function allowanceAt(allowance: Allowance, nowMs: number, spanMs: number): Allowance {
  const elapsedMs = nowMs - allowance.sinceMs;
  return elapsedMs >= 0 && elapsedMs < spanMs ? allowance : { sinceMs: nowMs, used: 0 };
}

/** Trust after `signal`. Signals in the order in which they came always lead to the same trust. */
export function judge(before: Trust, signal: TrustSignal, settings: TrustSettings): Trust {
  const trust = seenAt(before, signal.atMs);
  switch (signal.type) {
    case 'request.answered':
    case 'health.answered':
      return earn(trust, signal.type, signal.times ?? 1, settings);
    case 'rules.violated':
      return violate(trust);
    case 'level.granted':
      return { ...trust, granted: signal.level };
    case 'peer.banned':
      return { ...trust, bannedUntilMs: Math.max(trust.bannedUntilMs, trust.atMs + signal.forMs) };
    case 'peer.unbanned':
      return { ...trust, bannedUntilMs: 0, bans: 0 };
    case 'peer.followed':
      return joined(trust, seenAt(signal.of, signal.atMs));
    case 'rate.exceeded':
      return exceedRate(trust, signal.times ?? 1);
    default:
      return lose(trust, costs[signal.type] * (signal.times ?? 1));
  }
}

function earn(trust: Trust, type: Earning, times: number, { earnedMax }: TrustSettings): Trust {
  const allowance = allowanceAt(trust.earnings, trust.atMs, HOUR_MS);
  const ceiling = earnedMax - BASELINE;
  const top = type === 'health.answered' ? Math.min(HEALTH_EARNS_MAX, ceiling) : ceiling;
  const gain = Math.min(times * ANSWER_EARNS, HOUR_EARNS_MAX - allowance.used, top - trust.earned);
  if (gain <= 0) return trust;
  const earnings = { ...allowance, used: allowance.used + gain };
  return { ...trust, earned: trust.earned + gain, earnings };
}

function exceedRate(trust: Trust, times: number): Trust {
  const allowance = allowanceAt(trust.rateCosts, trust.atMs, MINUTE_MS);
  const cost = Math.min(times * costs['rate.exceeded'], RATE_COSTS_MAX - allowance.used);
  const rateCosts = { ...allowance, used: allowance.used + cost };
  return lose({ ...trust, rateCosts }, cost);
}

/** Whether `rate.exceeded` costs nothing more at `nowMs`: the minute has cost what it may. */
export function isRateSpent({ sinceMs, used }: Allowance, nowMs: number): boolean {
  const elapsedMs = nowMs - sinceMs;
  return used >= RATE_COSTS_MAX && elapsedMs >= 0 && elapsedMs < MINUTE_MS;
}

/** Below zero nothing is owed: trust comes back from there at the same pace for everybody. */
const lose = (trust: Trust, cost: number): Trust => ({
  ...trust,
  penalty: Math.min(trust.penalty + cost, BASELINE + trust.earned),
});

/** Two that are one: nothing is earned twice, and no failing, no ban and no grant is lost. */
function joined(one: Trust, other: Trust): Trust {
  const most = (a: Allowance, b: Allowance): Allowance => ({
    sinceMs: Math.max(a.sinceMs, b.sinceMs),
    used: Math.max(a.used, b.used),
  });
  const higher = isAtLeast(one.granted, other.granted) ? one : other;
  return {
    earned: Math.max(one.earned, other.earned),
    penalty: Math.max(one.penalty, other.penalty),
    atMs: one.atMs,
    earnings: most(one.earnings, other.earnings),
    rateCosts: most(one.rateCosts, other.rateCosts),
    granted: higher.granted,
    bannedUntilMs: Math.max(one.bannedUntilMs, other.bannedUntilMs),
    bans: Math.max(one.bans, other.bans),
  };
}

/** What happens while a ban runs is part of what it is for, and makes it no longer. */
function violate(trust: Trust): Trust {
  const fallen: Trust = { ...trust, earned: 0, penalty: BASELINE, granted: 'untrusted' };
  if (isBanned(trust, trust.atMs)) return fallen;
  const forMs = Math.min(BAN_MS * 2 ** trust.bans, BAN_MS_MAX);
  return { ...fallen, bannedUntilMs: trust.atMs + forMs, bans: trust.bans + 1 };
}

/** The same trust again, from the records that made it. */
export const replay = (signals: readonly TrustSignal[], settings: TrustSettings): Trust =>
  signals.reduce((trust, signal) => judge(trust, signal, settings), stranger);

export const isBanned = (trust: Trust, nowMs: number): boolean => nowMs < trust.bannedUntilMs;

/** How much is lost if somebody is forgotten, a running ban and a grant aside: 0 for a stranger. */
export function distanceAt(
  { earned, penalty, atMs, bans }: Pick<Trust, 'earned' | 'penalty' | 'atMs' | 'bans'>,
  nowMs: number,
): number {
  const elapsedMs = nowMs - atMs;
  const kept = faded(earned, elapsedMs, EARNED_HALF_LIFE_MS);
  return kept + faded(penalty, elapsedMs, PENALTY_HALF_LIFE_MS) + bans;
}

/** 0 to 100, to a thousandth. */
export function scoreAt(trust: Trust, nowMs: number): number {
  const elapsedMs = nowMs - trust.atMs;
  const earned = faded(trust.earned, elapsedMs, EARNED_HALF_LIFE_MS);
  const penalty = faded(trust.penalty, elapsedMs, PENALTY_HALF_LIFE_MS);
  const score = Math.max(BASELINE + earned - penalty, floors[trust.granted], 0);
  return Math.round(score * 1_000) / 1_000;
}

export function levelAt(trust: Trust, nowMs: number): Level {
  if (isBanned(trust, nowMs)) return 'untrusted';
  const score = scoreAt(trust, nowMs);
  return levels.findLast((level) => score >= floors[level]) ?? 'untrusted';
}
