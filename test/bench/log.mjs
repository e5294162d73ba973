import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../dist/', import.meta.url);

/** The parts of the package below its entrance, as built. */
const part = (/** @type {string} */ path) => import(new URL(path, root).href);

/**
 * A new log on a disk, in a directory that is gone after `work`.
 * @template T
 * @param {(place: import('../../storage/place.ts').Workplace,
 *   storage: { Log: typeof import('../../storage/log.ts').Log,
 *     verifyLog: typeof import('../../storage/verify.ts').verifyLog }) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLog(work) {
  const [{ Log }, { verifyLog }, { placeOf }, { levelKv }, { diskFiles: files }, { Secret }] =
    await Promise.all(
      ['log', 'verify', 'place', 'level-kv', '../runtime/world/files', 'secret'].map((name) =>
        part(`storage/${name}.js`),
      ),
    );
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  try {
    const master = Secret.of(new Uint8Array(32).fill(1));
    const ports = { files, kv: levelKv(files) };
    const place = placeOf(ports, join(directory, 'audit'), new Uint8Array(16).fill(1), master);
    const random = (/** @type {number} */ length) => crypto.getRandomValues(new Uint8Array(length));
    return await work(
      { ...place, clock: { wallMs: () => Date.now() }, random },
      { Log, verifyLog },
    );
  } finally {
    await rm(directory, { recursive: true });
  }
}

/**
 * @param {number} count
 * @returns {Uint8Array[]} records of 300 bytes
 */
export const records = (count) =>
  Array.from({ length: count }, (_, index) => {
    const bytes = new Uint8Array(300).fill(46);
    new DataView(bytes.buffer).setUint32(0, index);
    return bytes;
  });
