import { basename, dirname } from 'node:path';
import { StorageError } from '../storage/faults.ts';
import type { FileStat, Files, RandomBytes } from '../storage/ports.ts';
import type { Secret } from '../storage/secret.ts';
import { invalidKey, keyOfDigits, lineOfDigits, secretOf } from './key-digits.ts';
import { maskSecrets } from './masking.ts';

const DIGITS = 64;
const BYTES_MAX = 256;
/** After the name of a file, while it is made. */
const leftover = /^\.[\da-f]{16}\.tmp$/;

/**
 * The key in a file, which has no other name after. With `random` it is made if it is missing.
 * @throws {HoldfastError} MASTER_KEY_INVALID. @throws {StorageError} of the port.
 */
export async function keyInFile(files: Files, path: string, random?: RandomBytes): Promise<Secret> {
  // Where secrets are mounted, a key is a link.
  const real = await files.realPath(path);
  const found = await files.stat(real);
  const key =
    found === undefined
      ? await makeKey(files, real, random)
      : await readKey(files, real, { path, found });
  // Trap: before the file is there, it may be that of another process which makes it.
  await removeLeftovers(files, real).catch((error: unknown) => {
    if (!(error instanceof StorageError)) throw error;
  });
  return key;
}

async function makeKey(
  files: Files,
  path: string,
  random: RandomBytes | undefined,
): Promise<Secret> {
  // Somebody may have given the key itself.
  const shown = maskSecrets(path);
  if (random === undefined) throw invalidKey(`there is no key file ${shown}`);
  if ((await files.stat(await files.realPath(dirname(path)))) === undefined) {
    throw invalidKey(`there is no directory for the key file ${shown}`);
  }
  const bytes = random(DIGITS / 2);
  const line = lineOfDigits(bytes);
  const key = secretOf(bytes);
  await files.create(path, line);
  line.fill(0);
  return key;
}

interface Found {
  /** As it was given. */
  readonly path: string;
  readonly found: FileStat;
}

async function readKey(files: Files, real: string, { path, found }: Found): Promise<Secret> {
  if (found.kind !== 'file') throw invalidKey(`the key file ${path} is no file`);
  const others = found.mode & 0o077;
  if (others !== 0) {
    const mode = found.mode.toString(8).padStart(4, '0');
    throw invalidKey(`the key file ${path} must have mode 0600, it has ${mode}`);
  }
  // One more: a file that is longer is no key.
  const bytes = await files.readAt(real, 0, BYTES_MAX + 1);
  try {
    const end = bytes.length > BYTES_MAX ? bytes.length : endOf(bytes);
    return keyOfDigits(bytes.subarray(0, end), `the key file ${path}`);
  } finally {
    bytes.fill(0);
  }
}

/** Without the blanks and line ends after the digits. */
function endOf(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > DIGITS && /\s/.test(String.fromCharCode(bytes[end - 1] ?? 0))) end -= 1;
  return end;
}

/** A crash while the file was made leaves the key under a second name. */
async function removeLeftovers(files: Files, real: string): Promise<void> {
  const directory = await files.realPath(dirname(real));
  const name = basename(real);
  for (const other of (await files.list(directory)) ?? []) {
    if (!other.startsWith(name) || !leftover.test(other.slice(name.length))) continue;
    const path = `${directory}/${other}`;
    const found = await files.stat(path);
    const isOurs = found?.kind === 'file' && found.sizeBytes <= DIGITS + 1;
    if (isOurs) await files.remove(path);
  }
}
