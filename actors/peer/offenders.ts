import {
  type Allowance,
  distanceAt,
  isBanned,
  levels,
  stranger,
  type Trust,
} from '../../machines/trust.ts';
import { Ranks, ranks } from './ranks.ts';

/** Numbers of one row, as 64-bit floats: what is replayed from records is equal to the last bit. */
const FIELDS = 10;
const BANNED_UNTIL = 8;
const ROWS_MIN = 64;
/** Of those that could go, so many are looked at. */
const LOOKED_AT = 64;

/**
 * What is known about identities: at most `capacity` of them, about 230 bytes each, and no scan,
 * whatever is asked. Who is not in it is a stranger. When it is full, who is nearest to a stranger
 * of 64 that are looked at goes; nobody banned before all who are not, nobody granted a level
 * before all others.
 */
export class Offenders {
  readonly #capacity: number;
  readonly #rows = new Map<string, number>();
  readonly #ids: string[] = [];
  readonly #ranks = new Ranks();
  #numbers = new Float64Array(0);
  /** Where the next look begins. */
  #hand = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#rows.size;
  }

  has(id: string): boolean {
    return this.#rows.has(id);
  }

  get(id: string): Trust {
    const row = this.#rows.get(id);
    return row === undefined ? stranger : this.#read(row);
  }

  rateCosts(id: string): Allowance {
    const row = this.#rows.get(id);
    return row === undefined ? stranger.rateCosts : this.#rateCosts(row);
  }

  isBanned(id: string, nowMs: number): boolean {
    const row = this.#rows.get(id);
    return row !== undefined && nowMs < this.#number(row, BANNED_UNTIL);
  }

  ids(): Iterable<string> {
    return this.#rows.keys();
  }

  /**
   * False if there is no room: all who are there are farther from a stranger, or banned, or granted
   * a level, and `id` is neither. `onForgotten` hears who had to go.
   */
  set(id: string, trust: Trust, nowMs: number, onForgotten?: (id: string) => void): boolean {
    const row = this.#rows.get(id) ?? this.#room(id, trust, nowMs, onForgotten);
    if (row === undefined) return false;
    this.#write(row, trust);
    this.#ranks.move(row, rankOf(trust, nowMs));
    return true;
  }

  forget(id: string): void {
    const row = this.#rows.get(id);
    if (row === undefined) return;
    this.#rows.delete(id);
    this.#ids[row] = '';
    this.#ranks.move(row, 'free');
  }

  /** A row for somebody new. */
  #room(
    id: string,
    trust: Trust,
    nowMs: number,
    onForgotten: ((id: string) => void) | undefined,
  ): number | undefined {
    if (this.#ranks.count('free') === 0 && this.#ranks.capacity < this.#capacity) this.#grow();
    if (this.#ranks.count('free') === 0) {
      const nearest = this.#nearest(nowMs);
      if (nearest === undefined) return undefined;
      if (this.#isNearer(trust, nearest, nowMs)) return undefined;
      const forgotten = this.#ids[nearest] ?? '';
      this.forget(forgotten);
      onForgotten?.(forgotten);
    }
    const row = this.#ranks.row('free', 0);
    if (row === undefined) return undefined;
    // A copy in one piece: an id that was put together piece by piece holds on to all of them.
    const copy = Buffer.from(id, 'latin1').toString('latin1');
    this.#ids[row] = copy;
    this.#rows.set(copy, row);
    return row;
  }

  /** Of two that are equal, the newer one stays. */
  #isNearer(trust: Trust, row: number, nowMs: number): boolean {
    const there = this.#read(row);
    const [rank, other] = [rankOf(trust, nowMs), rankOf(there, nowMs)];
    if (rank !== other) return ranks.indexOf(rank) < ranks.indexOf(other);
    return rank === 'plain' && distanceAt(trust, nowMs) < distanceAt(there, nowMs);
  }

  #grow(): void {
    const rows = Math.min(this.#capacity, Math.max(ROWS_MIN, 2 * this.#ranks.capacity));
    const numbers = new Float64Array(rows * FIELDS);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
    this.#ranks.grow(rows);
  }

  /** Of the first rank that has any. Whose ban is over by now is plain again. */
  #nearest(nowMs: number): number | undefined {
    this.#release(nowMs);
    const rank = ranks.find((one) => this.#ranks.count(one) > 0);
    if (rank === undefined) return undefined;
    const count = this.#ranks.count(rank);
    let nearest: number | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (let looked = 0; looked < Math.min(count, LOOKED_AT); looked++) {
      this.#hand = (this.#hand + 1) % count;
      const row = this.#ranks.row(rank, this.#hand) ?? 0;
      const trust = this.#read(row);
      const distance = rank === 'banned' ? trust.bannedUntilMs : distanceAt(trust, nowMs);
      if (distance >= least) continue;
      nearest = row;
      least = distance;
    }
    return nearest;
  }

  #release(nowMs: number): void {
    for (let looked = Math.min(this.#ranks.count('banned'), LOOKED_AT); looked > 0; looked--) {
      const row = this.#ranks.row('banned', this.#hand % this.#ranks.count('banned')) ?? 0;
      this.#hand += 1;
      if (nowMs >= this.#number(row, BANNED_UNTIL)) this.#ranks.move(row, 'plain');
    }
  }

  #number(row: number, field: number): number {
    return this.#numbers[row * FIELDS + field] ?? 0;
  }

  #rateCosts(row: number): Allowance {
    return { sinceMs: this.#number(row, 5), used: this.#number(row, 6) };
  }

  #read(row: number): Trust {
    return {
      earned: this.#number(row, 0),
      penalty: this.#number(row, 1),
      atMs: this.#number(row, 2),
      earnings: { sinceMs: this.#number(row, 3), used: this.#number(row, 4) },
      rateCosts: this.#rateCosts(row),
      granted: levels[this.#number(row, 7)] ?? 'untrusted',
      bannedUntilMs: this.#number(row, BANNED_UNTIL),
      bans: this.#number(row, 9),
    };
  }

  #write(row: number, trust: Trust): void {
    const { earned, penalty, atMs, earnings, rateCosts, granted, bannedUntilMs, bans } = trust;
    const sums = [earned, penalty, atMs, earnings.sinceMs, earnings.used];
    const rest = [rateCosts.sinceMs, rateCosts.used, levels.indexOf(granted), bannedUntilMs, bans];
    this.#numbers.set([...sums, ...rest], row * FIELDS);
  }
}

function rankOf(trust: Trust, nowMs: number): 'plain' | 'banned' | 'granted' {
  if (trust.granted !== 'untrusted') return 'granted';
  return isBanned(trust, nowMs) ? 'banned' : 'plain';
}
