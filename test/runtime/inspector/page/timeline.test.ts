import { describe, expect, it } from 'vitest';
import {
  clockText,
  densityOf,
  drawnMarks,
  drawnSpans,
  groupsOf,
  lanesOf,
  ticksBetween,
} from '../../../../runtime/inspector/page/timeline.ts';
import { event, fact, move, note } from './happened.ts';
import { opened, shopLines } from './opened-trace.ts';

const all = () => true;
const shop = opened(shopLines());

describe('how much happened', () => {
  it('is counted in equal parts, with what should be looked at', () => {
    const lines = [
      note(0, 'up'),
      note(9, 'down'),
      { line: ['fault', 10, { kind: 'disk.full' }] as const, path: '' },
      fact(11, 'actor.failed', 'a', { error: { name: 'Error', message: 'x' } }),
      { line: ['fault', 12, { kind: 'disk.full' }] as const, path: '' },
      { line: ['violation', 40, 'one leads', 'two lead'] as const, path: '' },
    ];
    expect(densityOf(lines, 0, 40, 4)).toEqual({
      counts: [2, 3, 0, 1],
      most: 3,
      marks: [
        { at: 1, tone: 'bad', text: 'a fails: Error: x' },
        { at: 3, tone: 'bad', text: 'one leads: two lead' },
      ],
    });
  });

  it('leaves out what was before, and needs no time to pass', () => {
    expect(densityOf([note(1, 'a'), note(5, 'b')], 5, 5, 2).counts).toEqual([1, 0]);
    expect(densityOf([], 0, 0, 2)).toEqual({ counts: [0, 0], most: 0, marks: [] });
  });
});

describe('the lane of an actor', () => {
  it('has the states that it was in, from the first to the last moment', () => {
    const lines = [move(10, 'd', 'shut'), move(20, 'd', 'shut'), move(30, 'd', 'open')];
    const begin = opened([]).at(0);
    expect(lanesOf(lines, begin, 50, all)).toEqual([
      {
        path: 'd',
        spans: [
          { fromMs: 10, toMs: 30, state: 'shut', order: 2 },
          { fromMs: 30, toMs: 50, state: 'open', order: 1 },
        ],
        marks: [],
      },
    ]);
  });

  it('tells of failures, of waiting and of the return', () => {
    const lanes = lanesOf(shop.lines, shop.at(0), shop.toMs, (path) => path === 'workers/counter');
    const [lane] = lanes;
    const around = lane?.spans.filter(({ toMs, fromMs }) => toMs > 2900 && fromMs < 3700);
    expect(around?.map(({ fromMs, toMs, state }) => `${fromMs}–${toMs} ${state}`)).toEqual([
      '2500–3000 counting',
      '3000–3183 waiting',
      '3183–3500 running',
      '3500–4200 counting',
    ]);
    expect(lane?.marks.slice(0, 4).map(({ atMs, tone }) => [atMs, tone])).toEqual([
      [3000, 'bad'],
      [3000, 'turn'],
      [3000, 'turn'],
      [3183, 'good'],
    ]);
  });

  it('is in the state in which an actor began anew, if that was told', () => {
    const lines = [
      move(0, 'd', 'open'),
      fact(5, 'actor.failed', 'd', { error: { name: 'Error', message: 'x' } }),
      fact(6, 'supervisor.decided', 'd', { decision: 'restart' }),
      move(9, 'd', 'open'),
      fact(9, 'actor.restarted', 'd', { incarnation: 2 }),
    ];
    const [lane] = lanesOf(lines, opened([]).at(0), 20, all);
    const spans = lane?.spans.map(({ fromMs, toMs, state }) => `${fromMs}–${toMs} ${state}`);
    expect(spans).toEqual(['0–5 open', '5–6 failing', '6–9 waiting', '9–20 open']);
  });

  it('runs again once a supervisor that was restarted has started', () => {
    const lines = [
      fact(0, 'supervisor.started', 's'),
      fact(5, 'supervisor.decided', 's', { decision: 'restart' }),
      fact(9, 'supervisor.started', 's'),
    ];
    const [lane] = lanesOf(lines, opened([]).at(0), 20, all);
    expect(lane?.spans.map(({ fromMs, toMs, state }) => `${fromMs}–${toMs} ${state}`)).toEqual([
      ...['0–5 running', '5–9 waiting', '9–20 running'],
    ]);
  });

  it('begins as things were then', () => {
    const begin = shop.at(1600);
    const lanes = lanesOf([], begin, 1700, (path) => path.startsWith('breaker'));
    expect(lanes.map(({ spans }) => spans)).toEqual([
      [{ fromMs: 1600, toMs: 1700, state: 'circuit.open', order: 3 }],
    ]);
  });
});

