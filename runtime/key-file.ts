import { basename, dirname } from 'node:path';
import { sameBytes } from '../storage/bytes.ts';
import { StorageError } from '../storage/faults.ts';
import type { Files, RandomBytes } from '../storage/ports.ts';
import type { Secret } from '../storage/secret.ts';
import { invalidKey, keyOfDigits, lineOfDigits } from './key-digits.ts';
import { maskSecrets } from './masking.ts';

const DIGITS = 64;
const BYTES_MAX = 256;
/** After the name of a file, while it is made. */
const leftover = /^\.[\da-f]{16}\.tmp$/;

/**
 * The key in a file, of which no copy that a crash left is beside it after. With `random` it is
 * made if it is missing; of processes that make it at once, all have the key of the first.
 * @throws {HoldfastError} MASTER_KEY_INVALID. @throws {StorageError} of the port.
 */
export async function keyInFile(files: Files, path: string, random?: RandomBytes): Promise<Secret> {
  // Where secrets are mounted, a key is a link.
  const real = await files.realPath(path);
  if (random !== undefined) await makeKey(files, real, random);
  const bytes = await bytesOfKey(files, real, path);
  try {
    // A file that is longer is no key.
    const end = bytes.length > BYTES_MAX ? bytes.length : endOf(bytes);
    const key = keyOfDigits(bytes.slice(0, end), `the key file ${path}`);
    await unlessHindered(removeLeftovers(files, real, bytes));
    return key;
  } finally {
    bytes.fill(0);
  }
}

/** If it is missing: what is there after may be the key of another process. */
async function makeKey(files: Files, path: string, random: RandomBytes): Promise<void> {
  if ((await files.stat(path)) === undefined) {
    if ((await files.stat(await files.realPath(dirname(path)))) === undefined) {
      // Somebody may have given the key itself.
      throw invalidKey(`there is no directory for the key file ${maskSecrets(path)}`);
    }
    const bytes = random(DIGITS / 2);
    const line = lineOfDigits(bytes);
    bytes.fill(0);
    await files
      .create(path, line)
      .catch(mustBeTaken)
      .finally(() => line.fill(0));
  }
  // Trap: whoever made it may not have come to make its name last.
  await unlessHindered(files.rename(path, path));
}

function mustBeTaken(error: unknown): void {
  if (!(error instanceof StorageError && error.code === 'TAKEN')) throw error;
}

/** A key is one too where a disk is read-only, or a directory not ours. */
async function unlessHindered(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof StorageError)) throw error;
  });
}

/** At most one more than a key may have. */
async function bytesOfKey(files: Files, real: string, path: string): Promise<Uint8Array> {
  const found = await files.stat(real);
  if (found === undefined) throw invalidKey(`there is no key file ${maskSecrets(real)}`);
  if (found.kind !== 'file') throw invalidKey(`the key file ${path} is no file`);
  const others = found.mode & 0o077;
  if (others !== 0) {
    const mode = found.mode.toString(8).padStart(4, '0');
    throw invalidKey(`the key file ${path} must have mode 0600, it has ${mode}`);
  }
  return await files.readAt(real, 0, BYTES_MAX + 1);
}

/** Without the blanks and line ends after the digits. */
function endOf(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > DIGITS && /\s/.test(String.fromCharCode(bytes[end - 1] ?? 0))) end -= 1;
  return end;
}

/** A crash while the file was made leaves the key under a second name: what is no key is not it. */
async function removeLeftovers(files: Files, real: string, key: Uint8Array): Promise<void> {
  const directory = await files.realPath(dirname(real));
  const name = basename(real);
  for (const other of (await files.list(directory)) ?? []) {
    if (!other.startsWith(name) || !leftover.test(other.slice(name.length))) continue;
    const path = `${directory}/${other}`;
    if (await holds(files, path, key)) await files.remove(path);
  }
}

async function holds(files: Files, path: string, key: Uint8Array): Promise<boolean> {
  const found = await files.stat(path);
  if (found?.kind !== 'file' || found.sizeBytes !== key.length) return false;
  const bytes = await files.readAt(path, 0, key.length);
  const isSame = sameBytes(bytes, key);
  bytes.fill(0);
  return isSame;
}
