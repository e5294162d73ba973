import { describe, expect, it } from 'vitest';
import type { Model } from '../../../../runtime/inspector/page/model.ts';
import type { TraceLine } from '../../../../runtime/inspector/page/trace-lines.ts';
import { opened, shopLines } from './opened-trace.ts';

const stateOf = (model: Model, path: string) => {
  const actor = model.at(path);
  const chart = actor && model.chartOf(actor);
  return [
    actor?.kind,
    actor?.life,
    actor?.incarnation,
    actor?.states.map((at) => chart?.states[at]),
  ];
};

/** Who there is, by path, with their kinds and lives. */
const castOf = (model: Model) =>
  model.actors.flatMap((actor) =>
    actor === undefined ? [] : [`${actor.path} ${actor.kind} ${actor.life}`],
  );

const fact = (atMs: number, type: string, subject: string, data = {}, more = {}): TraceLine => ({
  ...{ atMs, process: 1, kind: 'fact', id: `${atMs}`, type, subject, data },
  ...more,
});

describe('a trace without charts', () => {
  const history = opened(shopLines());

  it('shows every actor in the state that its moves tell, at any moment', () => {
    expect(castOf(history.now)).toEqual([
      ' supervisor running',
      'segment-1 chart running',
      'workers supervisor running',
      'workers/counter actor running',
      'workers/till actor running',
      'breaker:prices chart running',
    ]);
    const counter = [0, 600, 3000, 3100, 3200].map((atMs) =>
      stateOf(history.at(atMs), 'workers/counter'),
    );
    expect(counter).toEqual([
      ['actor', 'running', 1, ['idle']],
      ['actor', 'running', 1, ['counting']],
      ['actor', 'waiting', 1, ['counting']],
      ['actor', 'waiting', 1, ['counting']],
      ['actor', 'running', 2, ['idle']],
    ]);
    const breaker = [1400, 1600, 9000].map(
      (atMs) => stateOf(history.at(atMs), 'breaker:prices')[3],
    );
    expect(breaker).toEqual([undefined, ['circuit.open'], ['circuit.closed']]);
  });

  it('counts each transition that was taken', () => {
    const actor = history.now.at('workers/till');
    const edges = actor && history.now.chartOf(actor)?.edges.map(({ event }) => event);
    expect([edges, actor?.taken]).toEqual([
      ['sell', 'after tick'],
      [12, 12],
    ]);
  });

  it('keeps notes, logs, faults and violations where they were', () => {
    const kinds = new Set(history.lines.map(({ line }) => line[0]));
    expect(kinds).toEqual(new Set(['note', 'fact', 'log', 'move', 'violation']));
    expect(history.lines.find(({ line }) => line[0] === 'violation')?.line.slice(2)).toEqual([
      'few are served',
      'more than 22 are served',
    ]);
  });
});

describe('a recording', () => {
  const chart = {
    hash: 'abc',
    id: 'mailer',
    states: ['', 'idle', 'busy'],
    root: {
      ...{ path: '', key: 'mailer', type: 'compound' as const, initial: 'idle' },
      ...{ tags: [], entry: [], exit: [], invoke: [], states: [] },
    },
    edges: [
      ...[{ name: 'idle send -> busy', source: 'idle', event: 'send', targets: ['busy'] }],
    ].map((edge) => ({ ...edge, actions: [], reenter: false })),
    more: 0,
  };
  const at = { atMs: 5, process: 1 };
  const lines: readonly TraceLine[] = [
    { ...at, kind: 'chart', chart },
    {
      ...{ ...at, kind: 'actor', subject: 'a/mailer', is: 'actor', chart: 'abc', life: 'failing' },
      ...{ states: ['idle'], incarnation: 7 },
    },
    { ...at, kind: 'event', subject: 'a/mailer', from: 'a', event: 'send', times: 3, handledMs: 9 },
    {
      ...{ ...at, atMs: 9, kind: 'move', subject: 'a/mailer', chart: 'abc' },
      ...{ transitions: ['idle send -> busy', 'unheard of'], states: ['busy'] },
    },
  ];
  const history = opened(lines);

  it('begins with actors as they were, and their charts as they are defined', () => {
    expect(history.now.charts).toEqual([chart]);
    expect(stateOf(history.at(5), 'a/mailer')).toEqual(['actor', 'failing', 7, ['idle']]);
    expect(stateOf(history.at(9), 'a/mailer')).toEqual(['actor', 'failing', 7, ['busy']]);
    expect(history.now.at('a/mailer')?.taken).toEqual([1]);
  });

  it('tells who sent what to whom', () => {
    expect(history.lines[0]).toEqual({
      line: ['event', 5, 1, 2, 'send', 3, 9],
      path: 'a/mailer',
      from: 'a',
    });
  });
});

describe('a trace of several machines', () => {
  it('has the actors of each under its address, and a crash ends those of one', () => {
    const started = (machine: string, process: number, atMs: number) => ({
      ...fact(atMs, 'actor.started', 'w/a', { incarnation: 1 }, { machine }),
      process,
    });
    const history = opened([
      started('10.0.0.1', 1, 0),
      started('10.0.0.2', 1, 0),
      started('10.0.0.1', 2, 100),
      { atMs: 100, process: 2, machine: '10.0.0.1', kind: 'note', text: 'up', fields: {} },
    ]);
    expect(castOf(history.now)).toEqual([
      ' supervisor running',
      '10.0.0.1 supervisor running',
      '10.0.0.1/w supervisor ended',
      '10.0.0.1/w/a actor ended',
      '10.0.0.2 supervisor running',
      '10.0.0.2/w supervisor running',
      '10.0.0.2/w/a actor running',
      '10.0.0.1/w supervisor running',
      '10.0.0.1/w/a actor running',
    ]);
    expect(history.lines.map(({ path }) => path)).toEqual([
      ...['10.0.0.1/w/a', '10.0.0.2/w/a', '10.0.0.1/w/a', ''],
    ]);
    expect(history.lines.at(-1)?.line[3]).toEqual({ at: '10.0.0.1' });
  });
});

describe('what facts tell of a life', () => {
  it('is followed until its supervisor gives it up', () => {
    const history = opened([
      fact(0, 'supervisor.started', 'w'),
      fact(1, 'actor.started', 'w/a', { incarnation: 1 }),
      fact(2, 'actor.failed', 'w/a'),
      fact(3, 'supervisor.decided', 'w/a', { decision: 'restart', restartsInWindow: 1 }),
      fact(4, 'actor.restarted', 'w/a', { incarnation: 2 }),
      fact(5, 'supervisor.decided', 'w/a', { decision: 'escalate' }),
      fact(6, 'audit.moved', 'audit', { from: 'readWrite', to: 'spooling' }),
    ]);
    const lives = [1, 2, 3, 4, 5].map((atMs) => {
      const { life, incarnation, restarts } = history.at(atMs).at('w/a') ?? {};
      return [life, incarnation, restarts];
    });
    expect(lives).toEqual([
      ['running', 1, 0],
      ['failing', 1, 0],
      ['waiting', 1, 1],
      ['running', 2, 1],
      ['ended', 2, 1],
    ]);
    expect(history.now.at('audit')).toBeUndefined();
  });
});
