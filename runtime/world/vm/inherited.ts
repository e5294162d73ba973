import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** As Linux counts it, in octal. */
const CLOEXEC = 0o2_000_000;

/** Of those that this process was started with. */
let given: readonly number[] | undefined;

/**
 * Descriptors from 3 on that whatever this process starts is given, too: those that it was started
 * with, and files of LevelDB, which opens others at any time. What Node opens is none of them.
 */
export function inheritedDescriptors(): readonly number[] {
  const open = readdirSync('/proc/self/fd').map(Number);
  given ??= open.filter(isInherited);
  // Only files are looked at closely: of connections there may be thousands.
  const files = open.filter((descriptor) => isFile(descriptor) && isInherited(descriptor));
  return [...new Set([...given, ...files])]
    .filter((descriptor) => descriptor > 2)
    .sort((a, b) => a - b);
}

function isFile(descriptor: number): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith('/');
  } catch {
    // The one that the list was read with.
    return false;
  }
}

function isInherited(descriptor: number): boolean {
  try {
    const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8');
    const flags = Number.parseInt(/^flags:\s+([0-7]+)$/m.exec(info)?.[1] ?? '0', 8);
    return (flags & CLOEXEC) === 0;
  } catch {
    return false;
  }
}
