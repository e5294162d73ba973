import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { chartOf } from '../../../runtime/chart-of.ts';
import { factEntry, ndjson, Trace, traceHash } from '../../../runtime/sim/trace.ts';

describe('a trace', () => {
  it('is a line of JSON each, with when, which process, and what kind first', () => {
    let nowMs = 0;
    const trace = new Trace(() => nowMs);
    trace.add(1, { kind: 'note', text: 'begun', fields: { orders: 2 } });
    nowMs = 12.5;
    trace.add(2, { kind: 'fault', fault: { kind: 'disk.vanish', atMs: 12.5 } });
    trace.add(1, { kind: 'note', text: 'up', fields: {} }, '10.0.0.2');
    const text = [
      '{"atMs":0,"process":1,"kind":"note","text":"begun","fields":{"orders":2}}\n',
      '{"atMs":12.5,"process":2,"kind":"fault","fault":{"kind":"disk.vanish","atMs":12.5}}\n',
      '{"atMs":12.5,"process":1,"machine":"10.0.0.2","kind":"note","text":"up","fields":{}}\n',
    ].join('');
    expect(ndjson(trace.lines)).toBe(text);
    const hash = createHash('sha256').update(text).digest('hex');
    expect([traceHash(trace.lines), trace.hash]).toEqual([hash, hash]);
  });

  it('draws each chart once, whoever moves in it first', () => {
    const trace = new Trace(() => 5);
    const chart = chartOf(setup({}).createMachine({ id: 'lamp' }));
    trace.draw(1, chart);
    trace.draw(2, chart, '10.0.0.2');
    expect(trace.texts).toEqual([JSON.stringify({ atMs: 5, process: 1, kind: 'chart', chart })]);
    const other = chartOf(setup({}).createMachine({ id: 'door' }));
    trace.draw(2, other, '10.0.0.2');
    expect(trace.lines[1]).toEqual({
      ...{ atMs: 5, process: 2, machine: '10.0.0.2', kind: 'chart', chart: other },
    });
  });

  it('holds of a fact what is the same whenever it happens', () => {
    const fact = {
      ...{ specversion: '1.0', id: 'ab-2', source: 'holdfast/shop', type: 'actor.failed' },
      ...{ subject: 'shop/till', time: '2026-01-01T00:00:00.000Z', causationid: 'ab-1' },
      data: { attempt: 1 },
    };
    expect(factEntry(fact)).toEqual({
      ...{ kind: 'fact', id: 'ab-2', type: 'actor.failed', subject: 'shop/till' },
      ...{ data: { attempt: 1 }, causationid: 'ab-1' },
    });
    expect(factEntry({ id: 'ab-3', type: 'runtime.failed', data: {} })).toEqual({
      ...{ kind: 'fact', id: 'ab-3', type: 'runtime.failed', data: {} },
    });
  });

  it('tells what was so at the time', () => {
    const trace = new Trace(() => 0);
    const fields = { left: 3 };
    trace.add(1, { kind: 'note', text: 'stock', fields });
    fields.left = 0;
    expect(trace.lines).toEqual([
      { atMs: 0, process: 1, kind: 'note', text: 'stock', fields: { left: 3 } },
    ]);
  });

  it('never fails for what is in it', () => {
    const trace = new Trace(() => 0);
    const fields = { n: 1n, far: Infinity, error: new RangeError('far'), set: new Set([1]) };
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    trace.add(1, { kind: 'note', text: 'odd', fields });
    trace.add(1, { kind: 'note', text: 'round', fields: circle });
    const odd = {
      n: '1n',
      far: 'Infinity',
      error: { name: 'RangeError', message: 'far' },
      set: [1],
    };
    const because = 'Converting circular structure to JSON';
    expect(trace.lines).toEqual([
      { atMs: 0, process: 1, kind: 'note', text: 'odd', fields: odd },
      {
        ...{ atMs: 0, process: 1, kind: 'note', text: 'a line that cannot be written' },
        fields: { kind: 'note', because },
      },
    ]);
  });
});
