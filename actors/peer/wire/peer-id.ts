const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const DIGITS = 52;
const DIGIT_BITS = 5;

/** SPEC section 4: a public key of 32 bytes in base32, as peers are named. */
export function peerIdOf(publicKey: Uint8Array): string {
  let id = '';
  let bits = 0;
  let held = 0;
  for (const byte of publicKey) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= DIGIT_BITS) {
      bits -= DIGIT_BITS;
      id += ALPHABET[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return id + ALPHABET[(held << (DIGIT_BITS - bits)) & 31];
}

/** The public key that the id names; undefined if it is no id, in the one way to write it. */
export function publicKeyOfPeer(id: string): Uint8Array | undefined {
  if (id.length !== DIGITS) return undefined;
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const digit of id) {
    const value = ALPHABET.indexOf(digit);
    if (value < 0) return undefined;
    held = (held << DIGIT_BITS) | value;
    bits += DIGIT_BITS;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push(held >> bits);
    held &= (1 << bits) - 1;
  }
  return held === 0 ? Uint8Array.from(bytes) : undefined;
}
