import { describe, expect, it } from 'vitest';
import { RotatingSecret } from '../../../../actors/peer/door/rotating-secret.ts';
import { SeededRandom } from '../../../../runtime/sim/random.ts';

const rotating = () => new RotatingSecret(new SeededRandom(1).stream('secrets'), 100, 1_000);

describe('a secret that rotates', () => {
  it('is drawn anew every period, and is good for one more', () => {
    const secret = rotating();
    const [first] = secret.at(1_000);
    expect(secret.at(1_099.9)).toEqual([first]);
    const [second, previous] = secret.at(1_100);
    expect([previous === first, second === first, second.equals(first)]).toEqual([
      true,
      false,
      false,
    ]);
    const [third] = secret.at(1_200);
    expect(secret.at(1_200)).toEqual([third, second]);
    expect([first.isWiped, second.isWiped]).toEqual([true, false]);
  });

  it('is good no longer after two periods in which nobody asked for it', () => {
    const secret = rotating();
    const [first] = secret.at(1_000);
    const after = secret.at(1_200);
    expect([after.length, first.isWiped, after.some((one) => one?.isWiped)]).toEqual([
      2,
      true,
      false,
    ]);
  });

  it('can be rotated ahead of time, and wiped', () => {
    const secret = rotating();
    const [first] = secret.at(1_000);
    secret.rotate(1_050);
    const [second, previous] = secret.at(1_149);
    expect([previous === first, second === first]).toEqual([true, false]);
    secret.wipe();
    expect([first.isWiped, second.isWiped]).toEqual([true, true]);
  });
});
