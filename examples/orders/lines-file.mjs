import { closeSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** A text file, begun anew; at its limit it becomes `<path>.old`, so that both stay bounded. */
export class LinesFile {
  isLost = false;
  #path;
  #bytesMax;
  #bytes = 0;
  #file;

  /**
   * @param {string} path
   * @param {number} bytesMax
   */
  constructor(path, bytesMax) {
    this.#path = path;
    this.#bytesMax = bytesMax;
    mkdirSync(dirname(path), { recursive: true });
    this.#file = openSync(path, 'w');
  }

  /**
   * A disk that takes no more must not stop what is written about: the rest is lost, and `isLost`.
   * @param {string} line
   */
  append(line) {
    if (this.isLost) return;
    try {
      if (this.#bytes + Buffer.byteLength(line) >= this.#bytesMax) this.#rotate();
      this.#bytes += writeSync(this.#file, `${line}\n`);
    } catch {
      this.isLost = true;
    }
  }

  #rotate() {
    closeSync(this.#file);
    renameSync(this.#path, `${this.#path}.old`);
    this.#file = openSync(this.#path, 'w');
    this.#bytes = 0;
  }
}
