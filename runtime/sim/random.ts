import { createHash } from 'node:crypto';
import { checkLength, fraction } from '../../actors/draw.ts';
import type { Random, RandomStream } from '../../actors/world.ts';

/** sfc32 of PractRand (Chris Doty-Humphrey, public domain): small, fast, good enough for tests. */
function sfc32(seed: Buffer): () => number {
  let [a, b, c, counter] = [0, 4, 8, 12].map((at) => seed.readUInt32LE(at)) as [
    number,
    number,
    number,
    number,
  ];
  return () => {
    const drawn = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + drawn;
    return drawn >>> 0;
  };
}

/** Randomness that follows from `seed`: each named stream by itself, whatever others draw. */
export class SeededRandom implements Random {
  readonly #seed: number;
  readonly #streams = new Map<string, RandomStream>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  stream(name: string): RandomStream {
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    const word = sfc32(createHash('sha256').update(`${this.#seed}/${name}`).digest());
    const stream: RandomStream = {
      draw: () => fraction(word(), word()),
      bytes(length) {
        checkLength(length);
        return Uint8Array.from({ length }, () => word() & 0xff);
      },
    };
    this.#streams.set(name, stream);
    return stream;
  }
}