describe('what belongs together', () => {
  it('is a cause, what was decided, and what became of it', () => {
    const told = groupsOf(shop.lines).map((group) => {
      const { fromMs, toMs, subjects, attempts, outcome, facts } = group;
      return `${fromMs}–${toMs} ${subjects} ${facts.length} facts, ${attempts} tries: ${outcome}`;
    });
    expect(told).toEqual([
      '1500–8000 prices 7 facts, 3 tries: good',
      '3000–3183 workers/counter 4 facts, 1 tries: good',
      '7500–7520 workers/counter 4 facts, 1 tries: good',
      '12000–12030 workers/counter 4 facts, 1 tries: good',
    ]);
  });

  it('is pending while nothing came of it, and bad once it is given up', () => {
    const outcome = (...types: [string, object?][]) =>
      groupsOf(types.map(([type, data], at) => fact(at, type, 'a', { ...data }, { id: 'x' }))).map(
        (group) => group.outcome,
      );
    expect(outcome(['breaker.opened'])).toEqual(['pending']);
    expect(outcome(['breaker.opened'], ['breaker.probing'], ['breaker.closed'])).toEqual(['good']);
    expect(outcome(['actor.failed'])).toEqual(['pending']);
    expect(outcome(['supervisor.decided', { decision: 'escalate' }])).toEqual(['bad']);
    expect(outcome(['audit.space.low'])).toEqual(['bad']);
    expect(outcome(['actor.started'])).toEqual([]);
  });

  it('is another story after the end of the first', () => {
    const lines = ['opened', 'closed', 'opened'].map((how, at) => fact(at, `breaker.${how}`, 'a'));
    expect(groupsOf([...lines, event(9, 'a', 'b', 'x')]).map(({ facts }) => facts.length)).toEqual([
      ...[2, 1],
    ]);
  });
});

describe('what is drawn of a lane', () => {
  const span = (fromMs: number, toMs: number, order = 1) => ({
    ...{ fromMs, toMs, order },
    state: `s${order}`,
  });

  it('is cut at the window, and joins what is too short to be seen', () => {
    const spans = [span(0, 50), span(50, 51, 2), span(51, 52, 1), span(52, 53, 2), span(53, 99, 3)];
    expect(drawnSpans(spans, 10, 90, 5)).toEqual([
      { fromMs: 10, toMs: 50, state: 's1', order: 1, count: 1 },
      { fromMs: 50, toMs: 53, state: 's2', order: -1, count: 3 },
      { fromMs: 53, toMs: 90, state: 's3', order: 3, count: 1 },
    ]);
    expect(drawnSpans(spans, 100, 200, 5)).toEqual([]);
  });
});

describe('what is marked on a lane', () => {
  it('is told apart as far as it can be seen, what failed before all else', () => {
    const mark = (atMs: number, tone: 'bad' | 'turn' | 'good') => ({ atMs, tone, text: `${atMs}` });
    const marks = [mark(1, 'bad'), mark(10, 'turn'), mark(11, 'bad'), mark(12, 'good')];
    expect(drawnMarks([...marks, mark(20, 'good'), mark(99, 'bad')], 5, 50, 5)).toEqual([
      mark(11, 'bad'),
      mark(20, 'good'),
    ]);
    expect(drawnMarks(marks, 0, 50, 0)).toEqual(marks);
  });
});

describe('an axis of time', () => {
  it('has round moments, and no more of them than have room', () => {
    expect(ticksBetween(0, 1000, 5)).toEqual([0, 200, 400, 600, 800, 1000]);
    expect(ticksBetween(61_000, 200_000, 4)).toEqual([120_000, 180_000]);
    expect(ticksBetween(5, 5, 3)).toEqual([5]);
    expect(ticksBetween(0, 1e9, 4).length).toBeLessThanOrEqual(5);
  });

  it('tells moments as a clock', () => {
    expect([0, 999.6, 61_005, 3_600_000 * 27 + 5].map((ms) => clockText(ms))).toEqual([
      ...['0:00.000', '0:01.000', '1:01.005', '27:00:00.005'],
    ]);
    expect(clockText(60_005, 2)).toBe('00:01:00.005');
  });
});
