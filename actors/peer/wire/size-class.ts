import { PLAIN_BYTES_MAX, RELAYED_PLAIN_BYTES_MAX } from './frame.ts';

/** Nothing shorter is sealed: a ping, a grant and a short answer look alike. */
const LEAST = 64;

/**
 * SPEC section 6: how long the frames of a message are with their padding. Padmé (Nikitin and
 * others, PETS 2019), with a least class, and two at the top for all that a message can hold.
 */
export function sizeClassOf(bytes: number): number {
  if (bytes <= LEAST) return LEAST;
  const exponent = 31 - Math.clz32(bytes);
  const step = 2 ** (exponent - (32 - Math.clz32(exponent)));
  const padded = Math.ceil(bytes / step) * step;
  if (padded <= RELAYED_PLAIN_BYTES_MAX) return padded;
  return bytes <= RELAYED_PLAIN_BYTES_MAX ? RELAYED_PLAIN_BYTES_MAX : PLAIN_BYTES_MAX;
}
