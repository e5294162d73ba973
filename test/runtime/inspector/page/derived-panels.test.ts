import { describe, expect, it } from 'vitest';
import {
  breakersBy,
  chainOf,
  lettersBy,
  modesBy,
} from '../../../../runtime/inspector/page/derived-panels.ts';
import { fact } from './happened.ts';
import { opened, shopLines } from './opened-trace.ts';

const { lines } = opened(shopLines());

describe('breakers that facts tell of', () => {
  it('are as they were at a moment', () => {
    const at = (atMs: number) => {
      const { circuit, openings, failures, refused, retryAtMs } =
        breakersBy(lines, atMs).told[0] ?? {};
      return { circuit, openings, failures, refused, retryAtMs };
    };
    expect(at(1499)).toEqual({});
    expect(at(1500)).toEqual({
      ...{ circuit: 'open', openings: 1, failures: 3, refused: 0, retryAtMs: 2486 },
    });
    expect(at(4499)).toMatchObject({ circuit: 'open', openings: 2, retryAtMs: 4112 });
    expect(at(9000)).toMatchObject({ circuit: 'closed', openings: 0, refused: 10, failures: 0 });
    expect(breakersBy(lines, 9000)).toMatchObject({
      total: 1,
      byCircuit: { closed: 1, open: 0, halfOpen: 0 },
    });
  });

  it('are isolated by everybody who isolates them', () => {
    const isolated = (by: string, reason: string) => ({ by, reason });
    const told = [
      fact(1, 'breaker.isolated', 'a', isolated('ada', 'x')),
      fact(2, 'breaker.isolated', 'a', isolated('bob', 'y')),
      fact(3, 'breaker.isolated', 'a', isolated('ada', 'z')),
      fact(4, 'breaker.probing', 'a', { refused: 2 }),
      fact(5, 'breaker.released', 'a'),
    ];
    const at = (atMs: number) => breakersBy(told, atMs).told[0];
    expect(at(3)?.isolations).toEqual([isolated('bob', 'y'), isolated('ada', 'z')]);
    expect([at(4)?.circuit, at(4)?.refused, at(5)?.isolations]).toEqual(['halfOpen', 2, []]);
  });
});

describe('modes that facts tell of', () => {
  it('are those that moved, since they did and with why', () => {
    const told = [
      fact(1, 'audit.moved', 'audit', {
        from: 'readWrite',
        to: 'spooling',
        because: 'append.failed',
      }),
      fact(2, 'mode.moved', 'shop', { from: 'open', to: 'shut' }),
      fact(3, 'audit.moved', 'audit', {
        from: 'spooling',
        to: 'readOnly',
        because: 'spool.filled',
      }),
      fact(4, 'segment.moved', 'audit/1', { from: 'a', to: 'b' }),
    ];
    expect(modesBy(told, 2)).toEqual({
      audit: { mode: 'spooling', sinceMs: 1, because: 'append.failed' },
      shop: { mode: 'shut', sinceMs: 2 },
    });
    expect(modesBy(told, 9).audit).toEqual({
      ...{ mode: 'readOnly', sinceMs: 3, because: 'spool.filled' },
    });
  });
});

describe('letters that facts tell of', () => {
  it('are summed by why they reached nobody, newest first', () => {
    expect(lettersBy(lines, 4000)).toEqual({
      total: 4,
      byReason: { unhandled: 3, poison: 1 },
      recent: [4000, 3000, 2000, 1000].map((atMs) => ({
        ...{ subject: 'workers/counter', type: '', atMs },
        reason: atMs === 4000 ? 'poison' : 'unhandled',
      })),
    });
  });
});

describe('the way back from a fact', () => {
  const types = ({ chain, ends }: ReturnType<typeof chainOf>) => [
    ...chain.map(({ fact: { type }, atMs }) => `${atMs} ${type}`),
    ends,
  ];

  it('leads to its first cause, from the newest of a subject or from one by its id', () => {
    const now = Number.POSITIVE_INFINITY;
    expect(types(chainOf(lines, { subject: 'workers/counter' }, 12_050))).toEqual([
      '12030 actor.restarted',
      '12000 supervisor.decided',
      '12000 actor.failed',
      'first',
    ]);
    expect(types(chainOf(lines, { id: '42f7fa65ef24-14' }, now))).toEqual([
      ...['3000 supervisor.decided', '3000 actor.failed', 'first'],
    ]);
    expect(types(chainOf(lines, { id: 'gone' }, now))).toEqual(['first']);
  });

  it('ends where the cause is forgotten, and where causes go round', () => {
    const told = [
      fact(1, 'custom.a', 'a', {}, { id: '1', causationid: '2' }),
      fact(2, 'custom.b', 'a', {}, { id: '2', causationid: '1' }),
      fact(3, 'custom.c', 'c', {}, { id: '3', causationid: 'gone' }),
    ];
    expect(types(chainOf(told, { id: '2' }, 9))).toEqual(['2 custom.b', '1 custom.a', 'forgotten']);
    expect(types(chainOf(told, { subject: 'c' }, 9))).toEqual(['3 custom.c', 'forgotten']);
  });
});
