import type { Files } from './ports.ts';

/**
 * Whether a process of this machine has a LevelDB open; false where the system does not tell. Trap:
 * to open it, or its LOCK, to find out would write to it, or lose a lock of this process.
 */
export async function isStoreHeld(files: Files, path: string): Promise<boolean> {
  const lock = await files.stat(`${path}/LOCK`);
  if (lock === undefined) return false;
  const held = await files.read('/proc/locks').catch(() => undefined);
  const inodes = Buffer.from(held ?? '')
    .toString()
    .matchAll(/ [\da-f]+:[\da-f]+:(\d+) /g);
  return [...inodes].some(([, inode]) => Number(inode) === lock.inode);
}
