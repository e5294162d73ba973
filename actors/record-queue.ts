/** A record that waits to be written. What nobody waits for has neither `done` nor `failed`. */
export interface Waiting {
  readonly record: Uint8Array;
  /** Whether it stays while the log is lost; a record that nobody waits for does in any case. */
  readonly isPatient?: boolean;
  /** The queue's own mark. */
  isQueued?: boolean;
  /** It is durable. */
  readonly done?: (index: number, leafHash: string) => void;
  readonly failed?: (code: 'AUDIT_CLOSED' | 'AUDIT_UNAVAILABLE', because: string) => void;
}

/** Records in the order they came, at most so many and so long. */
export class RecordQueue {
  readonly #recordsMax: number;
  readonly #bytesMax: number;
  /** Those that were deleted lie here until they are half of all, so that each costs the same. */
  #all: Waiting[] = [];
  #size = 0;
  #bytes = 0;

  constructor(recordsMax: number, bytesMax: number) {
    this.#recordsMax = recordsMax;
    this.#bytesMax = bytesMax;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  hasRoomFor({ length }: Uint8Array): boolean {
    return this.#size < this.#recordsMax && this.#bytes + length <= this.#bytesMax;
  }

  add(waiting: Waiting): void {
    this.#enter(waiting);
    this.#all.push(waiting);
  }

  /** False if it is gone already. */
  delete(waiting: Waiting): boolean {
    if (waiting.isQueued !== true) return false;
    this.#leave(waiting);
    if (this.#all.length > 2 * this.#size) this.#all = this.#all.filter(isQueued);
    return true;
  }

  /** Takes out the first, and as many more as `recordsMax` and `bytesMax` allow. */
  take(recordsMax: number, bytesMax: number): readonly Waiting[] {
    const taken: Waiting[] = [];
    let bytes = 0;
    let passed = 0;
    for (const waiting of this.#all) {
      if (isQueued(waiting)) {
        bytes += waiting.record.length;
        if (taken.length > 0 && (taken.length === recordsMax || bytes > bytesMax)) break;
        taken.push(waiting);
        this.#leave(waiting);
      }
      passed += 1;
    }
    this.#all.splice(0, passed);
    return taken;
  }

  /** Takes out all that are so. */
  takeThose(isOne: (waiting: Waiting) => boolean): readonly Waiting[] {
    const taken = this.#all.filter((waiting) => isQueued(waiting) && isOne(waiting));
    for (const waiting of taken) this.#leave(waiting);
    this.#all = this.#all.filter(isQueued);
    return taken;
  }

  /** Back to the front, in their order. */
  putBack(taken: readonly Waiting[]): void {
    for (const waiting of taken) this.#enter(waiting);
    this.#all = [...taken, ...this.#all];
  }

  #enter(waiting: Waiting): void {
    waiting.isQueued = true;
    this.#size += 1;
    this.#bytes += waiting.record.length;
  }

  #leave(waiting: Waiting): void {
    waiting.isQueued = false;
    this.#size -= 1;
    this.#bytes -= waiting.record.length;
  }
}

const isQueued = (waiting: Waiting): boolean => waiting.isQueued === true;
