import type { FeedContent, FeedReader } from '../actors/feed.actor.ts';
import { FeedRefusal } from '../actors/feed-file.ts';

/** The country that an address is in, as two capitals; undefined for one that is not known. */
export type CountryOf = (address: string) => string | undefined;

/** What reads the format of MaxMind; undefined if the package is not there. */
export type Mmdb = typeof import('mmdb-lib') | undefined;

/** Loaded once, at the start, and only if there is a database: the package is an optional one. */
export const mmdbFor = async ({ geo }: { readonly geo?: object | undefined }): Promise<Mmdb> =>
  geo === undefined ? undefined : await import('mmdb-lib').catch(() => undefined);

const CODE = /^[A-Z]{2}$/;
/** It has to have an answer for these, whichever, before it is believed to have any. */
const PROBES = ['0.0.0.0', '8.8.8.8', '255.255.255.255', '::1', '2001:db8::1', 'ffff::'];

/** Makes a look-up of countries of a database in the format of MaxMind. */
export class CountriesReader implements FeedReader {
  readonly #mmdb: Mmdb;
  readonly #onTaken: (countryOf: CountryOf) => void;
  readonly #pieces: Uint8Array[] = [];

  constructor(mmdb: Mmdb, onTaken: (countryOf: CountryOf) => void) {
    this.#mmdb = mmdb;
    this.#onTaken = onTaken;
  }

  take(piece: Uint8Array): boolean {
    this.#pieces.push(piece);
    return true;
  }

  async finish(): Promise<FeedContent> {
    const bytes = Buffer.concat(this.#pieces);
    const countryOf = opened(this.#mmdb, bytes);
    const heed = (): void => this.#onTaken(countryOf);
    return { prefixes: 0, bytes: bytes.length, bad: 0, badLines: [], heed };
  }
}

/** @throws {FeedRefusal} if it is none, or the package that reads it is not there. */
function opened(mmdb: Mmdb, bytes: Buffer): CountryOf {
  if (mmdb === undefined) {
    throw new FeedRefusal('to read it takes the package mmdb-lib: npm install mmdb-lib');
  }
  try {
    // Of one look-up: read anew each time, pointers to pointers make a small file endless.
    const seen = new Map();
    const reader = new mmdb.Reader<never>(bytes, { cache: seen });
    const { ipVersion, nodeCount, searchTreeSize } = reader.metadata;
    if (nodeCount < 1 || searchTreeSize > bytes.length) throw new RangeError('it is cut off');
    const isReadable = (address: string): boolean => ipVersion === 6 || !address.includes(':');
    const countryIn = (address: string): string | undefined => {
      seen.clear();
      return isReadable(address) ? codeIn(reader.get(address)) : undefined;
    };
    for (const probe of PROBES) countryIn(probe);
    return (address) => {
      try {
        return countryIn(address);
      } catch {
        // That part of it is damaged: as if it were not in it.
        return undefined;
      }
    };
  } catch (error) {
    throw new FeedRefusal(`it is no whole mmdb file: ${messageOf(error)}`);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '');

/** `country_code`, as ip-location-db has it, or `country.iso_code`, as MaxMind and DB-IP do. */
function codeIn(record: unknown): string | undefined {
  const { country_code: code, country } = Object(record);
  const found: unknown = code ?? Object(country).iso_code;
  return typeof found === 'string' && CODE.test(found) ? found : undefined;
}
