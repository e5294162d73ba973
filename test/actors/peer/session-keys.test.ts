import { describe, expect, it } from 'vitest';
import type { Self } from '../../../actors/peer/self.ts';
import { SessionKeys } from '../../../actors/peer/session-keys.ts';
import type { KeyFrame } from '../../../actors/peer/wire/frame.ts';
import type { Session } from '../../../actors/peer/wire/handshake.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import { primitives } from '../../../runtime/world/primitives.ts';
import { hex, text } from '../../../storage/bytes.ts';
import fc from '../../fast-check.ts';
import { kernelOn } from '../audit-stage.ts';
import { eachSuite, optionsOf, pairOf, play } from './wire/handshakes.ts';

const HOUR_MS = 3_600_000;
const deadlines = { rotateMs: 24 * HOUR_MS, overdueMs: 25 * HOUR_MS };

/** One side: what it says waits until it is handed on, in order. */
class Side {
  readonly session: Session;
  readonly keys: SessionKeys;
  readonly said: (KeyFrame | string)[] = [];
  readonly heard: (string | undefined)[] = [];
  readonly dropped: string[] = [];
  rotations = 0;
  isFull = false;

  constructor(clock: VirtualClock, self: Self, session: Session) {
    this.session = session;
    const say = (frame: unknown): boolean => {
      if (!this.isFull) this.said.push(frame as KeyFrame);
      return !this.isFull;
    };
    this.keys = new SessionKeys(
      { clock, self, deadlines, kernel: kernelOn(clock) },
      { session, say },
      { onRotated: () => this.rotations++, drop: (because) => this.dropped.push(because) },
    );
  }

  /** Hands on what was said first, as a channel does. Returns what was wrong with it. */
  handOn(other: Side): string | undefined {
    const next = this.said.shift();
    if (next === undefined) return undefined;
    const word = typeof next === 'string' ? next : next.kind;
    const message = this.session.transport.seal(text(word));
    if (word === 'answer' || word === 'switch') this.session.transport.turnSending();
    const opened = other.session.transport.open(message);
    other.heard.push(opened && Buffer.from(opened).toString());
    return typeof next === 'string' ? undefined : other.keys.take(next);
  }

  get words(): string[] {
    return this.said.map((each) => (typeof each === 'string' ? each : each.kind));
  }
}

function stage(suites = eachSuite[0]?.[1]) {
  const clock = new VirtualClock();
  const accepted = suites === undefined ? {} : { suites };
  const told = play(pairOf(primitives, accepted));
  const [one, two] = [told.initiator.at(-1), told.responder.at(-1)];
  if (one?.kind !== 'live' || two?.kind !== 'live') throw new Error('they are not live');
  const sides = ([one.session, two.session] as const).map((session, nth) => {
    const options = optionsOf(primitives, nth + 1, accepted);
    return new Side(clock, options, session);
  });
  const [ours, theirs] = sides;
  if (ours === undefined || theirs === undefined) throw new Error('no sides');
  /** Whose offer goes before that of the other one. */
  const [own, other] = [theirs, ours].map(({ session }) => hex(session.lineage.remoteStatic));
  const [first, last] = (own ?? '') < (other ?? '') ? [ours, theirs] : [theirs, ours];
  const settle = (): string[] => {
    const wrong: string[] = [];
    while (ours.said.length + theirs.said.length > 0) {
      for (const [side, other] of [[ours, theirs] as const, [theirs, ours] as const]) {
        const found = side.handOn(other);
        if (found !== undefined) wrong.push(found);
      }
    }
    return wrong;
  };
  return { clock, ours, theirs, first, last, settle };
}

describe.each(eachSuite)('the keys of a connection in suite %i', (_, suites) => {
  it('are new once a day, by an offer, an answer and a switch', () => {
    const { clock, ours, theirs, settle } = stage(suites);
    clock.advance(21.6 * HOUR_MS - 1);
    expect([...ours.words, ...theirs.words]).toEqual([]);
    clock.advance(2.4 * HOUR_MS + 1);
    expect(new Set([...ours.words, ...theirs.words])).toEqual(new Set(['offer']));
    expect(settle()).toEqual([]);
    expect([ours.heard, theirs.heard].flat().toSorted()).toContain('switch');
    clock.advance(24 * HOUR_MS);
    settle();
    expect([ours.heard, theirs.heard].flat().filter((word) => word === 'switch').length).toBe(2);
    expect([...ours.dropped, ...theirs.dropped]).toEqual([]);
    expect([ours.rotations, theirs.rotations]).toEqual([2, 2]);
  });
});

