import { sameBytes } from '../bytes.ts';
import { StorageError } from '../faults.ts';
import { Turns } from '../turns.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type TreeHead, verifyConsistency } from './consistency.ts';
import type { Note } from './note.ts';
import { formatNoteKey, keyIdOf, type NoteKey } from './note-key.ts';
import { verifyNote } from './note-signature.ts';
import { hashAbove } from './tree.ts';
import { conflictAt, refusedWith, type WitnessAnswer } from './witness-answer.ts';
import type { WitnessFile } from './witness-file.ts';
import type { WitnessRequest } from './witness-request.ts';

/** Whose names a refusal can tell. */
const RETIRED_MAX = 16;
const NOTHING: TreeHead = { size: 0, root: hashAbove([]) };

/** A log that a witness watches: whose signatures it believes, and how far it has seen it come. */
export class WitnessedLog {
  readonly #file: Pick<WitnessFile, 'read' | 'write'>;
  readonly #onFork: (size: number) => void;
  readonly #turns = new Turns();
  readonly #trusted = new Map<string, NoteKey>();
  readonly #retired = new Map<string, NoteKey>();
  /** As it is on the disk for sure. */
  #durable: TreeHead | undefined;

  /** @param onFork the log signed another tree of that size than before */
  constructor(file: Pick<WitnessFile, 'read' | 'write'>, onFork: (size: number) => void) {
    this.#file = file;
    this.#onFork = onFork;
  }

  trust(key: NoteKey): void {
    const vkey = formatNoteKey(key);
    this.#trusted.set(vkey, key);
    this.#retired.delete(vkey);
  }

  isTrusted(key: NoteKey): boolean {
    return this.#trusted.has(formatNoteKey(key));
  }

  /** What the key signs is no longer believed. */
  retire(key: NoteKey): void {
    const vkey = formatNoteKey(key);
    if (this.#trusted.delete(vkey)) this.#retired.set(vkey, key);
    const [oldest] = this.#retired.keys();
    if (this.#retired.size > RETIRED_MAX && oldest !== undefined) this.#retired.delete(oldest);
  }

  /**
   * Has `cosigned` make the answer once it is durable that the log has come to this checkpoint;
   * else says why it is not believed.
   * @throws {StorageError} as the disk fails, or CORRUPT if what was kept is damaged.
   */
  async add(
    { oldSize, proof, note }: WitnessRequest,
    to: Checkpoint,
    cosigned: () => WitnessAnswer,
  ): Promise<WitnessAnswer> {
    const mistrust = this.#mistrustOf(note);
    if (mistrust !== undefined) return refusedWith(403, mistrust);
    if (oldSize > to.size) {
      return refusedWith(400, `old size ${oldSize} is above size ${to.size} of the checkpoint`);
    }
    // One after the other: else a smaller checkpoint could be written after a larger one.
    return await this.#turns.take(async () => {
      const last = this.#durable ?? (await this.#file.read()) ?? NOTHING;
      const isOther = to.size === last.size && !sameBytes(to.root, last.root);
      if (isOther) this.#onFork(last.size);
      if (oldSize !== last.size || isOther) return conflictAt(last.size);
      const flaw = flawOf(proof, last, to);
      if (flaw !== undefined) return refusedWith(422, flaw);
      if (this.#durable?.size !== to.size) await this.#write(to);
      return cosigned();
    });
  }

  async #write({ size, root }: TreeHead): Promise<void> {
    this.#durable = undefined;
    await this.#file.write({ size, root });
    this.#durable = { size, root };
  }

  #mistrustOf(note: Note): string | undefined {
    const because = faultOf(() => verifyNote(note, [...this.#trusted.values()]));
    if (because === undefined) return undefined;
    const retired = [...this.#retired.values()].find((key) =>
      note.signatures.some(({ name, keyId }) => name === key.name && keyId === keyIdOf(key)),
    );
    return retired === undefined ? because : `${because}: ${formatNoteKey(retired)} is retired`;
  }
}

/** Why the proof does not show that the log went on from one to the other. */
function flawOf(proof: WitnessRequest['proof'], from: TreeHead, to: TreeHead): string | undefined {
  if (from.size > 0) return faultOf(() => verifyConsistency(from, to, proof));
  return proof.length === 0 ? undefined : 'a proof from size 0 must be empty';
}

/** What a check has to say against what it checks. */
export function faultOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof StorageError) return error.message;
    throw error;
  }
}
