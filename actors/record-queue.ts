/** A record that waits to be written. What nobody waits for has neither `done` nor `failed`. */
export interface Waiting {
  readonly record: Uint8Array;
  /** Whether it stays while the log is lost; a record that nobody waits for does in any case. */
  readonly isPatient?: boolean;
  /** It is durable. */
  readonly done?: (index: number, leafHash: string) => void;
  readonly failed?: (code: 'AUDIT_CLOSED' | 'AUDIT_UNAVAILABLE', because: string) => void;
}

/** Records in the order they came, at most so many and so long. */
export class RecordQueue {
  readonly #recordsMax: number;
  readonly #bytesMax: number;
  readonly #waiting = new Set<Waiting>();
  #bytes = 0;

  constructor(recordsMax: number, bytesMax: number) {
    this.#recordsMax = recordsMax;
    this.#bytesMax = bytesMax;
  }

  get size(): number {
    return this.#waiting.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  hasRoomFor({ length }: Uint8Array): boolean {
    return this.size < this.#recordsMax && this.#bytes + length <= this.#bytesMax;
  }

  add(waiting: Waiting): void {
    this.#waiting.add(waiting);
    this.#bytes += waiting.record.length;
  }

  /** False if it is gone already. */
  delete(waiting: Waiting): boolean {
    if (!this.#waiting.delete(waiting)) return false;
    this.#bytes -= waiting.record.length;
    return true;
  }

  /** Takes out the first, and as many more as `recordsMax` and `bytesMax` allow. */
  take(recordsMax: number, bytesMax: number): readonly Waiting[] {
    const taken: Waiting[] = [];
    let bytes = 0;
    for (const waiting of this.#waiting) {
      bytes += waiting.record.length;
      if (taken.length > 0 && (taken.length === recordsMax || bytes > bytesMax)) break;
      taken.push(waiting);
    }
    for (const waiting of taken) this.delete(waiting);
    return taken;
  }

  /** Takes out all that are so. */
  takeThose(isOne: (waiting: Waiting) => boolean): readonly Waiting[] {
    const taken = [...this.#waiting].filter(isOne);
    for (const waiting of taken) this.delete(waiting);
    return taken;
  }

  /** Back to the front, in their order. */
  putBack(taken: readonly Waiting[]): void {
    const behind = [...this.#waiting];
    for (const waiting of behind) this.delete(waiting);
    for (const waiting of [...taken, ...behind]) this.add(waiting);
  }
}
