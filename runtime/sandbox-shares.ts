/**
 * Sandboxes that peers have at work. One peer has a quarter of all at most, and all together leave
 * a quarter to the host: whoever asks slowly, and without end, keeps nobody else from theirs.
 */
export class SandboxShares {
  readonly #ownMax: number;
  readonly #allMax: number;
  readonly #byPeer = new Map<string, number>();
  #all = 0;

  constructor(sandboxesMax: number) {
    this.#ownMax = Math.ceil(sandboxesMax / 4);
    this.#allMax = Math.max(1, sandboxesMax - this.#ownMax);
  }

  /** False if it has its share already, or all have. */
  take(peer: string): boolean {
    const own = this.#byPeer.get(peer) ?? 0;
    if (own >= this.#ownMax || this.#all >= this.#allMax) return false;
    this.#byPeer.set(peer, own + 1);
    this.#all += 1;
    return true;
  }

  give(peer: string): void {
    const own = (this.#byPeer.get(peer) ?? 1) - 1;
    if (own === 0) this.#byPeer.delete(peer);
    else this.#byPeer.set(peer, own);
    this.#all -= 1;
  }
}
