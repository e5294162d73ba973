import { randomFillSync } from 'node:crypto';
import { checkLength, fraction } from '../../actors/draw.ts';
import type { Random, RandomStream } from '../../actors/world.ts';

/** One call to the system serves this many words. */
const pool = new Uint32Array(512);
let used = pool.length;

function word(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const drawn = pool[used] ?? 0;
  used += 1;
  return drawn;
}

const stream: RandomStream = {
  draw: () => fraction(word(), word()),
  bytes(length) {
    checkLength(length);
    return randomFillSync(new Uint8Array(length));
  },
};

/** The randomness of this machine: the name of a stream makes no difference. */
export const random: Random = { stream: () => stream };
