import type { RandomStream } from '../../world.ts';
import { Recent } from '../door/recent.ts';
import type { Payload } from '../requests/payload.ts';

const CONSONANTS = 'bcdfghklmnprstvz';
const VOWELS = 'aeiou';
/** 80 each: five of them are 32 bits. */
const SYLLABLES = [5, 6, 7];
const WORDS = ['orders', 'users', 'items', 'status', 'stock', 'accounts'];
const KNOWN_MAX = 64;
/** Reserved methods are known to everybody. */
const RESERVED = 'holdfast.';

/** Of what is sent: no more is copied of sizes. */
const BYTES_MAX = 4_096;
/** JSON of an empty id. */
const LEAST_BYTES = '{"id":""}'.length;

/** What a request looked like. */
interface Shape {
  readonly name: string;
  readonly bytes: number;
}

/** A request for what does not exist. */
export interface CanaryRequest {
  readonly name: string;
  readonly payload: Payload;
}

/**
 * Names of methods that do not exist, and sizes of what is sent with them: the first words, and the
 * sizes, are those of requests that are made here. Whoever knows all methods that there are tells
 * them apart, and then knows what an honest peer answers, too.
 */
export class CanaryNames {
  readonly #random: RandomStream;
  readonly #known = new Recent<Shape>(KNOWN_MAX);
  #shapes: readonly Shape[] = [];

  constructor(random: RandomStream) {
    this.#random = random;
  }

  /** A request was made here. */
  asked(name: string, bytes: number): void {
    if (name.startsWith(RESERVED) || this.#known.find(name) !== undefined) return;
    this.#known.set(name, { name, bytes });
    this.#shapes = [...this.#shapes, { name, bytes }].slice(-KNOWN_MAX);
  }

  /** The next one. */
  draw(): CanaryRequest {
    const { name, bytes } = this.#oneOf(this.#shapes) ?? { name: '', bytes: 0 };
    const words = name.split('.').slice(0, -1);
    if (words.length === 0) words.push(this.#oneOf(WORDS) ?? '');
    return { name: [...words, this.#word()].join('.'), payload: this.#payload(bytes) };
  }

  #payload(size: number): Payload {
    if (size === 0) return { encoding: 'nothing', bytes: new Uint8Array(0) };
    const free = Math.min(size, BYTES_MAX) - LEAST_BYTES;
    const id = Buffer.from(this.#random.bytes(Math.max(2, free >> 1))).toString('hex');
    return { encoding: 'json', bytes: Buffer.from(JSON.stringify({ id })) };
  }

  #word(): string {
    const count = this.#oneOf(SYLLABLES) ?? 0;
    return Array.from({ length: count }, () => this.#syllable()).join('');
  }

  #syllable(): string {
    return `${this.#oneOf([...CONSONANTS])}${this.#oneOf([...VOWELS])}`;
  }

  #oneOf<Choice>(choices: readonly Choice[]): Choice | undefined {
    return choices[Math.floor(this.#random.draw() * choices.length)];
  }
}
