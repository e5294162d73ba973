import {
  isBanned,
  isRateSpent,
  judge,
  type Level,
  levelAt,
  scoreAt,
  seenAt,
  type Trust,
  type TrustSettings,
  type TrustSignal,
} from '../../machines/trust.ts';
import type { Cancel } from '../../storage/ports.ts';
import type { FactType } from '../fact-family.ts';
import type { Kernel } from '../world.ts';
import { Offenders } from './offenders.ts';

/** What a peer answered in time, which is judged once a minute. */
export type Earning = 'request.answered' | 'health.answered';

/** What a peer failed at, as a verified frame or our own clock showed it. */
export type Failing = Exclude<
  Extract<TrustSignal, { readonly times?: number | undefined }>['type'],
  Earning
>;

/** Keeps trust over restarts. They may not throw. */
export interface TrustKeeper {
  changed(id: string, trust: Trust, nowMs: number): void;
  /** There was no room for it any more: it is a stranger. */
  forgotten(id: string): void;
}

export interface ReputationTools {
  readonly kernel: Pick<Kernel, 'clock' | 'tell'>;
  readonly settings: TrustSettings;
  readonly identitiesMax: number;
  /** It is banned from now on: its connections are to end. Called on the stack of the judgement. */
  onBanned(id: string): void;
}

/** What one identity is trusted now. */
export interface Standing {
  readonly id: string;
  readonly score: number;
  readonly level: Level;
  /** `untrusted` if none was. */
  readonly granted: Level;
  /** Wall-clock milliseconds; 0 if it is not banned. */
  readonly bannedUntilMs: number;
}

const EARNINGS_MS = 60_000;
/** Identities with earnings that wait; of more, all are judged at once. */
const EARNING_MAX = 10_000;
/** Points. What moves trust by less is no judgement, or floods of the same would be as many. */
const NOTICEABLE = 0.05;

/**
 * What each identity is trusted, by all that was held for and against it. Every judgement is one
 * fact about it, with `signal`, `atMs`, `before` and `earnedMax`: machines/trust.ts makes of them
 * what it is trusted afterwards, to the last bit.
 *
 * Identities are peer ids of which the handshake has proven that they are their own. What others
 * say about one is no signal: there is no way to tell it here.
 */
export class Reputation {
  readonly #tools: ReputationTools;
  readonly #offenders: Offenders;
  readonly #earnings = new Map<string, Record<Earning, number>>();
  #cancelEarnings: Cancel | undefined;
  #keeper: TrustKeeper | undefined;

  constructor(tools: ReputationTools) {
    this.#tools = tools;
    this.#offenders = new Offenders(tools.identitiesMax);
  }

  /** Identities that are no strangers. */
  get size(): number {
    return this.#offenders.size;
  }

  /** Whether it is no stranger. */
  has(id: string): boolean {
    return this.#offenders.has(id);
  }

  keepWith(keeper: TrustKeeper): void {
    this.#keeper = keeper;
  }

  /** Goes on from what was kept: no judgement, and no fact. */
  restore(id: string, trust: Trust): void {
    this.#offenders.set(id, trust, this.#nowMs());
  }

  // --- what an identity did -------------------------------------------------------------------

  earned(id: string, signal: Earning): void {
    const earnings = this.#earnings.get(id) ?? { 'request.answered': 0, 'health.answered': 0 };
    earnings[signal] += 1;
    this.#earnings.set(id, earnings);
    if (this.#earnings.size >= EARNING_MAX) return this.judgeEarnings();
    this.#cancelEarnings ??= this.#tools.kernel.clock.after(EARNINGS_MS, () =>
      this.judgeEarnings(),
    );
  }

