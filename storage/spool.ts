import { putAside } from './aside.ts';
import { concat, isZero, readU32, readU64, sameBytes, text, u32, u64 } from './bytes.ts';
import { hkdf } from './derivation.ts';
import { StorageError } from './faults.ts';
import type { Files } from './ports.ts';
import { NONCE_BYTES, type SealTools, seal, unseal } from './seal.ts';
import { Secret } from './secret.ts';
import { Turns } from './turns.ts';

export interface SpoolTools extends SealTools {
  readonly files: Files;
}

/** A record that waits for the log, and its class. */
export interface SpoolFrame {
  readonly kind: 'decision' | 'event' | 'gap';
  /** The JSON of an event. */
  readonly record: Uint8Array;
}

const KINDS: readonly SpoolFrame['kind'][] = ['decision', 'event', 'gap'];
const MAGIC = text('HFSPOOL');
const VERSION = 2;
const ID_BYTES = 16;
const SIZE_AT = MAGIC.length + 1 + ID_BYTES;
/** Here stands the seed of the key of the frames; in version 1 they begin, under the key itself. */
const SEED_AT = SIZE_AT + 8;
const SEED_BYTES = 32;
const NO_FILE: ReadonlySet<string> = new Set(['GONE', 'TAKEN']);

/** What a spool's file holds; the next frame has the number `frames`. */
interface Held {
  readonly head: Uint8Array;
  readonly frames: number;
  readonly sizeBytes: number;
}

/** The records that the log could not take, sealed, in one file with a limit. */
export class Spool {
  readonly #tools: SpoolTools;
  readonly #path: string;
  readonly #bytesMax: number;
  readonly #turns = new Turns();
  #held: Held | undefined;
  /** An append failed: behind what is held there may be more. */
  #isFrayed = false;

  private constructor(tools: SpoolTools, path: string, bytesMax: number, held: Held | undefined) {
    this.#tools = tools;
    this.#path = path;
    this.#bytesMax = bytesMax;
    this.#held = held;
  }

  /**
   * Reads what an earlier process left, and cuts off what is not whole. A file that is no spool of
   * this key is put aside as `<path>.damaged`. `logSize` is that of the log when it was begun.
   * @param bytesMax of the file; one that is longer already takes no more.
   */
  static async open(
    tools: SpoolTools,
    path: string,
    bytesMax: number,
  ): Promise<{
    readonly spool: Spool;
    readonly frames: readonly SpoolFrame[];
    readonly logSize: number;
    readonly isTorn: boolean;
  }> {
    const bytes = await read(tools.files, path);
    const { head, frames, end, isForeign } = parse(tools, bytes);
    const isTorn = end < bytes.length && (isForeign || !isErased(bytes));
    if (isForeign) await putAside(tools.files, path, 'damaged');
    else if (end === 0) await destroy(tools.files, path, { head, sizeBytes: bytes.length });
    else if (isTorn) await tools.files.truncate(path, end);
    const held = end === 0 ? undefined : { head, frames: frames.length, sizeBytes: end };
    const logSize = held && readU64(head, SIZE_AT);
    return { spool: new Spool(tools, path, bytesMax, held), frames, logSize: logSize ?? 0, isTorn };
  }

  /** Of the file. */
  get sizeBytes(): number {
    return this.#held?.sizeBytes ?? 0;
  }

  /**
   * Appends the first of `frames`, as many as there is room for, and says how many those are. They
   * are durable then; none is if it fails.
   * @param logSize for a file that is yet to be made: none of `frames` is in the log before it.
   */
  add(frames: readonly SpoolFrame[], logSize: number): Promise<number> {
    return this.#turns.take(() => this.#add(frames, logSize));
  }

  async #add(frames: readonly SpoolFrame[], logSize: number): Promise<number> {
    const { files } = this.#tools;
    await this.#mend();
    const held = this.#held ?? this.#begin(logSize);
    const parts: Uint8Array[] = [];
    let { frames: number, sizeBytes } = held;
    withFrameTools(this.#tools, held.head, (tools) => {
      for (const frame of frames) {
        const sealed = sealFrame(tools, held.head, number, frame);
        const next = sizeBytes + 4 + sealed.length;
        if (next > this.#bytesMax) break;
        parts.push(u32(sealed.length), sealed);
        sizeBytes = next;
        number += 1;
      }
    });
    const taken = number - held.frames;
    if (taken === 0) return 0;
    if (this.#held === undefined) {
      // As a whole: behind a file that somebody put there it would be lost with it.
      await files.replace(this.#path, concat(held.head, ...parts));
    } else {
      this.#isFrayed = true;
      await files.append(this.#path, concat(...parts));
      this.#isFrayed = false;
    }
    this.#held = { head: held.head, frames: number, sizeBytes };
    return taken;
  }

  #begin(logSize: number): Held {
    const { random } = this.#tools;
    const begun = concat(MAGIC, Uint8Array.of(VERSION), random(ID_BYTES), u64(logSize));
    const head = concat(begun, random(SEED_BYTES));
    return { head, frames: 0, sizeBytes: head.length };
  }

  /** Removes the file, its frames unreadable for good. What is added later begins a new one. */
  clear(): Promise<void> {
    return this.#letGo(() => destroy(this.#tools.files, this.#path, this.#held));
  }

  /** Puts the file aside as `<path>.refused`, its frames unreadable: they were in the log. */
  refuse(): Promise<void> {
    return this.#letGo(async () => {
      await erase(this.#tools.files, this.#path, this.#held);
      await putAside(this.#tools.files, this.#path, 'refused');
    });
  }

