const NEWLINE = 0x0a;

/** Cuts what arrives in pieces into lines of at most `bytesMax` bytes. */
export class Lines {
  readonly #bytesMax: number;
  #begun: Uint8Array[] = [];
  #begunBytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The lines that `chunk` completes, in order. @throws {RangeError} at the first too long. */
  *take(chunk: Uint8Array): Generator<string> {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, end));
      const line = Buffer.concat(this.#begun).toString();
      this.#begun = [];
      this.#begunBytes = 0;
      from = end + 1;
      yield line;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
  }

  #keep(piece: Uint8Array): void {
    this.#begunBytes += piece.length;
    if (this.#begunBytes > this.#bytesMax) {
      this.#begun = [];
      throw new RangeError(`a line must have at most ${this.#bytesMax} bytes`);
    }
    this.#begun.push(piece);
  }
}
