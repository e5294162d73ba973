const PAGE_BYTES = 65_536;

/** What the engine was built to start with. */
const PAGES_MIN = 256;

/** The only memory of a guest, which tells how much it is, and whether more was refused. */
export class BoundedMemory extends WebAssembly.Memory {
  /** Whether the engine, when it asked last, was refused. It asks again for less, up to twice. */
  isRefused = false;
  #pagesMax;
  /** @type {(bytes: number) => void} */
  #onGrown;

  /**
   * @param {number} pagesMax
   * @param {(bytes: number) => void} onGrown
   */
  constructor(pagesMax, onGrown) {
    super({ initial: PAGES_MIN, maximum: pagesMax });
    this.#pagesMax = pagesMax;
    this.#onGrown = onGrown;
    onGrown(this.buffer.byteLength);
  }

  /**
   * @param {number} pages
   * @override
   */
  grow(pages) {
    this.isRefused = true;
    const before = super.grow(pages);
    this.isRefused = false;
    this.#onGrown(this.buffer.byteLength);
    return before;
  }

  /** How much it may be at most, as one page more is refused; or infinitely much, if it is not. */
  measuredBytesMax() {
    const left = this.#pagesMax - this.buffer.byteLength / PAGE_BYTES;
    try {
      this.grow(left + 1);
      return Infinity;
    } catch {
      this.isRefused = false;
      return this.#pagesMax * PAGE_BYTES;
    }
  }
}
