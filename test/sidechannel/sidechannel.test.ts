import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { measure, select } from './dudect.mjs';
import { verdictOf } from './verdict.mjs';
import { largestDifference, welch } from './welch.mjs';

const SEED = 7;

describe(`what differs between two sets of times, seed ${SEED}`, () => {
  it('is told in standard errors', () => {
    expect(welch([1, 2, 3], [4, 5, 6])).toEqual({ t: -3 / Math.sqrt(2 / 3), ns: -3 });
    expect(welch([2, 2], [2, 2])).toEqual({ t: 0, ns: 0 });
  });

  it('is found below those that others spoil', () => {
    const spoilt = Array.from({ length: 30 }, (_, nth) => 1e6 * (nth + 1));
    const times = (least: number) => Array.from({ length: 500 }, (_, nth) => least + (nth % 7));
    const fixed = [...times(100), ...spoilt];
    const random = [...times(101), ...spoilt];
    expect(Math.abs(welch(fixed, random).t)).toBeLessThan(0.1);
    expect(largestDifference(fixed, random).t).toBeLessThan(-5);
  });

  /** On a clock that only the work moves, by what it does with each byte, and by chance. */
  const timed = (costOf: (byte: number) => number) => {
    const stream = new SeededRandom(SEED).stream('sidechannel');
    let nowMs = 0;
    const target = {
      ...{ samples: 2_000, bytes: 8 },
      prepare: (bytes: Uint8Array) => bytes,
      work: (bytes: Uint8Array) => {
        nowMs += bytes.reduce((sum, byte) => sum + costOf(byte), stream.draw() * 100) / 1e6;
      },
    };
    const random = (length: number) => stream.bytes(length);
    return Math.abs(measure(target, { random, nowMs: () => nowMs, rest: () => {} }).t);
  };

  it('shows whose time depends on a secret, and not whose does not', () => {
    expect(timed((byte) => byte)).toBeGreaterThan(10);
    expect(timed(() => 128)).toBeLessThan(4.5);
  });

  it('is of bytes that are the secret, or others, by the same steps', () => {
    const [random, secret] = [Uint8Array.of(1, 2, 255), Uint8Array.of(7, 8, 0)];
    expect(select(random, secret, true)).toEqual(secret);
    expect(select(random, secret, false)).toEqual(random);
  });
});

it('a difference that not every process shows is none of the work', () => {
  const of = (...ts: readonly number[]) => verdictOf(ts.map((t) => ({ t, ns: 1 })));
  expect([of(11, -12, 13), of(11, 3, -40), of(4, 3, 90)]).toEqual([
    ...['leaks', 'doubtful', 'none seen'],
  ]);
});

it.each(['0', '11', 'all'])('a share of %s is refused', (share) => {
  const program = fileURLToPath(new URL('run.mjs', import.meta.url));
  const args = [program, '--share', share];
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const [problem] = stderr.split('\n');
  const range = 'must be a number from 0.05 to 10';
  expect([status, problem, stdout]).toEqual([2, `--share ${range}, got ${share}`, '']);
});
