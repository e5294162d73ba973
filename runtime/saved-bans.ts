import type { AccessList, BanKeeper, RangeBan } from '../actors/peer/door/access-list.ts';
import { parseRange } from '../actors/peer/door/cidr.ts';
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
    this.#persistence.restore(PREFIX, (cidr, value) => {
      const range = parseRange(cidr);
      const { data, error } = savedBan.safeParse(value);
      if (data === undefined) return error.issues[0]?.path.join('.') ?? '';
      if (range === undefined) return 'cidr';
      const nowMs = this.#clock.wallMs();
      const { reason, untilMs } = data;
      if (nowMs >= untilMs) this.#persistence.remove(PREFIX + cidr);
      else this.#access.ban(range, { cidr, reason, untilMs }, nowMs);
      return undefined;
    });
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