describe('the keys of a connection', () => {
  it('turn where they are said to: nothing that is on its way is lost or out of order', () => {
    const { ours, theirs, settle } = stage();
    ours.said.push('a');
    theirs.said.push('1');
    ours.keys.rotate();
    ours.said.push('b');
    theirs.said.push('2');
    ours.handOn(theirs);
    ours.handOn(theirs);
    expect(theirs.words).toEqual(['1', '2', 'answer']);
    theirs.said.push('3');
    ours.said.push('c');
    expect(settle()).toEqual([]);
    expect(theirs.heard).toEqual(['a', 'offer', 'b', 'c', 'switch']);
    expect(ours.heard).toEqual(['1', '2', 'answer', '3']);
  });

  it('turn once, to those of the lower static key, if both offer at once', () => {
    const { first, last, settle } = stage();
    for (const side of [first, last]) side.keys.rotate();
    expect([first.words, last.words]).toEqual([['offer'], ['offer']]);
    expect(settle()).toEqual([]);
    expect([first.heard, last.heard]).toEqual([
      ['offer', 'answer'],
      ['offer', 'switch'],
    ]);
  });

  it('are agreed on, whoever offers when, and whatever is on its way', () => {
    const step = fc.constantFrom('rotate', 'say', 'hand on');
    const steps = fc.array(fc.tuple(fc.boolean(), step), { maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(steps, (given) => {
        const { ours, theirs, settle } = stage(eachSuite[1]?.[1]);
        const wrong: string[] = [];
        let said = 0;
        let offers = 0;
        for (const [isOurs, what] of given) {
          const [side, other] = isOurs ? [ours, theirs] : [theirs, ours];
          if (what === 'say') side.said.push(`${++said}`);
          else if (what === 'hand on') wrong.push(side.handOn(other) ?? '');
          else if (offers++ < 8) side.keys.rotate();
        }
        wrong.push(...settle());
        const heard = [...ours.heard, ...theirs.heard];
        expect(wrong.filter((each) => each !== '')).toEqual([]);
        expect(heard).not.toContain(undefined);
        expect(heard.filter((word) => /^\d+$/.test(word ?? '')).length).toBe(said);
        const probe = ours.session.transport.seal(text('x'));
        expect(theirs.session.transport.open(probe)).toEqual(text('x'));
      }),
      { numRuns: 100 },
    );
  });

  it('are not those before: what was recorded opens nothing, and is opened by nothing', () => {
    const { ours, theirs, settle } = stage();
    const recorded = ours.session.transport.seal(text('a'));
    theirs.session.transport.open(recorded);
    ours.keys.rotate();
    settle();
    const fresh = ours.session.transport.seal(text('a'));
    expect(hex(fresh)).not.toBe(hex(recorded));
    expect(theirs.session.transport.open(recorded)).toBe(undefined);
    expect(theirs.session.transport.open(fresh)).toEqual(text('a'));
    expect(ours.session.lineage.secret.isWiped).toBe(true);
  });

  it('end the connection once they are overdue, on either side', () => {
    const { clock, ours, theirs } = stage();
    clock.advance(25 * HOUR_MS - 1);
    expect([ours.dropped, theirs.dropped]).toEqual([[], []]);
    clock.advance(1);
    expect([ours.dropped, theirs.dropped]).toEqual([
      ['its keys are overdue'],
      ['its keys are overdue'],
    ]);
  });

  it('end the connection if there is no room for a word about them', () => {
    const { ours } = stage();
    ours.isFull = true;
    ours.keys.rotate();
    expect(ours.dropped).toEqual(['its keys cannot be rotated']);
  });
});

describe('whoever lies about keys', () => {
  const part = new Uint8Array(1_248);

  it('breaks the rules with a word that is not due, or that is none', () => {
    const lies: readonly KeyFrame[] = [
      { kind: 'switch' },
      { kind: 'answer', part },
      { kind: 'offer', part },
      { kind: 'offer', part: part.subarray(0, 1) },
    ];
    expect(lies.map((lie) => stage().ours.keys.take(lie))).toEqual([
      ...['switch', 'answer', 'offer', 'offer'],
    ]);
  });

  it('breaks the rules by an offer while its switch is due, and a wrong answer to ours', () => {
    const { ours, theirs } = stage();
    ours.keys.rotate();
    const [offer] = ours.said;
    ours.handOn(theirs);
    expect(typeof offer === 'object' && theirs.keys.take(offer)).toBe('offer');
    expect(ours.keys.take({ kind: 'answer', part })).toBe('answer');
  });

  it('breaks the rules with more than sixteen offers in an hour', () => {
    const { theirs } = stage(eachSuite[1]?.[1]);
    const offer = { kind: 'offer', part: Uint8Array.of(1) } as const;
    const wrong = Array.from({ length: 17 }, () => theirs.keys.take(offer));
    expect(wrong).toEqual([...Array(16).fill('offer'), 'offers']);
    expect(theirs.dropped).toEqual([]);
  });

  it('never breaks them because its own side asks too often: it keeps its keys', () => {
    const { clock, ours, settle } = stage(eachSuite[1]?.[1]);
    const done: boolean[] = [];
    for (let nth = 0; nth < 120; nth++) {
      done.push(ours.keys.rotate());
      expect(settle()).toEqual([]);
      clock.advance(60_000);
    }
    expect(done.slice(0, 7)).toEqual([...Array(6).fill(true), false]);
    expect(done.filter(Boolean).length).toBe(6 + 2 * 8 - 1);
  });
});

it('what keys begin with is wiped once they are over', () => {
  const { ours } = stage();
  ours.keys.stop();
  expect(ours.session.lineage.secret.isWiped).toBe(true);
});
