import { readdirSync, readFileSync } from 'node:fs';

/** As Linux counts it, in octal. */
const CLOEXEC = 0o2_000_000;

/** Descriptors from 3 on that whatever this process starts is given, too. */
export function inheritedDescriptors(): readonly number[] {
  return readdirSync('/proc/self/fdinfo')
    .map(Number)
    .filter((descriptor) => descriptor > 2 && isInherited(descriptor))
    .sort((a, b) => a - b);
}

function isInherited(descriptor: number): boolean {
  try {
    const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8');
    const flags = Number.parseInt(/^flags:\s+([0-7]+)$/m.exec(info)?.[1] ?? '0', 8);
    return (flags & CLOEXEC) === 0;
  } catch {
    // The one that the list was read with.
    return false;
  }
}
