import { verifyAnchored } from '../storage/anchor.ts';
import { concat, sameBytes } from '../storage/bytes.ts';
import { StorageError } from '../storage/faults.ts';
import { leavesIn } from '../storage/log-leaves.ts';
import {
  countersign,
  type LogSigners,
  ownCheckpoint,
  signCheckpoint,
  verifierKeyOf,
} from '../storage/log-signer.ts';
import { LogTree } from '../storage/log-tree.ts';
import type { Place, Workplace } from '../storage/place.ts';
import type { Files } from '../storage/ports.ts';
import type { Checkpoint } from '../storage/proofs/checkpoint.ts';
import { formatNote, type Note, parseNote } from '../storage/proofs/note.ts';
import type { Receipt } from '../storage/proofs/receipt.ts';
import { publish } from '../storage/publication.ts';
import { type Hole, isHole, type ReadRange, type StoredRecord } from '../storage/read.ts';
import { Turns } from '../storage/turns.ts';
import type { Verification } from '../storage/verification.ts';

/** A log that is written to, perhaps, while it is read. */
export interface ReadableLog {
  read(range: ReadRange): AsyncIterable<StoredRecord | Hole>;
  status(): { readonly size: number };
  readonly signers: LogSigners;
}

/** Where the log lies; it takes turns with what else the process does. */
export type ProofPlace = Place & Pick<Workplace, 'clock'>;

/** What a log can show to strangers. Its tree is made when it is first asked for. */
export class LogProofs {
  readonly #place: ProofPlace;
  readonly #log: ReadableLog;
  readonly #turns = new Turns();
  #tree: LogTree | undefined;
  #given = 0;
  #isInDoubt = false;

  constructor(place: ProofPlace, log: ReadableLog) {
    this.#place = place;
    this.#log = log;
  }

  /** The log was opened anew, and may not be what it was. */
  forget(): void {
    this.#tree = undefined;
    this.#isInDoubt = false;
  }

  /**
   * A rotation of keys failed, and the disk may have it all the same: nothing is signed before the
   * log is opened anew, for nobody believes what a key signs after its rotation.
   */
  doubt(): void {
    this.#isInDoubt = true;
  }

