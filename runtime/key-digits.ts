import { Secret } from '../storage/secret.ts';
import { HoldfastError } from './errors.ts';
import { maskSecrets } from './masking.ts';

const KEY_BYTES = 32;
const LINE_END = 10;

export const invalidKey = (message: string, cause?: unknown): HoldfastError =>
  new HoldfastError('MASTER_KEY_INVALID', message, {}, cause === undefined ? {} : { cause });

/** The bytes are ours alone, and wiped once they are in the secret. */
export function secretOf(bytes: Uint8Array): Secret {
  const secret = Secret.of(bytes);
  bytes.fill(0);
  return secret;
}

/**
 * The key of 64 hex digits in ASCII, which are wiped.
 * @param what holds them, for people
 * @throws {HoldfastError} MASTER_KEY_INVALID for anything else.
 */
export function keyOfDigits(digits: Uint8Array, what: string): Secret {
  const key = new Uint8Array(KEY_BYTES);
  let others = digits.length ^ (2 * KEY_BYTES);
  for (let at = 0; at < KEY_BYTES; at++) {
    const high = numberOf(digits[2 * at] ?? 0);
    const low = numberOf(digits[2 * at + 1] ?? 0);
    others |= (high | low) & ~0xf;
    key[at] = (high << 4) | low;
  }
  digits.fill(0);
  const secret = secretOf(key);
  if (others === 0) return secret;
  secret.wipe();
  throw invalidKey(`${maskSecrets(what)} must hold 64 hex digits`);
}

/** In lower case, with a line end: a line of ASCII, for the caller to wipe. */
export function lineOfDigits(key: Uint8Array): Uint8Array {
  const line = new Uint8Array(2 * key.length + 1);
  for (const [at, byte] of key.entries()) {
    line[2 * at] = digitOf(byte >> 4);
    line[2 * at + 1] = digitOf(byte & 0xf);
  }
  line[2 * key.length] = LINE_END;
  return line;
}

// Trap: no branch and no table here, for how long they take would tell of a key.

/** Of a hex digit in ASCII, 0 to 15; of another character a number that has more bits. */
function numberOf(digit: number): number {
  const letter = digit | 0x20;
  const isNumber = ~((digit - 48) | (57 - digit)) >> 31;
  const isLetter = ~((letter - 97) | (102 - letter)) >> 31;
  return (isNumber & (digit - 48)) | (isLetter & (letter - 87)) | (~(isNumber | isLetter) & 0x10);
}

const digitOf = (value: number): number => 48 + value + (((9 - value) >> 31) & 39);
