import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import type { Asker } from '../../../../actors/peer/requests/asked.ts';
import { Canaries } from '../../../../actors/peer/suspicion/canaries.ts';
import { publicKeyOfPeer } from '../../../../actors/peer/wire/peer-id.ts';
import { failRequest } from '../../../../actors/refusals.ts';
import { VirtualClock } from '../../../../runtime/sim/clock.ts';
import { SeededRandom } from '../../../../runtime/sim/random.ts';
import { primitives } from '../../../../runtime/world/primitives.ts';

const HOUR = 3_600_000;

interface Asked {
  readonly id: string;
  readonly what: string;
  readonly atMs: number;
  readonly asker: Asker;
}

function given(seed = 1) {
  const clock = new VirtualClock();
  const asked: Asked[] = [];
  const ask = (id: string, what: string, asker: Asker): void => {
    asked.push({ id, what, atMs: clock.monotonicMs(), asker });
  };
  const seen: string[] = [];
  const canaries = new Canaries({
    ...{ clock, primitives, random: new SeededRandom(seed).stream('canaries') },
    askMethod: (id, { name }, asker) => ask(id, name, asker),
    askWay: (id, to, asker) => ask(id, to, asker),
    onAnswered: (id) => seen.push(`${id} answered`),
    onClaimed: (id) => seen.push(`${id} claimed`),
  });
  return { clock, canaries, asked, seen };
}

const isId = (what: string): boolean => publicKeyOfPeer(what) !== undefined;

describe('whoever is connected', () => {
  it('gets a canary after five to ten minutes, and then one or two in an hour', async () => {
    const { clock, canaries, asked } = given();
    canaries.opened('ann');
    await clock.advanceAsync(24 * HOUR);
    const times = asked.map(({ atMs }) => atMs);
    const waits = times.map((atMs, nth) => (atMs - (times[nth - 1] ?? 0)) / 60_000);
    const [first = 0, ...others] = waits;
    expect([first >= 5 && first <= 10, others.every((wait) => wait >= 30 && wait <= 60)]).toEqual([
      true,
      true,
    ]);
    expect(new Set(others.map(Math.round)).size).toBeGreaterThan(10);
  });

  it('is asked for methods, and for ways to peers, neither of which there are', async () => {
    const { clock, canaries, asked } = given();
    canaries.opened('ann');
    await clock.advanceAsync(100 * HOUR);
    const ways = asked.filter(({ what }) => isId(what)).length;
    expect([asked.length > 100, ways > asked.length / 3, ways < (asked.length * 2) / 3]).toEqual([
      true,
      true,
      true,
    ]);
    expect(new Set(asked.map(({ what }) => what)).size).toBe(asked.length);
  });

  it('gets none any more once it has left', async () => {
    const { clock, canaries, asked } = given();
    canaries.opened('ann');
    canaries.opened('ann');
    canaries.left('ann');
    canaries.left('ann');
    await clock.advanceAsync(24 * HOUR);
    expect(asked).toEqual([]);
  });
});

describe('a canary that names a peer', () => {
  it('names a key as any other: half of all bytes are none, and would give it away', async () => {
    const { clock, canaries, asked } = given();
    canaries.opened('ann');
    await clock.advanceAsync(60 * HOUR);
    const keys = asked.flatMap(({ what }) => publicKeyOfPeer(what) ?? []);
    expect(keys.length).toBeGreaterThan(20);
    expect(() => keys.map((key) => ed25519.Point.fromBytes(key))).not.toThrow();
  });

  it('is remembered as told to that peer alone', async () => {
    const { clock, canaries, asked } = given();
    canaries.opened('ann');
    canaries.opened('eve');
    await clock.advanceAsync(24 * HOUR);
    const ways = asked.filter(({ what }) => isId(what));
    expect(ways.map(({ what }) => canaries.holderOf(what))).toEqual(ways.map(({ id }) => id));
    expect(canaries.holderOf('a'.repeat(52))).toBeUndefined();
  });
});

describe('what comes back', () => {
  it.each([
    ...(['METHOD_UNKNOWN', 'PEER_UNREACHABLE', 'LEVEL_TOO_LOW', 'RATE_LIMITED'] as const),
    ...(['REQUESTS_FULL', 'REQUEST_TIMEOUT', 'PEER_LOST', 'PEER_REFUSED'] as const),
  ])('is held against nobody if it is %s', async (code) => {
    const { clock, canaries, asked, seen } = given();
    canaries.opened('ann');
    await clock.advanceAsync(10 * HOUR);
    for (const { asker } of asked) asker.onFailed(failRequest(code));
    expect([asked.length > 5, seen]).toEqual([true, []]);
  });

  it('is what nobody honest has, if it is an answer, of any kind', async () => {
    const { clock, canaries, asked, seen } = given();
    canaries.opened('eve');
    await clock.advanceAsync(3 * HOUR);
    const [one, other] = asked;
    let isCancelled = false;
    const cancel = () => {
      isCancelled = true;
    };
    one?.asker.onAnswered({ encoding: 'nothing', bytes: new Uint8Array(0) });
    other?.asker.onStreamed({ cancel } as never);
    expect([seen, isCancelled]).toEqual([['eve answered', 'eve answered'], true]);
  });

  it('is odd, if it refuses what is not there as if it were', async () => {
    const { clock, canaries, asked, seen } = given();
    canaries.opened('eve');
    await clock.advanceAsync(HOUR);
    asked[0]?.asker.onFailed(failRequest('HANDLER_FAILED'));
    asked[0]?.asker.onFailed({ ...failRequest('HANDLER_FAILED'), code: 'NO_STOCK' });
    expect(seen).toEqual(['eve claimed', 'eve claimed']);
  });
});

it('canaries cannot be foretold: another world has others', async () => {
  const whats = await Promise.all(
    [1, 1, 2].map(async (seed) => {
      const { clock, canaries, asked } = given(seed);
      canaries.opened('ann');
      await clock.advanceAsync(24 * HOUR);
      return asked.map(({ what, atMs }) => `${what} ${atMs}`);
    }),
  );
  const [first = [], again = [], other = []] = whats;
  expect(again).toEqual(first);
  expect(other.filter((what) => first.includes(what))).toEqual([]);
});
