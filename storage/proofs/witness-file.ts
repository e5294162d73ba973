import { concat, hex, readU64, sameBytes, sha256, text, u64 } from '../bytes.ts';
import { mac } from '../derivation.ts';
import { StorageError } from '../faults.ts';
import type { Files } from '../ports.ts';
import type { Secret } from '../secret.ts';
import type { TreeHead } from './consistency.ts';

const MAGIC = concat(text('HFWITN'), Uint8Array.of(0, 1));
const LABEL = text('witness');

/** Where a witness keeps what it cosigned, and the key that vouches for it. */
export interface WitnessFiles {
  readonly files: Pick<Files, 'read' | 'replace' | 'makeDirectory'>;
  readonly directory: string;
  readonly key: Secret;
  readonly storeId: Uint8Array;
}

/** The largest tree that a witness cosigned of one log, in a file of its own. */
export class WitnessFile {
  readonly #tools: WitnessFiles;
  readonly #origin: Uint8Array;

  constructor(tools: WitnessFiles, origin: string) {
    this.#tools = tools;
    this.#origin = sha256(text(origin));
  }

  /** Undefined if there is none yet. @throws {StorageError} CORRUPT, or as the disk fails. */
  async read(): Promise<TreeHead | undefined> {
    const bytes = await this.#tools.files.read(this.#path);
    if (bytes === undefined) return undefined;
    const size = bytes.length === 112 ? readU64(bytes, 8) : undefined;
    const head = size === undefined ? undefined : { size, root: bytes.slice(16, 48) };
    if (head !== undefined && sameBytes(this.#encode(head), bytes)) return head;
    throw new StorageError('CORRUPT', `${this.#path} is not what the witness wrote`);
  }

  /** Durable once it resolves. After a failure either may be there. */
  async write(head: TreeHead): Promise<void> {
    const { files, directory } = this.#tools;
    await files.makeDirectory(directory);
    await files.replace(this.#path, this.#encode(head));
  }

  get #path(): string {
    return `${this.#tools.directory}/${hex(this.#origin)}`;
  }

  #encode({ size, root }: TreeHead): Uint8Array {
    const { key, storeId } = this.#tools;
    const fields = concat(MAGIC, u64(size), root, this.#origin);
    return concat(fields, mac(key, LABEL, storeId, fields));
  }
}
