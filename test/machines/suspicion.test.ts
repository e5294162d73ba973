import { describe, expect, it } from 'vitest';
import {
  bandOf,
  bands,
  evidenceAt,
  type Sign,
  type Suspicion,
  signs,
  suspect,
  suspicionAt,
  unsuspected,
  weights,
} from '../../machines/suspicion.ts';
import fc from '../fast-check.ts';

const DAY = 86_400_000;

/** All of them, seen at the same moment. */
const having = (...seen: readonly Sign[]): Suspicion =>
  seen.reduce((before: Suspicion, sign) => suspect(before, sign, 0), unsuspected);
const often = (sign: Sign, times: number): Suspicion =>
  having(...Array.from({ length: times }, () => sign));

const ofCanaries = (sign: Sign): boolean => /^canary\.(answered|leaked)$/.test(sign);

describe('suspicion', () => {
  it('is none of a stranger, and grows by what each sign weighs', () => {
    expect([
      suspicionAt(unsuspected, 0),
      suspicionAt(having('peers.sought'), 0),
      suspicionAt(having('peers.sought', 'fingerprint.shared'), 0),
      suspicionAt(having('canary.answered', 'canary.answered'), 0),
    ]).toEqual([0, 8, 14, 80]);
  });

  it('of all signs together is 100 at most', () => {
    const all = signs.reduce((before: Suspicion, sign) => suspect(before, sign, 0), unsuspected);
    const twice = signs.reduce((before, sign) => suspect(before, sign, 0), all);
    expect(suspicionAt(suspect(twice, 'canary.leaked', 0), 0)).toBe(100);
  });

  it.each(signs.filter((sign) => !ofCanaries(sign)))(
    'by %s alone makes nobody watched, however often it was seen',
    (sign) => {
      expect(bandOf(suspicionAt(often(sign, 1_000), 0), 'clear')).toBe('clear');
    },
  );

  it.each(signs.filter(ofCanaries))('by %s makes somebody watched at once', (sign) => {
    expect(bandOf(suspicionAt(often(sign, 1), 0), 'clear')).not.toBe('clear');
    expect(bandOf(suspicionAt(often(sign, 2), 0), 'clear')).toBe('suspect');
  });

  it.each(signs)('by %s is half forgotten by its half-life', (sign) => {
    const { points, halfLifeMs } = weights[sign];
    expect(suspicionAt(often(sign, 1), halfLifeMs)).toBe(points / 2);
  });

  it('fades by no clock that is set back', () => {
    expect(suspicionAt(having('canary.answered'), -DAY)).toBe(40);
  });

  it('is never less for one more sign, nor more for time', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...signs), fc.nat(30 * DAY)), { maxLength: 30 }),
        (seen) => {
          let [suspicion, nowMs] = [unsuspected, 0];
          for (const [sign, waitMs] of seen) {
            const before = suspicionAt(suspicion, nowMs);
            nowMs += waitMs;
            const faded = suspicionAt(suspicion, nowMs);
            suspicion = suspect(suspicion, sign, nowMs);
            const now = suspicionAt(suspicion, nowMs);
            // What is forgotten altogether was less than half a point of each sign.
            if (faded > before || now < faded - 0.001 || now > 100) return false;
          }
          return true;
        },
      ),
    );
  });
});

describe('evidence', () => {
  it('is each sign with what it comes to now, the heaviest first', () => {
    const seen = suspect(
      suspect(having('peers.sought'), 'canary.answered', DAY),
      'peers.sought',
      DAY,
    );
    expect(evidenceAt(seen, DAY)).toEqual([
      { sign: 'canary.answered', points: 40, times: 1, atMs: DAY },
      { sign: 'peers.sought', points: 8.5, times: 2, atMs: DAY },
    ]);
  });

  it('is as long as there are signs, however much was seen', () => {
    const all = signs.flatMap((sign) => Array.from({ length: 1_000 }, () => sign));
    expect(Object.keys(having(...all)).length).toBe(signs.length);
  });

  it('leaves out what has faded', () => {
    expect(evidenceAt(having('fingerprint.shared'), 30 * DAY)).toEqual([]);
  });
});

describe('a band', () => {
  it('is that of the score, and is left five points below where it begins', () => {
    const { watched, suspect: worst } = bands;
    expect([
      bandOf(watched - 0.1, 'clear'),
      bandOf(watched, 'clear'),
      bandOf(watched - 4.9, 'watched'),
      bandOf(watched - 5.1, 'watched'),
      bandOf(worst - 0.1, 'watched'),
      bandOf(worst, 'clear'),
      bandOf(worst - 5, 'suspect'),
      bandOf(worst - 5.1, 'suspect'),
      bandOf(0, 'suspect'),
    ]).toEqual([
      ...['clear', 'watched', 'watched', 'clear', 'watched'],
      ...['suspect', 'suspect', 'watched', 'clear'],
    ]);
  });
});
