/** SPEC section 6, "Flow": what may be under way before any credit. */
export const ID_WINDOW_BYTES = 262_144;
export const ALL_WINDOW_BYTES = 4_194_304;
/** Of that, so much is for answers: a side that is full of requests still gets its answers. */
export const ANSWERS_WINDOW_BYTES = 1_048_576;

/** What an item counts for, besides its bytes: empty ones take memory, too. */
export const ITEM_BYTES = 64;

export const OPEN_MAX = 256;

/** Which frames of a peer break SPEC section 6 although each of them says what it may. */
export type ExchangeViolation =
  | 'order'
  | 'open'
  | 'unexpected'
  | 'size'
  | 'flow'
  | 'credit'
  | 'underWay';

const MEDIUM_BYTES_MAX = 2_097_152;
const LARGE_BYTES_MAX = 10_485_760;

/** Whether it needs credit with its id. */
export const isLarge = (size: number): boolean => size > ID_WINDOW_BYTES;

/** What is under way, of the payloads that need several frames: by their sizes. */
export class UnderWay {
  /** Of those that a window suffices for. */
  #mediumBytes = 0;
  #largeBytes = 0;

  hasRoomFor(size: number): boolean {
    return isLarge(size)
      ? this.#largeBytes + size <= LARGE_BYTES_MAX
      : this.#mediumBytes + size <= MEDIUM_BYTES_MAX;
  }

  add(size: number): void {
    if (isLarge(size)) this.#largeBytes += size;
    else this.#mediumBytes += size;
  }

  delete(size: number): void {
    if (isLarge(size)) this.#largeBytes -= size;
    else this.#mediumBytes -= size;
  }
}
