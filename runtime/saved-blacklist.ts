import type { Blacklist, Blacklisted, BlacklistKeeper } from '../actors/peer/door/blacklist.ts';
import { publicKeyOfPeer } from '../actors/peer/wire/peer-id.ts';
import type { Persistence, Saver } from './kernel/persistence.ts';
import { savedBlame } from './options/blacklist.ts';

const PREFIX = 'blacklist/';

/** Who is blacklisted over a restart of the process, as many as there is room for in the state. */
class SavedBlacklist implements Saver, BlacklistKeeper {
  readonly #persistence: Persistence;
  readonly #blacklist: Blacklist;

  constructor(persistence: Persistence, blacklist: Blacklist) {
    this.#persistence = persistence;
    this.#blacklist = blacklist;
  }

  restore(): void {
    this.#persistence.restore(PREFIX, (id, value) => {
      const { data, error } = savedBlame.safeParse(value);
      if (data === undefined) return error.issues[0]?.path.join('.') ?? '';
      if (publicKeyOfPeer(id) === undefined) return 'id';
      const { v: _, ...entry } = data;
      this.#blacklist.add([{ id, ...entry }]);
      return undefined;
    });
  }

  listed({ id, ...entry }: Blacklisted): void {
    this.#persistence.mark(PREFIX + id, { take: () => ({ v: 1, ...entry }) });
  }

  forgiven(id: string): void {
    this.#persistence.remove(PREFIX + id);
  }

  markAll(): void {
    for (const entry of this.#blacklist.all()) this.listed(entry);
  }
}

/** The blacklist goes on from what was saved, and is saved from now on. */
export function saveBlacklist(persistence: Persistence, blacklist: Blacklist): void {
  const saved = new SavedBlacklist(persistence, blacklist);
  saved.restore();
  persistence.add(saved);
  blacklist.keepWith(saved);
}
