import { spawnSync } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
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
    fill: async () => `${await writeAll(filler)} bytes`,
    free: async () => {
      await rm(filler);
      return 'there is room';
    },
  };
}

/**
 * Down to the last byte.
 * @param {string} path
 */
async function writeAll(path) {
  const file = await open(path, 'w');
  const chunk = Buffer.alloc(CHUNK_BYTES, 1);
  let written = 0;
  for (let size = CHUNK_BYTES; size >= 1; ) {
    try {
      written += (await file.write(chunk, 0, size)).bytesWritten;
    } catch {
      size = Math.floor(size / 2);
    }
  }
  await file.close();
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