  /** What verifies its checkpoints: a vkey of c2sp.org/signed-note. */
  get verifierKey(): string {
    return verifierKeyOf(this.#log.signers);
  }

  /** How many records the last checkpoint had that was given out, by this process or an earlier. */
  get given(): number {
    return this.#given;
  }

  /**
   * The same as static files of c2sp.org/tlog-tiles in a directory: what is missing there of tiles,
   * then the checkpoint. Returns that.
   * @throws {StorageError} UNPROVEN if the checkpoint that lies there is none of this log as it is;
   * CORRUPT if a leaf cannot be read, and those of the files.
   */
  async publish(directory: string, files: Files): Promise<Note> {
    return await this.#turns.take(async () => {
      const tree = await this.#grown();
      const last = await files.read(`${directory}/checkpoint`);
      // Its tiles are never written again: they must be those of this tree.
      if (last !== undefined) await this.#sizeIn(parseNote(last), tree);
      const note = this.#sign(tree);
      await publish(files, directory, tree, note);
      return note;
    });
  }

  /** Reads what an earlier process had given out. Never fails. */
  async recall(): Promise<void> {
    const { files, layout } = this.#place;
    try {
      const note = await files.read(layout.checkpoint);
      if (note !== undefined) this.#given = this.openAnchor(note).size;
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
    }
  }

  /** Of the log as it is now. @throws {StorageError} CORRUPT if a leaf cannot be read. */
  checkpoint(): Promise<Note> {
    return this.#turns.take(async () => this.#sign(await this.#grown()));
  }

  /** The same, for somebody outside to keep; its size is remembered, by later processes too. */
  async give(): Promise<Note> {
    const note = await this.checkpoint();
    await this.noteGiven(note);
    return note;
  }

  /** Somebody outside has it now. */
  async noteGiven(note: Note): Promise<void> {
    const { files, layout } = this.#place;
    const bytes = formatNote(note);
    const { size } = this.openAnchor(bytes);
    if (size < this.#given) return;
    this.#given = size;
    // The gauge of a later process is all that hangs on it.
    await files.replace(layout.checkpoint, bytes).catch(() => {});
  }

  /**
   * With what was logged, as far as it can be read: the salt and the record.
   * @param given a checkpoint of the log that the receipt is to carry; the present one by default
   * @throws {RangeError} unless `index` is a whole number from 0, below the size.
   * @throws {StorageError} CORRUPT if a leaf cannot be read; UNPROVEN if `given` is no checkpoint
   * of this log as it is.
   */
  prove(index: number, given?: Note): Promise<Receipt> {
    return this.#turns.take(async () => {
      const tree = await this.#grown();
      const size = given === undefined ? tree.size : await this.#sizeIn(given, tree);
      const proof = await tree.prove(index, size);
      const receipt = { index, proof, note: given ?? this.#sign(tree) };
      for await (const read of this.#log.read({ from: index, to: index + 1 })) {
        if (!isHole(read)) return { ...receipt, extra: concat(read.salt, read.record) };
      }
      return receipt;
    });
  }

  /**
   * That the log with `newer` records, by default as it is now, goes on from that with `older`.
   * @throws {RangeError} unless 1 <= `older` <= `newer` <= the size, both whole.
   * @throws {StorageError} CORRUPT if a leaf cannot be read.
   */
  proveConsistency(older: number, newer?: number): Promise<readonly Uint8Array[]> {
    return this.#turns.take(async () => {
      const tree = await this.#grown();
      return await tree.proveConsistency(older, newer ?? tree.size);
    });
  }

  /**
   * A checkpoint of this log that somebody kept.
   * @throws {StorageError} UNPROVEN with the reason if it is none.
   */
  openAnchor(note: Uint8Array): Checkpoint {
    return ownCheckpoint(this.#log.signers, note);
  }

  /** What was found of the log, beside a checkpoint of it. Its leaves are read afresh. */
  verifyAnchored(found: Verification, anchor: Checkpoint): Promise<Verification> {
    return verifyAnchored(found, anchor, this.#leaves, this.#pause);
  }

  /**
   * The present checkpoint, signed by the key before and the one after `rotate`: whoever trusts the
   * one learns the other. Nothing is signed meanwhile.
   * @param rotate retires the key, which has signed nothing larger than `size`
   * @throws {StorageError} CORRUPT if a leaf cannot be read; what `rotate` throws.
   */
  handOver(rotate: (size: number) => Promise<void>): Promise<Note> {
    return this.#turns.take(async () => {
      const tree = await this.#grown();
      const note = this.#sign(tree);
      await rotate(tree.size);
      return countersign(this.#log.signers, note);
    });
  }

  #sign(tree: LogTree): Note {
    if (this.#isInDoubt) {
      const because = 'a rotation of keys failed: nothing is signed until the log is open again';
      throw new StorageError('GONE', because);
    }
    return signCheckpoint(this.#log.signers, tree);
  }

  async #sizeIn(given: Note, tree: LogTree): Promise<number> {
    const { size, root } = this.openAnchor(formatNote(given));
    if (size <= tree.size && sameBytes(await tree.rootAt(size), root)) return size;
    throw new StorageError('UNPROVEN', 'the log is no longer what the checkpoint says');
  }

  readonly #leaves = (from: number, to: number) =>
    leavesIn(this.#place, { from, to }, (range) => this.#log.read(range));

  readonly #pause = () => new Promise<void>((resolve) => this.#place.clock.soon(resolve));

  async #grown(): Promise<LogTree> {
    const tree = this.#tree ?? (await LogTree.of(this.#leaves, this.#pause));
    this.#tree = tree;
    await tree.grow(this.#log.status().size);
    // It may have been forgotten meanwhile, half of it read from another log.
    return this.#tree === tree ? tree : await this.#grown();
  }
}
