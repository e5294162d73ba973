import { describe, expect, it } from 'vitest';
import { Suspicions } from '../../../../actors/peer/suspicion/suspicions.ts';
import { signs } from '../../../../machines/suspicion.ts';
import { VirtualClock } from '../../../../runtime/sim/clock.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function given() {
  const clock = new VirtualClock();
  const told: [string, string, unknown][] = [];
  const tell = (type: string, subject: string, data: unknown): string => {
    told.push([type, subject, data]);
    return '';
  };
  const addresses = new Map([
    ['eve', '192.0.2.66'],
    ['ann', '192.0.2.1'],
  ]);
  const addressOf = (id: string) => addresses.get(id);
  const suspicions = new Suspicions({ kernel: { clock, tell }, addressOf });
  return { clock, suspicions, told };
}

describe('whoever is suspected', () => {
  it('is told of once it gets into another band, and not again while it stays there', () => {
    const { suspicions, told } = given();
    for (let time = 0; time < 5; time++) suspicions.saw('eve', 'canary.answered');
    expect(told).toEqual([
      [
        'peer.suspected',
        'eve',
        {
          from: 'clear',
          to: 'watched',
          score: 40,
          because: [{ sign: 'canary.answered', times: 1 }],
        },
      ],
      [
        'peer.suspected',
        'eve',
        {
          from: 'watched',
          to: 'suspect',
          score: 80,
          because: [{ sign: 'canary.answered', times: 2 }],
        },
      ],
    ]);
  });

  it('is so with its evidence, and nobody else is', () => {
    const { clock, suspicions } = given();
    suspicions.saw('eve', 'canary.leaked');
    expect([suspicions.about('eve'), suspicions.about('ann')]).toEqual([
      {
        score: 60,
        band: 'suspect',
        evidence: [{ sign: 'canary.leaked', points: 60, times: 1, atMs: clock.wallMs() }],
      },
      { score: 0, band: 'clear', evidence: [] },
    ]);
  });

  it('is cleared by time alone, which is told once somebody looks', async () => {
    const { clock, suspicions, told } = given();
    suspicions.saw('eve', 'canary.leaked');
    await clock.advanceAsync(8 * DAY);
    expect(suspicions.band('eve')).toBe('watched');
    await clock.advanceAsync(8 * DAY);
    expect([suspicions.band('eve'), suspicions.band('eve')]).toEqual(['clear', 'clear']);
    const moves = told.filter(([, subject]) => subject === 'eve');
    expect(moves.map(([type, , data]) => [type, Reflect.get(Object(data), 'to')])).toEqual([
      ['peer.suspected', 'suspect'],
      ['peer.cleared', 'watched'],
      ['peer.cleared', 'clear'],
    ]);
  });

  it('makes no facts by doing the same again and again: a summary a minute', async () => {
    const { clock, suspicions, told } = given();
    for (let time = 0; time < 1_000; time++) {
      suspicions.saw('eve', 'peers.sought');
      suspicions.saw('ann', 'canary.claimed');
    }
    const crossed = told.length;
    await clock.advanceAsync(60_000);
    expect([crossed, told]).toEqual([
      0,
      [
        [
          'peer.doubted',
          '',
          {
            netgroup: '192.0.2.0/24',
            counts: { 'peers.sought': 1_000, 'canary.claimed': 1_000 },
          },
        ],
      ],
    ]);
  });

  it('is one of 8,192 at most: who was seen longest ago makes room', () => {
    const { suspicions } = given();
    for (let nth = 0; nth < 20_000; nth++) suspicions.saw(`peer ${nth}`, 'canary.leaked');
    expect(suspicions.size).toBeLessThanOrEqual(8_192);
    expect([suspicions.band('peer 0'), suspicions.band('peer 19999')]).toEqual([
      'clear',
      'suspect',
    ]);
  });
});

it('what is held against an earlier id is held against the present one, too', () => {
  const { suspicions } = given();
  suspicions.saw('eva', 'canary.sought');
  suspicions.saw('eve', 'canary.leaked');
  suspicions.saw('eve', 'canary.sought');
  suspicions.saw('eve', 'canary.sought');
  suspicions.follow('eva', 'eve');
  suspicions.follow('eva', 'nobody');
  const { band, evidence } = suspicions.about('eva');
  expect([band, evidence.map(({ sign, points, times }) => [sign, points, times])]).toEqual([
    'suspect',
    [
      ['canary.leaked', 60, 1],
      ['canary.sought', 20, 2],
    ],
  ]);
  expect([suspicions.has('eva'), suspicions.has('nobody')]).toEqual([true, false]);
});

it('each sign is counted, whoever it was, and those that were not seen are there, too', () => {
  const { suspicions } = given();
  suspicions.saw('eve', 'canary.leaked');
  suspicions.saw('joe', 'canary.leaked');
  expect([...suspicions.counts]).toEqual(
    signs.map((sign) => [sign, sign === 'canary.leaked' ? 2 : 0]),
  );
});

it('what was counted is told before the end', () => {
  const { suspicions, told } = given();
  suspicions.saw('eve', 'fingerprint.shared');
  suspicions.close();
  expect(told).toEqual([
    ['peer.doubted', '', { netgroup: '192.0.2.0/24', counts: { 'fingerprint.shared': 1 } }],
  ]);
});