  /** Judges what was earned and waits, now: before the end. */
  judgeEarnings(): void {
    this.#cancelEarnings?.();
    this.#cancelEarnings = undefined;
    const earnings = [...this.#earnings];
    this.#earnings.clear();
    for (const [id, times] of earnings) {
      for (const type of ['request.answered', 'health.answered'] as const) {
        if (times[type] > 0) this.#judgeIfNoticeable(id, this.#now({ type, times: times[type] }));
      }
    }
  }

  failed(id: string, signal: Failing): void {
    const now = this.#now({ type: signal });
    // A flood is refused with every request of it.
    const isSpent =
      signal === 'rate.exceeded' && isRateSpent(this.#offenders.rateCosts(id), now.atMs);
    if (!isSpent) this.#judgeIfNoticeable(id, now);
  }

  /**
   * Bans it, and takes all its trust. Only for what was inside a frame whose tag verified in a
   * sealed connection of that identity: before that, anybody on the path may have written it, and
   * it is a matter of the address, see conduct.ts. `rule` is one of a few words of ours.
   */
  violated(id: string, rule: string): void {
    this.#judgeIfNoticeable(id, this.#now({ type: 'rules.violated' }), { rule });
  }

  /** What is known of an earlier key of it is known of it from now on, and of that key no more. */
  follow(id: string, earlier: string): void {
    if (!this.#offenders.has(earlier)) return;
    this.judgeEarnings();
    const of = this.#offenders.get(earlier);
    const hasRoom = this.#judge(id, this.#now({ type: 'peer.followed', of }), { peer: earlier });
    if (!hasRoom) return;
    this.#offenders.forget(earlier);
    this.#keeper?.forgotten(earlier);
  }

  // --- what the operator decided --------------------------------------------------------------

  /** `untrusted` takes back what was granted. */
  grant(id: string, level: Level, reason: string, causeId?: string): void {
    this.#judge(id, this.#now({ type: 'level.granted', level }), { reason }, causeId);
  }

  ban(id: string, forMs: number, reason: string): void {
    this.#judge(id, this.#now({ type: 'peer.banned', forMs }), { reason });
  }

  unban(id: string, reason: string, causeId?: string): void {
    this.#judge(id, this.#now({ type: 'peer.unbanned' }), { reason }, causeId);
  }

  // --- what it is trusted ---------------------------------------------------------------------

  isBanned(id: string): boolean {
    return this.#offenders.isBanned(id, this.#nowMs());
  }

  level(id: string): Level {
    return levelAt(this.#offenders.get(id), this.#nowMs());
  }

  /** 0 to 100. */
  score(id: string): number {
    return scoreAt(this.#offenders.get(id), this.#nowMs());
  }

  trust(id: string): Trust {
    return this.#offenders.get(id);
  }

  standing(id: string): Standing {
    const [trust, nowMs] = [this.#offenders.get(id), this.#nowMs()];
    return {
      id,
      score: scoreAt(trust, nowMs),
      level: levelAt(trust, nowMs),
      granted: trust.granted,
      bannedUntilMs: isBanned(trust, nowMs) ? trust.bannedUntilMs : 0,
    };
  }

  /** All that are no strangers, which may be a million: take no more than you need. */
  *standings(): Iterable<Standing> {
    for (const id of this.#offenders.ids()) yield this.standing(id);
  }

  // --- judging --------------------------------------------------------------------------------

  /** Whole milliseconds, for they are written down. */
  #nowMs(): number {
    return Math.round(this.#tools.kernel.clock.wallMs());
  }

  #now<Signal>(signal: Signal): Signal & { readonly atMs: number } {
    return { ...signal, atMs: this.#nowMs() };
  }

  #judgeIfNoticeable(id: string, signal: TrustSignal, told: Told = {}): void {
    const before = seenAt(this.#offenders.get(id), signal.atMs);
    const after = judge(before, signal, this.#tools.settings);
    const isNoticeable =
      Math.abs(after.earned - before.earned) >= NOTICEABLE ||
      Math.abs(after.penalty - before.penalty) >= NOTICEABLE ||
      after.granted !== before.granted ||
      after.bans !== before.bans;
    if (isNoticeable) this.#judge(id, signal, told);
  }

  /** False if there was no room for it. */
  #judge(id: string, signal: TrustSignal, told: Told, causeId?: string): boolean {
    const { settings, kernel } = this.#tools;
    const before = this.#offenders.get(id);
    const after = judge(before, signal, settings);
    const { atMs } = signal;
    const hasRoom = this.#offenders.set(id, after, atMs, (forgotten) =>
      this.#keeper?.forgotten(forgotten),
    );
    if (!hasRoom) return false;
    const isBan = isBanned(after, atMs) && after.bannedUntilMs > before.bannedUntilMs;
    const judged = {
      ...dataOf(signal),
      ...told,
      score: scoreAt(after, atMs),
      level: levelAt(after, atMs),
      bannedUntilMs: after.bannedUntilMs,
      earnedMax: settings.earnedMax,
      before,
    };
    kernel.tell(factOf(signal, isBan), id, judged, causeId);
    this.#keeper?.changed(id, after, atMs);
    if (isBan) this.#tools.onBanned(id);
    return true;
  }
}

/** Why, in words. */
type Told = { readonly reason?: string; readonly rule?: string; readonly peer?: string };

function factOf({ type }: TrustSignal, isBan: boolean): FactType {
  if (type === 'level.granted') return 'peer.granted';
  if (type === 'peer.unbanned' || type === 'peer.followed') return type;
  return isBan || type === 'peer.banned' ? 'peer.banned' : 'peer.judged';
}

/** A signal, as the record of its judgement has it. */
function dataOf(signal: TrustSignal): Readonly<Record<string, unknown>> {
  const { type, atMs, ...rest } = signal;
  return 'level' in rest
    ? { signal: type, atMs, granted: rest.level }
    : { signal: type, atMs, ...rest };
}
