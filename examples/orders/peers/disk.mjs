import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const CHUNK_BYTES = 2 ** 20;

/**
 * Fills what a folder is on, and makes room again.
 * @typedef {{ fill: () => Promise<string>, free: () => Promise<string> }} Disk
 */

/**
 * A disk on which nothing but that folder is.
 * @param {string} folder
 * @returns {Disk}
 */
export function wholeDisk(folder) {
  const filler = join(folder, 'filler');
  return {
    fill: async () => `${writeAll(filler)} bytes`,
    free: async () => {
      rmSync(filler);
      return 'there is room';
    },
  };
}

/**
 * Down to the last byte.
 * @param {string} path
 */
function writeAll(path) {
  const file = openSync(path, 'w');
  let written = 0;
  for (let size = CHUNK_BYTES; size >= 1; ) {
    try {
      written += writeSync(file, Buffer.alloc(size, 1));
    } catch {
      size = Math.floor(size / 2);
    }
  }
  closeSync(file);
  return written;
}

/**
 * No disk: a limit of the kernel, below which no file of this process grows.
 * @returns {Disk}
 */
export function limitedFiles() {
  /** @param {string} size */
  const limit = (size) => {
    spawnSync('prlimit', ['--pid', String(process.pid), `--fsize=${size}:`]);
  };
  return {
    fill: async () => {
      limit('0');
      return 'no file may grow';
    },
    free: async () => {
      limit('unlimited');
      return 'files may grow';
    },
  };
}
