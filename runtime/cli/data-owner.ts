import { isStoreHeld } from '../../storage/held-store.ts';
import type { Files } from '../../storage/ports.ts';
import type { OwnerNote } from './audit-source.ts';
import { printable } from './terminal.ts';

/** Whoever opened the directory last; null if nobody left a name. */
export async function ownerOf(files: Files, path: string): Promise<OwnerNote | null> {
  try {
    const bytes = await files.read(`${path}/owner`);
    const { pid, host, name, startedAt } = JSON.parse(Buffer.from(bytes ?? '').toString());
    return { pid: Number(pid), host: `${host}`, name: `${name}`, startedAt: `${startedAt}` };
  } catch {
    return null;
  }
}

export const nameOfOwner = (owner: OwnerNote | null): string =>
  owner === null
    ? 'a process that left no name'
    : `process ${owner.pid} on ${owner.host}, runtime ${owner.name}, since ${owner.startedAt}`;

/** Stands before whatever a process says: it is its word, and nobody checked it. */
export const speakerOf = (owner: OwnerNote | null): string =>
  owner === null
    ? 'as a process that left no name says'
    : printable(`as process ${owner.pid} on ${owner.host} says`);

/** Whether a process of this machine has the directory; false where the system does not tell. */
export const isInUse = (files: Files, path: string): Promise<boolean> =>
  isStoreHeld(files, `${path}/lock`);
