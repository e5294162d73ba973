import type { Kin, KinKeeper, Kinship } from '../actors/peer/kinship.ts';
import { readChain } from '../actors/peer/wire/continuity-chain.ts';
import { peerIdOf } from '../actors/peer/wire/peer-id.ts';
import type { Persistence, Saver } from './kernel/persistence.ts';
import { savedKin } from './options/keys.ts';

const PREFIX = 'kin/';

/** Who is known by earlier keys over a restart of the process: the records that led to each. */
class SavedKin implements Saver, KinKeeper {
  readonly #persistence: Persistence;
  readonly #kinship: Kinship;

  constructor(persistence: Persistence, kinship: Kinship) {
    this.#persistence = persistence;
    this.#kinship = kinship;
  }

  restore(): void {
    this.#persistence.restore(PREFIX, (id, value) => {
      const kin = kinFrom(value);
      const key = kin?.records.at(-1)?.key;
      if (kin === undefined || key === undefined || peerIdOf(key) !== id) return 'chain';
      this.#kinship.restore(kin);
      return undefined;
    });
  }

  followed(id: string, { former, records }: Kin): void {
    const chain = () => Buffer.concat(records.map(({ bytes }) => bytes)).toString('base64');
    this.#persistence.mark(PREFIX + id, { take: () => ({ v: 1, former, chain: chain() }) });
  }

  forgotten(id: string): void {
    this.#persistence.remove(PREFIX + id);
  }

  markAll(): void {
    for (const [id, kin] of this.#kinship.all()) this.followed(id, kin);
  }
}

function kinFrom(value: unknown): Kin | undefined {
  const { data } = savedKin.safeParse(value);
  if (data === undefined) return undefined;
  const records = readChain(Uint8Array.from(Buffer.from(data.chain, 'base64')));
  return typeof records === 'string' ? undefined : { former: data.former, records };
}

/** What is known of earlier keys goes on from what was saved, and is saved from now on. */
export function saveKin(persistence: Persistence, kinship: Kinship): void {
  const saved = new SavedKin(persistence, kinship);
  saved.restore();
  persistence.add(saved);
  kinship.keepWith(saved);
}
