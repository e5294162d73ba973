import { concat } from '../../../storage/bytes.ts';

/** SPEC section 4: the first byte of every message. */
export const tags = { hello: 1, prefer: 2, reply: 3, finish: 4, sealed: 5 } as const;

const SUITES_MAX = 8;

export interface Hello {
  readonly offered: readonly number[];
  readonly chosen: number;
  readonly noise: Uint8Array;
}

export const tagged = (tag: number, body: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(tag), body);

/** What follows the tag; undefined if it is another. */
export const bodyOf = (tag: number, message: Uint8Array): Uint8Array | undefined =>
  message[0] === tag ? message.subarray(1) : undefined;

/** The offer as it stands in the hello and in the prologue. */
export const offerBytes = (offered: readonly number[], chosen: number): Uint8Array =>
  Uint8Array.of(offered.length, ...[...offered, chosen].flatMap((suite) => [...u16(suite)]));

export const writeHello = ({ offered, chosen, noise }: Hello): Uint8Array =>
  tagged(tags.hello, concat(offerBytes(offered, chosen), noise));

/** Undefined if it is none: offers too many, one twice, or chooses what it does not offer. */
export function readHello(message: Uint8Array): Hello | undefined {
  const body = bodyOf(tags.hello, message);
  const count = body?.[0] ?? 0;
  if (body === undefined || count < 1 || count > SUITES_MAX) return undefined;
  const end = 1 + 2 * (count + 1);
  if (body.length < end) return undefined;
  const numbers = Array.from({ length: count + 1 }, (_, index) => readU16(body, 1 + 2 * index));
  const offered = numbers.slice(0, -1);
  const chosen = numbers[count] ?? 0;
  if (new Set(offered).size !== count || !offered.includes(chosen)) return undefined;
  return { offered, chosen, noise: body.subarray(end) };
}

export const writePrefer = (suite: number): Uint8Array => tagged(tags.prefer, u16(suite));

/** The number of the suite that the responder wants; undefined if it is no such message. */
export function readPrefer(message: Uint8Array): number | undefined {
  const body = bodyOf(tags.prefer, message);
  return body?.length === 2 ? readU16(body, 0) : undefined;
}

const u16 = (n: number): Uint8Array => Uint8Array.of(n >> 8, n & 0xff);

const readU16 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
