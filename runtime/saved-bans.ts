import type { AccessList, BanKeeper, RangeBan } from '../actors/peer/door/access-list.ts';
import { parseRange } from '../actors/peer/door/cidr.ts';
import type { Saved } from '../actors/state.ts';
import type { Clock } from '../storage/ports.ts';
import type { Persistence, Saver } from './kernel/persistence.ts';
import { savedBan } from './options/trust.ts';

const PREFIX = 'ban/';

/** Bans of ranges over a restart of the process, as many as there is room for in the state. */
class SavedBans implements Saver, BanKeeper {
  readonly #persistence: Persistence;
  readonly #access: AccessList;
  readonly #clock: Pick<Clock, 'wallMs'>;

  constructor(persistence: Persistence, access: AccessList, clock: Pick<Clock, 'wallMs'>) {
    this.#persistence = persistence;
    this.#access = access;
    this.#clock = clock;
  }

  /** What is of no use is refused, and no ban. */
  restore(): void {
    for (const name of [...this.#persistence.left.keys()]) {
      if (!name.startsWith(PREFIX)) continue;
      const saved = this.#persistence.take(name);
      if (saved !== undefined) this.#restore(name, saved);
    }
  }

  #restore(name: string, saved: Saved): void {
    const cidr = name.slice(PREFIX.length);
    const range = parseRange(cidr);
    const { success, data, error } = savedBan.safeParse(saved.value);
    if (!success || range === undefined) {
      const field = error?.issues[0]?.path.join('.') ?? 'cidr';
      const invalid = { because: 'invalid', field } as const;
      const refusal = saved.isDamaged ? ({ because: 'damaged' } as const) : invalid;
      return this.#persistence.refuse(name, cidr, saved, refusal);
    }
    const nowMs = this.#clock.wallMs();
    const { reason, untilMs } = data;
    if (nowMs >= untilMs) this.#persistence.remove(name);
    else this.#access.ban(range, { cidr, reason, untilMs }, nowMs);
  }

  banned({ cidr, reason, untilMs }: RangeBan): void {
    this.#persistence.mark(PREFIX + cidr, { take: () => ({ v: 1, reason, untilMs }) });
  }

  unbanned(cidr: string): void {
    this.#persistence.remove(PREFIX + cidr);
  }

  markAll(): void {
    for (const ban of this.#access.bans(this.#clock.wallMs())) this.banned(ban);
  }
}

/** Bans of ranges go on from what was saved, and are saved from now on. */
export function saveBans(
  persistence: Persistence,
  access: AccessList,
  clock: Pick<Clock, 'wallMs'>,
): void {
  const saved = new SavedBans(persistence, access, clock);
  saved.restore();
  persistence.add(saved);
  access.keepWith(saved);
}
