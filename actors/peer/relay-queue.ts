import { WINDOW_BYTES } from './circuit.ts';
import type { Account } from './ledger.ts';
import { ownedPart } from './requests/payload.ts';
import type { Frame } from './wire/frame.ts';
import type { FrameWriter } from './wire/frame-writer.ts';

/** Of one circuit: what may be on its way at once, and in how many pieces. */
const PARTS_MAX = 1_024;
/** What a frame that waits costs besides its part. */
const PART_BYTES = 128;

type RelayFrame = Frame & { readonly kind: 'relay' };

interface Queue {
  readonly frames: RelayFrame[];
  bytes: number;
}

/**
 * What is relayed over one connection and waits for it: circuit by circuit, in turn, so that one
 * that floods ends, and no other has to wait for it.
 */
export class RelayQueue {
  readonly #account: Pick<Account, 'hold' | 'free'>;
  readonly #byCircuit = new Map<number, Queue>();

  constructor(account: Pick<Account, 'hold' | 'free'>) {
    this.#account = account;
  }

  /** False if too much of that circuit waits already, or of the connection. */
  add(circuit: number, part: Uint8Array): boolean {
    const queue = this.#byCircuit.get(circuit) ?? { frames: [], bytes: 0 };
    const isFull = queue.frames.length >= PARTS_MAX || queue.bytes + part.length > WINDOW_BYTES;
    if (isFull || !this.#account.hold(PART_BYTES + part.length)) return false;
    queue.frames.push({ kind: 'relay', circuit, part: ownedPart(part) });
    queue.bytes += part.length;
    this.#byCircuit.set(circuit, queue);
    return true;
  }

  /** True if not all of it fits. */
  fill(writer: FrameWriter): boolean {
    for (const [circuit, queue] of this.#byCircuit) {
      const [frame] = queue.frames;
      if (frame === undefined) continue;
      if (!writer.write(frame)) return true;
      queue.frames.shift();
      queue.bytes -= frame.part.length;
      this.#account.free(PART_BYTES + frame.part.length);
      // Trap: a Map hands out what is put at its end while it is walked.
      this.#byCircuit.delete(circuit);
      if (queue.frames.length > 0) this.#byCircuit.set(circuit, queue);
    }
    return false;
  }

  clear(): void {
    this.#byCircuit.clear();
  }
}
