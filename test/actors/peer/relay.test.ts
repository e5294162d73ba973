import { describe, expect, it } from 'vitest';
import type { Relayed } from '../../../actors/peer/relay.ts';
import { type Line, relaying } from './relay.fixture.ts';

const part = Uint8Array.of(7);

describe('a relay', () => {
  it('asks whom a circuit is wanted to, and opens it once they agreed', () => {
    const { relay, anna, otto, ended } = relaying();
    const outcomes: Relayed[] = [];
    relay.open(anna, 'otto', (relayed) => outcomes.push(relayed));
    expect(otto.questions).toEqual([{ name: 'holdfast.accept', from: 'anna', circuit: 1 }]);
    relay.receive(otto, 1, part);
    expect([outcomes, anna.relayed, relay.ignored]).toEqual([[], [], 1]);
    otto.answer({ accepted: true });
    expect(outcomes).toEqual([{ outcome: 'opened', circuit: 2 }]);
    relay.receive(anna, 2, part);
    relay.receive(otto, 1, part);
    expect([otto.relayed, anna.relayed, ended]).toEqual([[[1, part]], [[2, part]], []]);
  });

  it.each([{ accepted: false }, { accepted: 'true' }, null, 'yes'])(
    'opens none for the answer %j',
    (answer) => {
      const { relay, anna, open } = relaying();
      expect([open(anna, 'otto', answer), relay.circuits]).toEqual([[{ outcome: 'declined' }], 0]);
    },
  );

  it.each(['nobody', 'anna'])('opens none from anna to %s', (to) => {
    const { relay, anna, open } = relaying();
    expect([open(anna, to), anna.asked, relay.circuits]).toEqual([
      [{ outcome: 'unreachable' }],
      [],
      0,
    ]);
  });

  it('knows a circuit by what it is called on the connection that it came from, alone', () => {
    const { relay, anna, otto, zoe, open } = relaying();
    open(anna, 'otto');
    relay.receive(zoe, 2, part);
    relay.receive(zoe, 1, part);
    relay.hangUp(zoe, 2);
    relay.receive(anna, 1, part);
    expect([otto.relayed, anna.relayed, relay.ignored, relay.circuits]).toEqual([[], [], 3, 1]);
  });

  it('gives no number twice', () => {
    const { relay, anna, open } = relaying();
    open(anna, 'otto');
    relay.hangUp(anna, 2);
    expect(open(anna, 'otto')).toEqual([{ outcome: 'opened', circuit: 4 }]);
  });

  it.each(['anna', 'otto'])('ends a circuit when %s hangs up, and tells the other one', (id) => {
    const { relay, lines, anna, otto, open, ended } = relaying();
    open(anna, 'otto');
    relay.receive(anna, 2, part);
    const [by, other] = id === 'anna' ? [anna, otto] : [otto, anna];
    relay.hangUp(by, id === 'anna' ? 2 : 1);
    relay.hangUp(by, id === 'anna' ? 2 : 1);
    const circuit = id === 'anna' ? 1 : 2;
    expect(other.questions).toEqual([{ name: 'holdfast.hangUp', circuit }]);
    expect([lines.get(id)?.asked, ended]).toEqual([[], [['anna', 'otto', 'hungUp', 1]]]);
    relay.receive(other, circuit, part);
    expect([relay.ignored, relay.circuits]).toEqual([1, 0]);
  });

  it('ends all circuits of a peer whose connection is over, and tells the other ends', () => {
    const { relay, anna, otto, zoe, open, ended } = relaying();
    open(anna, 'otto');
    open(zoe, 'anna');
    open(zoe, 'otto');
    relay.left(anna);
    expect(ended).toEqual([
      ['anna', 'otto', 'left', 0],
      ['zoe', 'anna', 'left', 0],
    ]);
    expect([otto, zoe].map(({ questions }) => questions)).toEqual([
      [{ name: 'holdfast.hangUp', circuit: 1 }],
      [{ name: 'holdfast.hangUp', circuit: 2 }],
    ]);
    expect([anna.asked, relay.circuits]).toEqual([[], 1]);
  });

  it('opens none to a peer that leaves while it is asked', () => {
    const { relay, anna, otto } = relaying();
    const outcomes: Relayed[] = [];
    relay.open(anna, 'otto', (relayed) => outcomes.push(relayed));
    relay.left(otto);
    otto.answer(undefined);
    expect([outcomes, relay.circuits]).toEqual([[{ outcome: 'unreachable' }], 0]);
  });

  it.each([
    ['leaves', (relay: { left(line: Line): void }, anna: Line) => relay.left(anna)],
    ['takes the wish back', (_: unknown, __: Line, takeBack: () => void) => takeBack()],
  ])('tells a peer that agreed too late, when whoever wanted it %s', (_, give) => {
    const { relay, anna, otto } = relaying();
    const outcomes: Relayed[] = [];
    const takeBack = relay.open(anna, 'otto', (relayed) => outcomes.push(relayed));
    give(relay, anna, takeBack);
    otto.answer({ accepted: true });
    expect([outcomes, otto.questions, relay.circuits]).toEqual([
      [],
      [{ name: 'holdfast.hangUp', circuit: 1 }],
      0,
    ]);
  });

  it('has at most 32 circuits of a peer, those that are asked for among them', () => {
    const { relay, anna, otto, zoe, join, open } = relaying();
    for (let nth = 0; nth < 32; nth++) open(anna, nth % 2 === 0 ? 'otto' : 'zoe', null);
    expect(relay.circuits).toBe(0);
    for (let nth = 0; nth < 32; nth++) relay.open(anna, nth % 2 === 0 ? 'otto' : 'zoe', () => {});
    const outcomes: Relayed[] = [];
    relay.open(anna, 'otto', (relayed) => outcomes.push(relayed));
    relay.open(join('peter'), 'anna', (relayed) => outcomes.push(relayed));
    expect(outcomes).toEqual([{ outcome: 'full' }, { outcome: 'full' }]);
    expect([otto, zoe].map(({ asked }) => asked.length)).toEqual([16, 16]);
    expect(relay.circuits).toBe(32);
  });

  it('asks others twice a second for one peer, after a burst', () => {
    const { clock, relay, anna, open } = relaying();
    const openedOf = (tries: number): number => {
      let opened = 0;
      for (let nth = 0; nth < tries; nth++) {
        for (const relayed of open(anna, 'otto')) {
          if (relayed.outcome !== 'opened') continue;
          opened += 1;
          relay.hangUp(anna, relayed.circuit);
        }
      }
      return opened;
    };
    const burst = openedOf(200);
    clock.advance(10_000);
    expect([burst, openedOf(200)]).toEqual([128, 20]);
  });

  it('has at most 1,000 circuits', () => {
    const { relay, join, open } = relaying();
    const all = Array.from({ length: 1_001 }, (_, nth) => {
      join(`b${nth}`);
      return open(join(`a${nth}`), `b${nth}`)[0]?.outcome;
    });
    expect(all.filter((outcome) => outcome === 'opened').length).toBe(1_000);
    expect([all.at(-1), relay.circuits]).toEqual(['full', 1_000]);
  });
});
