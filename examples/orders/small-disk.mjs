import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { plain } from './words.mjs';

/**
 * How a process comes to a home that it can fill.
 * @typedef {(home: string) => { args: string[], through?: readonly string[] }} SmallDisk
 */
/** @typedef {{ what: string, disk: SmallDisk }} Found `what` it has, in words */

/** A log needs 32 MiB to start. */
const DISK_MIB = 36;
const MOUNT = `mount -t tmpfs -o size=${DISK_MIB}m none "$0" && exec "$@"`;

/** A disk in memory, which nobody else sees: no root is needed for that. */
const mounted = (/** @type {string} */ home) => [
  ...['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', MOUNT],
  ...[home, process.execPath],
];

const limited = ['prlimit', '--fsize=unlimited:'];

/**
 * The best that this machine has: a disk of its own, or else a limit that lets no file grow.
 * @param {string} folder in which that is tried
 * @returns {Found | { unavailable: string }}
 */
export function findSmallDisk(folder) {
  const home = mkdtempSync(join(folder, 'disk-'));
  const whyNoDisk = whyNot(mounted(home));
  rmdirSync(home);
  if (whyNoDisk === undefined) {
    const what = `keeps its log on a disk of ${DISK_MIB} MiB, which can be filled`;
    return { what, disk: (at) => ({ args: ['disk'], through: mounted(at) }) };
  }
  const whyNoLimit = whyNot([...limited, process.execPath]);
  if (whyNoLimit === undefined) {
    const what = `has a limit on its files, for it has no disk of its own: ${whyNoDisk}`;
    return { what, disk: () => ({ args: ['limit'] }) };
  }
  return { unavailable: `neither a small disk (${whyNoDisk}) nor a limit (${whyNoLimit})` };
}

/**
 * Why Node cannot be started through that; undefined if it can.
 * @param {readonly string[]} through
 */
function whyNot([command = '', ...args]) {
  const { status, stderr, error } = spawnSync(command, [...args, '--version'], {
    encoding: 'utf8',
  });
  if (status === 0) return undefined;
  return plain(error?.message ?? stderr);
}
