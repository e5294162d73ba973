import type { KinKeeper, Kinship } from '../actors/peer/kinship.ts';
import type { ContinuityRecord } from '../actors/peer/wire/continuity.ts';
import { readChain } from '../actors/peer/wire/continuity-chain.ts';
import { peerIdOf } from '../actors/peer/wire/peer-id.ts';
import type { Persistence, Saver } from './kernel/persistence.ts';

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
    for (const name of [...this.#persistence.left.keys()]) {
      if (name.startsWith(PREFIX)) this.#restore(name);
    }
  }

  #restore(name: string): void {
    const saved = this.#persistence.take(name);
    if (saved === undefined) return;
    const id = name.slice(PREFIX.length);
    const records = recordsFrom(saved.value);
    const key = records?.at(-1)?.key;
    if (records !== undefined && key !== undefined && peerIdOf(key) === id) {
      return this.#kinship.restore(records);
    }
    const invalid = { because: 'invalid', field: 'records' } as const;
    const refusal = saved.isDamaged ? ({ because: 'damaged' } as const) : invalid;
    this.#persistence.refuse(name, id, saved, refusal);
  }

  followed(id: string, records: readonly ContinuityRecord[]): void {
    const take = (): string => Buffer.concat(records.map(({ bytes }) => bytes)).toString('base64');
    this.#persistence.mark(PREFIX + id, { take });
  }

  forgotten(id: string): void {
    this.#persistence.remove(PREFIX + id);
  }

  markAll(): void {
    for (const [id, records] of this.#kinship.all()) this.followed(id, records);
  }
}

function recordsFrom(value: unknown): readonly ContinuityRecord[] | undefined {
  if (typeof value !== 'string') return undefined;
  const records = readChain(Uint8Array.from(Buffer.from(value, 'base64')));
  return typeof records === 'string' ? undefined : records;
}

/** What is known of earlier keys goes on from what was saved, and is saved from now on. */
export function saveKin(persistence: Persistence, kinship: Kinship): void {
  const saved = new SavedKin(persistence, kinship);
  saved.restore();
  persistence.add(saved);
  kinship.keepWith(saved);
}
