import { sameBytes } from './bytes.ts';
import type { Place } from './place.ts';
import type { KvPut, KvStore, RawStore } from './ports.ts';

const everything = { from: new Uint8Array(0), to: Uint8Array.of(0xff) };

/** All entries of a store that is open here. */
export async function entriesOf(store: KvStore): Promise<RawStore> {
  const entries: KvPut[] = [];
  for await (const entry of store.scan(everything)) entries.push(entry);
  return { entries, damage: [] };
}

/** What can be had of a quarantined segment: the original first, then its repaired copy. */
export async function entriesOfDoubt(place: Place, segment: number): Promise<RawStore> {
  const { kv, files, layout } = place;
  const original = await kv.readRaw(layout.store(segment));
  if ((await files.stat(layout.copyOf(segment))) === undefined) return original;
  const copy = await kv.readRaw(layout.copyOf(segment));
  const entries = [...original.entries, ...copy.entries].sort((a, b) => compare(a.key, b.key));
  const unique = entries.filter((entry, index) => {
    const before = entries[index - 1];
    return before === undefined || !isSame(before, entry);
  });
  return { entries: unique, damage: original.damage };
}

const compare = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b);

const isSame = (a: KvPut, b: KvPut): boolean =>
  sameBytes(a.key, b.key) && sameBytes(a.value, b.value);
