/** Secrets that are planted, each with the place where that was done. */
export class Marks {
  readonly #places = new Map<string, string>();

  /** A word that looks like any other: for what is told nowhere, whatever it holds. */
  bare(place: string): string {
    const mark = `Mk${String(this.#places.size).padStart(4, '0')}Zq`;
    this.#places.set(mark, place);
    return mark;
  }

  /** A sentence that may be told, but for the secrets in it. */
  said(place: string): string {
    return `it failed: https://ann:${this.bare(`${place}, user`)}@h/?token=${this.bare(place)}`;
  }

  /** In all the ways in which they are written. */
  bytes(place: string, bytes: Uint8Array): void {
    const buffer = Buffer.from(bytes);
    for (const as of ['hex', 'base64', 'base64url', 'latin1'] as const) {
      this.#places.set(buffer.toString(as), place);
    }
    this.#places.set(bytes.join(','), place);
    this.#places.set(bytes.slice(0, 16).join(', '), place);
    this.#places.set(buffer.toString('hex', 0, 16).replaceAll(/..(?=.)/g, '$& '), place);
  }

  /** `view: place` of each that is there. */
  foundIn(views: Readonly<Record<string, string>>): string[] {
    return Object.entries(views).flatMap(([view, text]) =>
      [...this.#places]
        .filter(([mark]) => text.includes(mark))
        .map(([, place]) => `${view}: ${place}`),
    );
  }
}
