import { siteOf } from '../address.ts';
import { Recent } from '../door/recent.ts';

const TOGETHER_MS = 10_000;
/** So many identities from one place within that time; so many whose ids begin alike. */
const CAME_MIN = 4;
const ALIKE_MIN = 3;
const GROUPS_MAX = 4_096;
/** Of a group; the oldest one makes room. */
const MEMBERS_MAX = 16;
/** 20 bits: of 1,000 peers, three begin alike by chance once in 6,000 times. */
const PREFIX_CHARACTERS = 4;

type Group = Map<string, number>;

/**
 * Identities that look like one and the same: those that came from one place at once, as all of a
 * household do after its line was down, and those whose ids begin alike, which is seldom chance.
 */
export class Fingerprints {
  readonly #places = new Recent<Group>(GROUPS_MAX);
  readonly #prefixes = new Recent<Group>(GROUPS_MAX);

  /** Those that now look like one, if it makes them so; nobody else does. */
  came(id: string, address: string, nowMs: number): readonly string[] {
    const place = address.includes(':') ? siteOf(address) : address;
    const together = this.#places.use(place, () => new Map());
    for (const [other, atMs] of together) if (nowMs - atMs > TOGETHER_MS) together.delete(other);
    const alike = this.#prefixes.use(id.slice(0, PREFIX_CHARACTERS), () => new Map());
    const isNew = !alike.has(id);
    join(together, id, nowMs);
    join(alike, id, nowMs);
    return [
      ...(together.size >= CAME_MIN ? together.keys() : []),
      ...(isNew && alike.size >= ALIKE_MIN ? alike.keys() : []),
    ];
  }
}

function join(group: Group, id: string, nowMs: number): void {
  group.delete(id);
  group.set(id, nowMs);
  const [oldest] = group.keys();
  if (group.size > MEMBERS_MAX && oldest !== undefined) group.delete(oldest);
}
