import type { AccessList } from '../actors/peer/door/access-list.ts';
import { Kinship } from '../actors/peer/kinship.ts';
import type { Reputation } from '../actors/peer/reputation.ts';
import type { Suspicions } from '../actors/peer/suspicion/suspicions.ts';
import type { Clock } from '../storage/ports.ts';
import type { Persistence } from './kernel/persistence.ts';
import { saveKin } from './saved-kin.ts';
import { primitives } from './world/primitives.ts';

/** Whose records and names are kept, 10 KB each at most. */
const PEERS_MAX = 10_000;

/** Those that are there already. */
export interface Present {
  drop(isSo: (id: string, address: string) => boolean, because?: string): void;
  addressOf(id: string): string | undefined;
  /** These earlier ids are one peer with that one. */
  followed(id: string, earlier: readonly string[]): void;
}

export interface KinshipParts {
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly persistence: Persistence | undefined;
  readonly reputation: Reputation;
  readonly suspicions: Pick<Suspicions, 'has' | 'follow'>;
  readonly access: Pick<AccessList, 'names'>;
  readonly present: Pick<Present, 'addressOf' | 'followed'>;
}

/** Who is known by earlier keys; what was known of those is known of the present one. */
export function openKinship(parts: KinshipParts): Kinship {
  const { clock, persistence, reputation, suspicions, access, present } = parts;
  const inherit = (id: string, earlier: readonly string[]): void => {
    for (const each of earlier) {
      reputation.follow(id, each);
      suspicions.follow(id, each);
    }
  };
  const kinship = new Kinship({
    ...{ primitives, clock, peersMax: PEERS_MAX },
    isKnown: (id) =>
      [reputation.has(id), suspicions.has(id), access.names(id)].includes(true) ||
      present.addressOf(id) !== undefined,
    isGranted: (id) => reputation.trust(id).granted !== 'untrusted',
    onFollowed: (id, earlier) => {
      present.followed(id, earlier);
      inherit(id, earlier);
    },
  });
  if (persistence === undefined) return kinship;
  saveKin(persistence, kinship);
  // What was written last may be of before it was followed.
  for (const [id] of kinship.all()) inherit(id, kinship.selvesOf(id).slice(0, -1));
  return kinship;
}
