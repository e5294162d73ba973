import { describe, expect, it } from 'vitest';
import { AccessList } from '../../../../actors/peer/door/access-list.ts';
import type { Entrant } from '../../../../actors/peer/door/admission.ts';
import { workAt } from '../../../../actors/peer/wire/challenge.ts';
import { primitives } from '../../../../runtime/world/primitives.ts';
import { admitting } from './admission.fixture.ts';

const A = '192.0.2.1';

const asking = (address: string, said: { answer?: Uint8Array; pass?: Uint8Array } = {}) => ({
  remote: { address, port: 1 },
  answer: said.answer,
  pass: said.pass,
});

const work = (challenge: Uint8Array | undefined): Uint8Array =>
  workAt(primitives, challenge ?? new Uint8Array(), 0, 1 << 18) ?? new Uint8Array();

/** One whose door asks as the network would. */
function asked(stage = admitting()) {
  const ask = (entrant: Entrant, said = {}, address = entrant.address) => {
    const verdict = stage.admission.ask(entrant, asking(address, said));
    return verdict.admitted ? 'in' : (verdict.challenge ?? 'refused');
  };
  const posed = (entrant: Entrant, address = entrant.address): Uint8Array => {
    const challenge = ask(entrant, {}, address);
    if (typeof challenge === 'string') throw new Error(challenge);
    return challenge;
  };
  return { ...stage, ask, posed };
}