  #letGo(work: () => Promise<void>): Promise<void> {
    return this.#turns.take(async () => {
      await work();
      this.#held = undefined;
      this.#isFrayed = false;
    });
  }

  /** Cuts off what a failed append left: frames behind it would be lost with it. */
  async #mend(): Promise<void> {
    if (!this.#isFrayed || this.#held === undefined) return;
    await this.#tools.files.truncate(this.#path, this.#held.sizeBytes);
    this.#isFrayed = false;
  }
}

interface Parsed {
  readonly head: Uint8Array;
  readonly frames: readonly SpoolFrame[];
  /** The length of what is whole; 0 if nothing is worth keeping. */
  readonly end: number;
  /** It is no spool, or that of another key. */
  readonly isForeign: boolean;
}

/** Of a directory or a pipe in its place, bytes that are no spool's. */
async function read(files: Files, path: string): Promise<Uint8Array> {
  try {
    return (await files.read(path)) ?? new Uint8Array();
  } catch (error) {
    if (error instanceof StorageError && error.code === 'TAKEN') return Uint8Array.of(0);
    throw error;
  }
}

function parse(tools: SpoolTools, bytes: Uint8Array): Parsed {
  const begin = Math.min(bytes.length, MAGIC.length);
  const version = bytes[MAGIC.length] ?? VERSION;
  const framesAt = version === 1 ? SEED_AT : SEED_AT + SEED_BYTES;
  const head = bytes.slice(0, framesAt);
  const isKnown = version === 1 || version === VERSION;
  if (!isKnown || !sameBytes(bytes.subarray(0, begin), MAGIC.subarray(0, begin))) {
    return { head, frames: [], end: 0, isForeign: true };
  }
  if (bytes.length < framesAt || isErased(bytes)) {
    return { head, frames: [], end: 0, isForeign: false };
  }
  return withFrameTools(tools, head, (frameTools) => {
    const frames: SpoolFrame[] = [];
    let end = framesAt;
    for (;;) {
      const sealed = sealedAt(bytes, end);
      const frame = sealed && openFrame(frameTools, head, frames.length, sealed);
      if (sealed === undefined || frame === undefined) {
        const isEmpty = frames.length === 0;
        return { head, frames, end: isEmpty ? 0 : end, isForeign: isEmpty && sealed !== undefined };
      }
      frames.push(frame);
      end += 4 + sealed.length;
    }
  });
}

/** It was to be removed; a crash came in between. No frame of version 1 begins with zeros. */
const isErased = (bytes: Uint8Array): boolean =>
  bytes.length >= SEED_AT + SEED_BYTES && isZero(bytes.subarray(SEED_AT, SEED_AT + SEED_BYTES));

/** Lends `work` the key of the frames of one file, which is there for that moment only. */
function withFrameTools<Result>(
  tools: SpoolTools,
  head: Uint8Array,
  work: (tools: SealTools) => Result,
): Result {
  if (head.length === SEED_AT) return work(tools);
  const bytes = hkdf(tools.key, head.subarray(SEED_AT), text('holdfast/v1/spool-frames'), 32);
  const key = Secret.of(bytes);
  bytes.fill(0);
  try {
    return work({ ...tools, key });
  } finally {
    key.wipe();
  }
}

/** Overwrites in place what the frames cannot be read without: the seed, or else the frames. */
async function erase(
  files: Files,
  path: string,
  held: Pick<Held, 'head' | 'sizeBytes'> | undefined,
): Promise<void> {
  if (held === undefined || held.sizeBytes < SEED_AT + SEED_BYTES) return;
  const length = held.head.length === SEED_AT ? held.sizeBytes - SEED_AT : SEED_BYTES;
  try {
    await files.overwrite(path, SEED_AT, new Uint8Array(length));
  } catch (error) {
    // Somebody took it away, or put there what is no file.
    if (!(error instanceof StorageError) || !NO_FILE.has(error.code)) throw error;
  }
}

async function destroy(
  files: Files,
  path: string,
  held: Pick<Held, 'head' | 'sizeBytes'> | undefined,
): Promise<void> {
  await erase(files, path, held);
  await files.remove(path);
}

/** The sealed bytes of the frame at `at`; undefined if they are not all there. */
function sealedAt(bytes: Uint8Array, at: number): Uint8Array | undefined {
  if (bytes.length < at + 4) return undefined;
  const end = at + 4 + readU32(bytes, at);
  return bytes.length < end ? undefined : bytes.subarray(at + 4, end);
}

function sealFrame(
  { key, storeId, random }: SealTools,
  head: Uint8Array,
  number: number,
  { kind, record }: SpoolFrame,
): Uint8Array {
  const plain = concat(Uint8Array.of(KINDS.indexOf(kind)), record);
  return seal(key, random(NONCE_BYTES), aadOf(storeId, head, number), plain);
}

function openFrame(
  { key, storeId }: SealTools,
  head: Uint8Array,
  number: number,
  sealed: Uint8Array,
): SpoolFrame | undefined {
  const plain = unseal(key, aadOf(storeId, head, number), sealed);
  const kind = KINDS[plain?.[0] ?? KINDS.length];
  return plain && kind && { kind, record: plain.slice(1) };
}

const aadOf = (storeId: Uint8Array, head: Uint8Array, number: number): Uint8Array =>
  concat(text('spool'), storeId, head, u64(number));
