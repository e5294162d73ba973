import { describe, expect, it } from 'vitest';
import type { Asker } from '../../../../actors/peer/requests/asked.ts';
import { Observer } from '../../../../actors/peer/suspicion/observer.ts';
import { failRequest } from '../../../../actors/refusals.ts';
import { VirtualClock } from '../../../../runtime/sim/clock.ts';
import { SeededRandom } from '../../../../runtime/sim/random.ts';
import { primitives } from '../../../../runtime/world/primitives.ts';

const HOUR = 3_600_000;
const OWN = 'o'.repeat(52);

function given() {
  const clock = new VirtualClock();
  const ways: { id: string; to: string; asker: Asker }[] = [];
  const lied: string[] = [];
  const granted = new Set<string>();
  const kin = new Map<string, string>();
  const observer = new Observer({
    ...{ clock, kernel: { clock, tell: () => '' }, primitives, ownId: () => OWN },
    random: new SeededRandom(1).stream('canaries'),
    addressOf: () => '192.0.2.1',
    presentOf: (id) => kin.get(id) ?? id,
    isGranted: (id) => granted.has(id),
    pingMs: () => 1,
    askMethod: (_id, _canary, asker) => asker.onFailed(failRequest('METHOD_UNKNOWN')),
    askWay: (id, to, asker) => ways.push({ id, to, asker }),
    onLied: (id) => lied.push(id),
  });
  const signsOf = (id: string) =>
    observer.suspicions.about(id).evidence.map(({ sign, times }) => [sign, times]);
  /** The first id that it is told as a canary. */
  const toldTo = async (id: string): Promise<string> => {
    observer.opened(id, undefined);
    for (;;) {
      const way = ways.find((each) => each.id === id);
      if (way !== undefined) return way.to;
      await clock.advanceAsync(HOUR);
    }
  };
  return { clock, observer, ways, lied, granted, kin, signsOf, toldTo };
}

describe('an id that one peer alone was told', () => {
  it('says who leaked it, once somebody else asks for it, who loses little', async () => {
    const { observer, signsOf, toldTo } = given();
    const canary = await toldTo('eve');
    observer.sought('joe', canary, 'unreachable');
    expect([signsOf('eve'), signsOf('joe')]).toEqual([
      [['canary.leaked', 1]],
      [['canary.sought', 1]],
    ]);
    expect([observer.bandOf('eve'), observer.bandOf('joe')]).toEqual(['suspect', 'clear']);
  });

  it('was leaked to nobody if the same peer asks for it, which is odd, too', async () => {
    const { observer, signsOf, toldTo } = given();
    observer.sought('eve', await toldTo('eve'), 'unreachable');
    expect(signsOf('eve')).toEqual([['canary.sought', 1]]);
  });

  it('is known as long as the process lives, whether or not that peer is still there', async () => {
    const { clock, observer, signsOf, toldTo } = given();
    const canary = await toldTo('eve');
    observer.left('eve');
    await clock.advanceAsync(1_000 * HOUR);
    observer.sought('joe', canary, 'full');
    expect(signsOf('eve')).toEqual([['canary.leaked', 1]]);
  });
});

it('an id that was told to an earlier key is of whoever that is by now', async () => {
  const { observer, kin, signsOf, toldTo } = given();
  const canary = await toldTo('eve');
  kin.set('eve', 'eva');
  observer.sought('eva', canary, 'unreachable');
  observer.sought('joe', canary, 'unreachable');
  expect(signsOf('eva')).toEqual([
    ['canary.leaked', 1],
    ['canary.sought', 1],
  ]);
});

describe('whoever looks who is there', () => {
  const seek = (observer: Observer, id: string, outcome: 'unreachable' | 'declined' | 'full') => {
    for (let nth = 0; nth < 24; nth++) observer.sought(id, `${nth}`.padEnd(52, 'a'), outcome);
  };

  it('is one that gets no way to many peers', () => {
    const { observer, signsOf } = given();
    seek(observer, 'eve', 'unreachable');
    seek(observer, 'pam', 'declined');
    expect([signsOf('eve'), signsOf('pam')]).toEqual([
      [['peers.sought', 1]],
      [['peers.sought', 1]],
    ]);
  });

  it('is none that there is no room for, and none that only looks whether we work', () => {
    const { observer, signsOf } = given();
    seek(observer, 'ann', 'full');
    for (let nth = 0; nth < 100; nth++) {
      observer.sought('ann', 'ann', 'unreachable');
      observer.sought('ann', OWN, 'unreachable');
    }
    expect(signsOf('ann')).toEqual([]);
  });

  it('is less so the more it finds', () => {
    const { observer, signsOf } = given();
    for (let nth = 0; nth < 200; nth++) {
      observer.sought('ann', `${nth}`.padEnd(52, 'a'), 'unreachable');
      if (nth % 4 === 0) observer.sought('ann', 'z'.repeat(52), 'opened');
    }
    expect(signsOf('ann')).toEqual([]);
  });
});

describe('whoever lies about a canary', () => {
  it('is suspected, and breaks a promise', async () => {
    const { ways, lied, signsOf, toldTo } = given();
    await toldTo('eve');
    ways[0]?.asker.onAnswered({ encoding: 'json', bytes: Buffer.from('{"circuit":2}') });
    expect([signsOf('eve'), lied]).toEqual([[['canary.answered', 1]], ['eve']]);
  });

  it('refuses what is not there as if it were: that costs it no promise', async () => {
    const { observer, ways, lied, signsOf, toldTo } = given();
    await toldTo('eve');
    ways[0]?.asker.onFailed(failRequest('HANDLER_FAILED'));
    expect([signsOf('eve'), lied, observer.bandOf('eve')]).toEqual([
      [['canary.claimed', 1]],
      [],
      'clear',
    ]);
  });
});

it('whoever the operator vouches for is told as much as before, and its evidence is kept', () => {
  const { observer, granted } = given();
  observer.suspicions.saw('ann', 'canary.leaked');
  const before = observer.bandOf('ann');
  granted.add('ann');
  expect([before, observer.bandOf('ann'), observer.suspicions.about('ann').band]).toEqual([
    'suspect',
    'clear',
    'suspect',
  ]);
});

it('identities that come together look like one, unless no address is known', () => {
  const { observer, signsOf } = given();
  const came = (ids: readonly string[], address: string | undefined) => {
    for (const id of ids) observer.opened(id, address);
  };
  came(['a1', 'b1', 'c1', 'd1'], '192.0.2.7');
  came(['a2', 'b2', 'c2', 'd2'], undefined);
  expect([signsOf('a1'), signsOf('a2')]).toEqual([[['fingerprint.shared', 1]], []]);
});

it('whoever answers as a clock does is seen by what is asked of it', async () => {
  const { clock, observer, signsOf } = given();
  for (let nth = 0; nth < 7 * 64; nth++) {
    const asker = { onAnswered() {}, onStreamed() {}, onFailed() {} };
    const watching = observer.watching('eve', 'orders.get', 10, asker);
    await clock.advanceAsync(50);
    watching.onAnswered({ encoding: 'nothing', bytes: new Uint8Array(0) });
  }
  expect(signsOf('eve')).toEqual([['answers.uniform', 1]]);
});