describe('an admission', () => {
  it('lets in whoever comes, one half open after the other', () => {
    const { enter, ask, admission, refused } = asked();
    const entrants = [A, A, '2001:db8::1'].map(enter);
    expect([entrants.map((entrant) => ask(entrant)), admission.halfOpen]).toEqual([
      ['in', 'in', 'in'],
      3,
    ]);
    for (const entrant of [...entrants, ...entrants]) admission.free(entrant);
    expect([admission.halfOpen, refused]).toEqual([0, []]);
  });

  it('drops those of an address that comes too often, until it has rested', () => {
    const { arrive, clock, refused } = asked();
    const come = (times: number): number =>
      Array.from({ length: times }, () => arrive(A)).filter((entrant) => entrant).length;
    expect([come(30), arrive('192.0.2.2') === undefined]).toEqual([20, false]);
    clock.advance(1_000);
    expect(come(30)).toBe(2);
    expect(refused.filter((line) => line === `${A} rate`).length).toBe(38);
  });

  it('demands work of a site that comes too often, and of no other', () => {
    const { enter, ask, posed, refused, clock } = asked();
    const come = (nth: number): Entrant => enter(`192.0.2.${nth % 250}`);
    const first = Array.from({ length: 64 }, (_, nth) => ask(come(nth)));
    expect(first.every((verdict) => verdict === 'in')).toBe(true);
    const challenge = posed(come(64));
    expect(refused.at(-1)).toBe('192.0.2.64 challenged');
    expect(ask(enter('192.0.3.1'))).toBe('in');
    expect(ask(come(64), { answer: work(challenge) })).toBe('in');
    clock.advance(1_000);
    expect(ask(come(65))).toBe('in');
  });

  it('demands work of all while the load is high; an answer is good once, for its address', () => {
    const { enter, ask, posed, load, admission, clock } = asked();
    load.isChallenging = true;
    const answer = work(posed(enter(A)));
    const elsewhere = ask(enter('192.0.2.2'), { answer });
    expect(elsewhere).toBeInstanceOf(Uint8Array);
    expect(ask(enter(A), { answer })).toBe('in');
    expect(ask(enter(A), { answer })).toBeInstanceOf(Uint8Array);
    const late = work(posed(enter(A)));
    clock.advance(60_001);
    expect(ask(enter(A), { answer: late })).toBeInstanceOf(Uint8Array);
    const pass = admission.grantPass();
    expect([ask(enter(A), { pass }), ask(enter('192.0.2.2'), { pass })]).toEqual(['in', 'in']);
    load.isChallenging = false;
    expect(ask(enter(A))).toBe('in');
  });

  it('lets nobody come through a relay who would have to work', () => {
    const { admission, load, refused } = admitting();
    const carry = () => admission.carry({ address: A, port: 1 }, () => {}) !== undefined;
    const was = carry();
    load.isChallenging = true;
    expect([was, carry(), admission.halfOpen, refused]).toEqual([
      ...[true, false, 1],
      [`${A} challenged`],
    ]);
  });

  it('takes who comes through an exempt relay for anybody', () => {
    const { admission, enter, refused, dropped } = admitting({ isExempt: () => true });
    const carry = (nth: number) =>
      admission.carry({ address: A, port: 1 }, () => dropped.push(`${nth}`)) !== undefined;
    const carried = Array.from({ length: 300 }, (_, nth) => carry(nth)).filter((is) => is).length;
    enter(A);
    expect([carried, admission.halfOpen, dropped, refused.length]).toEqual([
      ...[20, 17],
      ['0', '1', '2', '3'],
      284,
    ]);
  });

  it('T22: takes all 65,536 addresses that one host goes through for one', () => {
    const { arrive, admission, refused } = asked();
    const come = (nth: number) => arrive(`2001:db8:1:2::${(nth + 1).toString(16)}`);
    const arrived = Array.from({ length: 65_535 }, (_, nth) => come(nth)).filter((each) => each);
    const dropped = refused.filter((line) => line.endsWith(' rate'));
    expect([arrived.length, dropped.length, admission.buckets]).toEqual([20, 65_515, 2]);
    expect(arrive('2001:db8:1:3::1') === undefined).toBe(false);
  });

  it('demands work of a site of many netgroups that comes too often', () => {
    const { enter, ask } = asked();
    const verdicts = Array.from({ length: 65 }, (_, nth) => ask(enter(`2001:db8:1:${nth}::1`)));
    expect(verdicts.filter((verdict) => verdict === 'in').length).toBe(64);
    expect(ask(enter('2001:db8:2::1'))).toBe('in');
  });

  it('asks nothing of whoever is exempt, however often it comes', () => {
    const stage = asked(admitting({ isExempt: (address) => address === A }));
    stage.load.isChallenging = true;
    const verdicts = Array.from({ length: 200 }, () => stage.ask(stage.enter(A)));
    expect(new Set(verdicts)).toEqual(new Set(['in']));
    expect([stage.admission.buckets, stage.clock.pending]).toEqual([0, 0]);
    for (let nth = 0; nth < 100; nth++) stage.enter(`198.51.${nth}.1`);
    expect(new Set(stage.dropped.map((address) => address.slice(0, 7)))).toEqual(
      new Set(['198.51.']),
    );
  });

  it('goes by what a proxy says, once it has', () => {
    const proxy = '10.0.0.9';
    const access = new AccessList({ allow: [], deny: ['192.0.2.66'] });
    const stage = asked(admitting({ access, isExempt: (address) => address === proxy }));
    const { enter, ask, posed, load, admission, refused, dropped } = stage;
    expect([ask(enter(proxy), {}, A), ask(enter(proxy), {}, '192.0.2.66')]).toEqual([
      'in',
      'refused',
    ]);
    expect([refused, admission.halfOpen]).toEqual([['192.0.2.66 denied'], 1]);
    load.isChallenging = true;
    const answer = work(posed(enter(proxy), A));
    expect(ask(enter(proxy), { answer }, A)).toBe('in');
    expect(ask(enter(proxy), {}, '192.0.2.66')).toBeInstanceOf(Uint8Array);
    load.isChallenging = false;
    const more = Array.from({ length: 40 }, () => ask(enter(proxy), {}, A));
    expect(more.filter((verdict) => verdict === 'in').length).toBe(17);
    // Its site has no more than any other.
    expect(dropped.length).toBe(20 - 16);
    expect(refused.filter((line) => line === `${A} crowded`).length).toBe(4);
  });

  it('lets nobody arrive who is denied, exempt or not', () => {
    const access = new AccessList({ allow: ['192.0.2.0/30'], deny: [A] });
    const stage = admitting({ access, isExempt: () => true });
    expect([A, '192.0.2.2', '192.0.2.4'].map((address) => stage.arrive(address)?.address)).toEqual([
      undefined,
      '192.0.2.2',
      undefined,
    ]);
    expect(stage.refused).toEqual([`${A} denied`, '192.0.2.4 notAllowed']);
    stage.admission.free(stage.enter('192.0.2.3'));
    expect([stage.admission.halfOpen, stage.admission.buckets]).toEqual([1, 0]);
  });

  it('lets nobody arrive who misbehaved, or insists though denied, until it has rested', () => {
    const access = new AccessList({ allow: [], deny: ['192.0.2.66'] });
    const { arrive, conduct, clock, refused, admission } = admitting({ access });
    for (let time = 0; time < 11; time++) conduct.misbehaved(A);
    for (let time = 0; time < 11; time++) arrive('192.0.2.66');
    expect([arrive(A), arrive('192.0.2.2')?.address]).toEqual([undefined, '192.0.2.2']);
    expect(refused.slice(11)).toEqual([`${A} misbehaved`]);
    expect(conduct.blockedMs('192.0.2.66') > 0).toBe(true);
    expect(admission.buckets).toBe(2);
    clock.advance(60_000);
    expect(arrive(A)?.address).toBe(A);
  });

  it('says that it is full when all who are half open are exempt', () => {
    const stage = admitting({ isExempt: (address) => address === A });
    for (let nth = 0; nth < 256; nth++) stage.enter(A);
    expect([stage.arrive('192.0.2.2'), stage.arrive(A)]).toEqual([undefined, undefined]);
    expect(stage.refused).toEqual(['192.0.2.2 full', `${A} full`]);
  });

  it('forgets those who have rested, and needs no timer then', () => {
    const { admission, clock, enter } = asked();
    for (let nth = 0; nth < 100; nth++) admission.free(enter(`192.0.${nth}.1`));
    expect([admission.buckets, clock.pending]).toEqual([200, 1]);
    clock.advance(10_000);
    expect([admission.buckets, clock.pending, admission.halfOpen]).toEqual([0, 0, 0]);
    enter(A);
    expect(clock.pending).toBe(1);
    admission.stop();
    expect(clock.pending).toBe(0);
  });
});
