import { segmentKeyOf } from './audit-key.ts';
import type { KeyArchive } from './key-archive.ts';
import type { Secret } from './secret.ts';

/**
 * Keys of segments that are derived of an audit key, which is unwrapped for that moment only. They
 * stay in memory until they are forgotten, like those that stand on the key page.
 */
export class DerivedKeys {
  readonly #storeId: Uint8Array;
  readonly #known = new Map<number, Secret>();
  archive: KeyArchive | undefined;

  constructor(storeId: Uint8Array, archive?: KeyArchive) {
    this.#storeId = storeId;
    this.archive = archive;
  }

  /** Undefined if that generation was lost. */
  keyOf(segment: number, generation: number, salt: Secret): Secret | undefined {
    const known = this.#known.get(segment);
    if (known !== undefined) return known;
    const auditKey = this.archive?.keyOf(generation);
    if (auditKey === undefined) return undefined;
    const key = segmentKeyOf(auditKey, salt, this.#storeId, segment);
    auditKey.wipe();
    this.#known.set(segment, key);
    return key;
  }

  forget(segment: number): void {
    this.#known.get(segment)?.wipe();
    this.#known.delete(segment);
  }
}

/** Why a segment cannot be read whose key is of that generation. */
export const missingKey = (generation: number): string =>
  generation === 0 ? 'its key is missing' : `audit key ${generation} is missing`;
