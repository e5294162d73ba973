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
    for (const name of [...this.#persistence.left.keys()]) {
      if (name.startsWith(PREFIX)) this.#restore(name);
    }
  }

  #restore(name: string): void {
    const saved = this.#persistence.take(name);
    if (saved === undefined) return;
    const id = name.slice(PREFIX.length);
    const { success, data, error } = savedBlame.safeParse(saved.value);
    if (success && publicKeyOfPeer(id) !== undefined) {
      const { v: _, ...entry } = data;
      this.#blacklist.add([{ id, ...entry }]);
      return;
    }
    const field = error?.issues[0]?.path.join('.') ?? 'id';
    const invalid = { because: 'invalid', field } as const;
    const refusal = saved.isDamaged ? ({ because: 'damaged' } as const) : invalid;
    this.#persistence.refuse(name, id, saved, refusal);
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
