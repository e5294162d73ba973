import { chmod, lstat, mkdtemp, readdir, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ABANDONED_MS } from './snapshot-files.ts';

const PREFIX = 'holdfast-vm-';

export const socketIn = (room: string): string => join(room, 'state');

/** A directory through which QEMU hands over its state. Those of hosts that were killed go. */
export async function openRoom(): Promise<string> {
  await removeAbandoned().catch(() => {});
  const room = await mkdtemp(join(tmpdir(), PREFIX));
  // Whoever QEMU is may come through, and see nothing.
  await chmod(room, 0o711);
  return room;
}

export const closeRoom = (room: string): Promise<void> =>
  rm(room, { recursive: true, force: true });

/**
 * Whatever else is in one stays, with it. Trap: names in a directory for all may be links that
 * others made, to files of ours.
 */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const path = join(tmpdir(), name);
    if (!/^holdfast-vm-\w{6}$/.test(name)) continue;
    const found = await lstat(path).catch(() => undefined);
    const isOurs = found?.isDirectory() === true && found.uid === process.getuid?.();
    if (!isOurs || Date.now() - found.mtimeMs < ABANDONED_MS) continue;
    const socket = await lstat(socketIn(path)).catch(() => undefined);
    if (socket?.isSocket() === true) await rm(socketIn(path), { force: true });
    await rmdir(path).catch(() => {});
  }
}
