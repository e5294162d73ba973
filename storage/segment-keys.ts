import { type FoundArchive, readArchive } from './archive-copies.ts';
import { DerivedKeys } from './derived-keys.ts';
import { type FoundKeys, KeyPages } from './key-pages.ts';
import type { Place } from './place.ts';
import type { Secret } from './secret.ts';

/** For a reader: all keys of a log that nobody has open, and what is wrong with the archive. */
export interface SegmentKeys extends FoundKeys, FoundArchive {
  keyOf(segment: number): Secret | undefined;
  /** Of the audit key that a segment's key is derived of; 0 if it stands on the key page itself. */
  generationOf(segment: number): number;
}

/** Writes nothing. @throws {StorageError} as the disk fails. */
export async function readKeys(place: Place, promised?: number): Promise<SegmentKeys> {
  const { files, keys, storeId, layout } = place;
  const tools = { files, key: keys.keys, storeId };
  const found = await KeyPages.read(tools, layout.keys, promised);
  // Trap: in this order, for a log that is open writes the archive before the page.
  const archived = await readArchive(place, found.page?.auditKeys);
  const derived = new DerivedKeys(storeId, archived.archive);
  const generationOf = (segment: number): number => found.page?.derived?.get(segment) ?? 0;
  const keyOf = (segment: number): Secret | undefined => {
    const slot = found.page?.keys.get(segment);
    const generation = generationOf(segment);
    return slot && generation > 0 ? derived.keyOf(segment, generation, slot) : slot;
  };
  return { ...found, ...archived, keyOf, generationOf };
}
