import { SeededRandom } from '../../runtime/sim/random.ts';
import { type MasterKeyNote, type Wrap, wrapRoot } from '../../storage/root-key.ts';
import { Secret } from '../../storage/secret.ts';

/** 1, 2, … 16. */
export const storeId = Uint8Array.from({ length: 16 }, (_, index) => index + 1);

/** The key that has `byte` 32 times. */
export const secretOf = (byte: number): Secret => Secret.of(new Uint8Array(32).fill(byte));

/** Always the same bytes, in the same order. */
export const drawn = (seed = 1) => new SeededRandom(seed).stream('test').bytes;

export const sealTools = (byte = 7) => ({ key: secretOf(byte), storeId, random: drawn() });

/** The root key of stores in tests. */
export const rootKey = secretOf(40);

/** That one under the master key that has `byte` 32 times; always the same. */
export const wrapOf = (byte: number, note: MasterKeyNote = { sinceMs: 5 }, id = storeId): Wrap =>
  wrapRoot({ key: secretOf(byte), storeId: id, random: drawn(byte) }, rootKey, note);

/** `bytes` with `mask` upon the one at `at`. */
export function flipped(bytes: Uint8Array, at: number, mask = 1): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ mask;
  return copy;
}

/** Every one of `bytes` flipped, one at a time. */
export const everyFlip = (bytes: Uint8Array): readonly Uint8Array[] =>
  Array.from(bytes, (_, at) => flipped(bytes, at, 1 << (at % 8)));

/** The code that `work` fails with, or `whole`. */
export function codeOf(work: () => unknown): string {
  try {
    work();
    return 'whole';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
