import { readChain } from '../actors/peer/wire/continuity-chain.ts';
import type { Expected } from '../actors/peer/wire/handshake.ts';
import { peerIdOf, publicKeyOfPeer } from '../actors/peer/wire/peer-id.ts';
import type { Persistence, Saver } from './kernel/persistence.ts';

const PREFIX = 'pin/';
const PINS_MAX = 10_000;
const CHAIN = 'chain/';

/**
 * Who answered first at a url: the newest 10,000, over restarts of the process if anything is saved
 * at all.
 */
export class Pins implements Saver {
  readonly #byUrl = new Map<string, Expected>();
  readonly #persistence: Persistence | undefined;

  constructor(persistence: Persistence | undefined) {
    this.#persistence = persistence;
    // What cannot be read pins nobody.
    persistence?.restore(PREFIX, (url, value) => {
      const pin = pinFrom(value);
      if (pin === undefined) return 'id';
      this.#byUrl.set(url, pin);
      return undefined;
    });
    persistence?.add(this);
  }

  get(url: string): Expected | undefined {
    return this.#byUrl.get(url);
  }

  /** With its records, as they were verified: none are forgotten for one that sends none. */
  set(url: string, { id, records }: Expected): void {
    const known = this.#byUrl.get(url);
    const isNews = records.length > 0 && savedOf({ id, records }) !== savedOf(known);
    if (known?.id === id && !isNews) return;
    this.#byUrl.delete(url);
    this.#byUrl.set(url, { id, records });
    this.#mark(url);
    const [oldest] = this.#byUrl.keys();
    if (this.#byUrl.size <= PINS_MAX || oldest === undefined) return;
    this.#byUrl.delete(oldest);
    this.#persistence?.remove(PREFIX + oldest);
  }

  markAll(): void {
    for (const url of this.#byUrl.keys()) this.#mark(url);
  }

  #mark(url: string): void {
    this.#persistence?.mark(PREFIX + url, { take: () => savedOf(this.#byUrl.get(url)) });
  }
}

/** The id, or, where there are records, they alone: the last one has the key. */
function savedOf(pin: Expected | undefined): string | undefined {
  if (pin === undefined || pin.records.length === 0) return pin?.id;
  return `${CHAIN}${Buffer.concat(pin.records.map(({ bytes }) => bytes)).toString('base64')}`;
}

function pinFrom(value: unknown): Expected | undefined {
  if (typeof value !== 'string') return undefined;
  if (!value.startsWith(CHAIN)) {
    return publicKeyOfPeer(value) === undefined ? undefined : { id: value, records: [] };
  }
  const records = readChain(Uint8Array.from(Buffer.from(value.slice(CHAIN.length), 'base64')));
  const key = typeof records === 'string' ? undefined : records.at(-1)?.key;
  if (key === undefined || typeof records === 'string') return undefined;
  return { id: peerIdOf(key), records };
}
