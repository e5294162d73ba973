import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Level } from 'level';
import type { KvPut } from '../../../storage/ports.ts';
import { temporaryDirectory } from '../disk.ts';

type Bytes = Uint8Array;

/** What `level` has on Node only, and does not declare. */
export type Engine = Level<Bytes, Bytes> & {
  compactRange(from: Bytes, to: Bytes): Promise<void>;
};

/** The same bytes on every run. */
export function patternOf(length: number, seed: number): Bytes {
  const bytes = new Uint8Array(length);
  let state = seed * 2654435761 + 1;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

export const bytesOf = (text: string): Bytes => new Uint8Array(Buffer.from(text));

export const keyOf = (number: number): Bytes => bytesOf(`key/${String(number).padStart(8, '0')}`);

/** An entry in short: its key, and a digest of its value. */
export const lineOf = ({ key, value }: KvPut): string =>
  `${Buffer.from(key).toString('latin1')} ${digestOf(value)}`;

export const digestOf = (bytes: Bytes): string => createHash('sha1').update(bytes).digest('hex');

export const linesOf = (entries: readonly KvPut[]): readonly string[] => entries.map(lineOf);

/** A store of the engine, made as it is in production. */
export async function engineAt(path: string, options: object = {}): Promise<Engine> {
  const settings = { compression: false, keyEncoding: 'view', valueEncoding: 'view', ...options };
  const db = new Level<Bytes, Bytes>(path, settings) as Engine;
  await db.open();
  return db;
}

/** Writes `puts`, from number to the seed and the length of its value, in one batch. */
export async function write(
  db: Engine,
  puts: readonly (readonly [number: number, seed: number, length: number])[],
  deletes: readonly number[] = [],
): Promise<void> {
  const batch = db.batch();
  for (const [number, seed, length] of puts) batch.put(keyOf(number), patternOf(length, seed));
  for (const number of deletes) batch.del(keyOf(number));
  await batch.write({ sync: true });
}

/** A closed store that `fill` wrote, and what the engine's own iterator found in it. */
export async function closedStore(
  fill: (db: Engine, reopen: () => Promise<Engine>) => Promise<Engine>,
  options: object = {},
) {
  const path = join(temporaryDirectory(), 'store');
  let db = await engineAt(path, options);
  db = await fill(db, async () => {
    await db.close();
    db = await engineAt(path, options);
    return db;
  });
  const found = (await db.iterator().all()).map(([key, value]) => lineOf({ key, value }));
  await db.close();
  return { path, found };
}

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

/** Small, with all that a store can have: a MANIFEST of several records, tables, and a log. */
export const smallStore = () =>
  closedStore(async (db, reopen) => {
    await write(
      db,
      range(0, 40).map((number) => [number, number, 60]),
    );
    const second = await reopen();
    await write(second, [[5, 1000, 30]], [7, 8]);
    const third = await reopen();
    await write(third, [
      [50, 50, 200],
      [51, 51, 33_000],
    ]);
    await write(third, [[52, 52, 0]], [9]);
    await write(third, [[53, 53, 20]]);
    return third;
  });
