import { encodeIdentity, type Identity } from './identity.ts';
import { IDENTITY_NAMES } from './identity-copies.ts';
import { destroyLeftovers } from './key-leftovers.ts';
import type { Files } from './ports.ts';
import { remake } from './remake.ts';
import type { Secret } from './secret.ts';

const leftover = /^identity(\.bak)?\.(old|([\da-f]+\.)?tmp)$/;

/**
 * Both copies say something else from now on, `identity.bak` first. What they said before is
 * overwritten in place: a master key that was stolen opens nothing that a disk may still hold.
 * @throws {StorageError} as the disk fails: each copy says the one or the other then.
 */
export async function turnIdentity(
  files: Files,
  path: string,
  identity: Identity,
  rootKey: Secret,
): Promise<void> {
  const bytes = encodeIdentity(identity, rootKey);
  await putBackCopies(files, path);
  await destroyOldCopies(files, path);
  try {
    for (const name of IDENTITY_NAMES) {
      const file = `${path}/${name}`;
      if ((await files.stat(file))?.kind === 'file') await files.rename(file, `${file}.old`);
      await remake(files, file, bytes);
    }
  } catch (error) {
    await putBackCopies(files, path).catch(() => {});
    throw error;
  }
  await destroyOldCopies(files, path);
}

/** A copy that was about to be replaced has its name again. @throws {StorageError} */
export async function putBackCopies(files: Files, path: string): Promise<void> {
  for (const name of IDENTITY_NAMES) {
    const file = `${path}/${name}`;
    if ((await files.stat(file)) !== undefined) continue;
    if ((await files.stat(`${file}.old`)) !== undefined) await files.rename(`${file}.old`, file);
  }
}

/** Once every copy has its name. What the disk does not let go stays for the next time. */
export const destroyOldCopies = (files: Files, path: string): Promise<void> =>
  destroyLeftovers(files, path, leftover);
