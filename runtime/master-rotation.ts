import { basename, dirname, join, resolve } from 'node:path';
import type { RecordedFacts } from '../actors/recorded-facts.ts';
import type { Kernel } from '../actors/world.ts';
import type { DataDir } from '../storage/data-dir.ts';
import type { Files } from '../storage/ports.ts';
import { isUnder } from '../storage/root-key.ts';
import { Turns } from '../storage/turns.ts';
import { HoldfastError } from './errors.ts';
import { type KeyTools, type NewMasterKey, newMasterKey, readMasterKey } from './master-key.ts';
import type { MasterKeySource } from './options/master-key.ts';

export interface MasterTools extends KeyTools {
  readonly dir: Pick<DataDir, 'path' | 'identity' | 'rewrap'>;
  readonly kernel: Pick<Kernel, 'tell'>;
  /** What is in the log before anything is done. */
  readonly facts: Pick<RecordedFacts, 'tell'>;
}

/** The master key of a directory, which gives way to another one. */
export class MasterRotation {
  readonly #tools: MasterTools;
  readonly #turns = new Turns();

  constructor(tools: MasterTools) {
    this.#tools = tools;
  }

  /** Since when the present one is it: milliseconds since 1970. */
  get sinceMs(): number {
    return this.#tools.dir.identity.wrap.sinceMs;
  }

  /**
   * From the next start on the directory opens with the other key alone. No record, no rotation.
   * @throws {RangeError} for a key file within the directory.
   * @throws {HoldfastError} MASTER_KEY_INVALID, also if it is the key in use; KEY_PROVIDER_FAILED,
   * BREAKER_OPEN; whatever the log refuses with. @throws {StorageError} as the disk fails: either
   * key opens the directory then.
   */
  async rotate(to: MasterKeySource, because: string): Promise<void> {
    const { files, dir, kernel, facts, random } = this.#tools;
    await checkApart(files, dir.path, to, 'rotate.to');
    await this.#turns.take(async () => {
      const made = await newMasterKey(this.#tools, to, dir.identity.storeId);
      try {
        if (await this.#isInUse(made, to)) {
          throw new HoldfastError('MASTER_KEY_INVALID', 'this is the master key in use');
        }
        await facts.tell('key.rotating', 'master', { because });
        await dir.rewrap({ ...made, random }).catch((error: unknown) => {
          kernel.tell('key.hindered', 'master', { error });
          throw error;
        });
      } finally {
        made.key.wipe();
      }
      kernel.tell('key.rotated', 'master', { because });
    });
  }

  /** Of a passphrase the next salt makes another key. */
  async #isInUse({ key, passphrase }: NewMasterKey, to: MasterKeySource): Promise<boolean> {
    const { storeId, wrap } = this.#tools.dir.identity;
    if (passphrase === undefined || wrap.passphrase === undefined) {
      return isUnder(key, storeId, wrap);
    }
    const same = await readMasterKey(this.#tools, to, { storeId, wraps: [wrap] });
    const isInUse = isUnder(same, storeId, wrap);
    same.wipe();
    return isInUse;
  }
}

/**
 * Beside what it opens, a key protects nothing.
 * @param dataDir where links lead
 */
export async function checkApart(
  files: Pick<Files, 'realPath'>,
  dataDir: string,
  source: MasterKeySource,
  field: string,
): Promise<void> {
  if (!('file' in source)) return;
  const file = resolve(source.file);
  // Of one that is still to be made, links lead to the directory.
  const made = join(await files.realPath(dirname(file)), basename(file));
  const paths = [file, made, await files.realPath(file)];
  if (!paths.some((path) => path.startsWith(`${dataDir}/`))) return;
  throw new RangeError(`${field}.file must lie outside of dataDir`);
}
