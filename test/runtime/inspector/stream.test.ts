import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import type { Viewer } from '../../../runtime/inspector/stream.ts';
import { deltasOf, linesOf, rowOf, snapshotOf, taken, watched } from './watched.ts';

const lamp = setup({}).createMachine({
  id: 'lamp',
  initial: 'off',
  states: {
    off: { on: { light: 'on', boom: { actions: () => boom() } } },
    on: { on: { dim: 'off', end: 'over' }, after: { 60000: 'off' } },
    over: { type: 'final' },
  },
});

function boom(): never {
  throw new Error('boom');
}

/** What it is told from the first turn on. */
function shop() {
  const house = watched();
  const hall = house.top.supervisor('hall');
  const first = hall.start('first', lamp);
  house.clock.advance(0);
  return { ...house, hall, first };
}

function stateNames(viewer: Viewer): (name: string) => unknown {
  const { charts, rows } = snapshotOf(viewer);
  return (name) => {
    const row = rows.find((each) => each[2] === name);
    return row?.[6].map((at) => charts[row[4]]?.states[at]);
  };
}

describe('a viewer', () => {
  it('is told first who speaks, then all that is there, each chart once', () => {
    const { open, hall, clock } = shop();
    hall.start('second', lamp).tell({ type: 'light' });
    clock.advance(0);
    const [welcome, snapshot, ...more] = taken(open());
    expect([welcome, more]).toEqual([
      {
        event: 'welcome',
        data: {
          protocol: 1,
          name: 'shop',
          viewer: expect.stringMatching(/^[0-9a-f]{18}$/),
          beganMs: expect.any(Number),
          commands: [],
          why: 'none were granted',
        },
      },
      [],
    ]);
    expect(snapshot).toEqual({
      event: 'snapshot',
      data: {
        seq: 0,
        atMs: 0,
        charts: [expect.objectContaining({ id: 'lamp', states: ['', 'off', 'on', 'over'] })],
        rows: [
          [0, -1, '', 0, -1, 1, [], 1, 0, 0],
          [1, 0, 'hall', 0, -1, 1, [], 1, 0, 0],
          [2, 1, 'first', 1, 0, 1, [1], 1, 0, 0],
          [3, 1, 'second', 1, 0, 1, [2], 1, 0, 0],
        ],
        more: 0,
      },
    });
  });

  it('is told, ten times a second at most, who was told what and which edge was taken', () => {
    const { open, first, clock } = shop();
    const viewer = open();
    const { charts } = snapshotOf(viewer);
    first.tell({ type: 'light' });
    clock.advance(99);
    expect(taken(viewer)).toEqual([]);
    clock.advance(1);
    const edge = charts[0]?.edges.findIndex(({ name }) => name === 'off light -> on');
    expect(taken(viewer)).toEqual([
      {
        event: 'delta',
        id: 1,
        data: {
          seq: 1,
          atMs: 100,
          rows: [[2, 1, 'first', 1, 0, 1, [2], 1, 0, 0]],
          lines: [
            ['event', 0, -1, 2, 'light', 1],
            ['move', 0, 2, [2], [[edge, 1]]],
          ],
        },
      },
    ]);
    clock.advance(1_000);
    expect(taken(viewer)).toEqual([]);
  });

  it('is told of timers, as an actor that tells itself', () => {
    const { open, first, clock } = shop();
    first.tell({ type: 'light' });
    const viewer = open();
    snapshotOf(viewer);
    for (let nth = 0; nth < 20; nth++) {
      taken(viewer);
      clock.advance(3_000);
    }
    clock.advance(100);
    expect(linesOf(deltasOf(viewer), 'event')).toContainEqual([
      'event',
      60_000,
      2,
      2,
      'xstate.after.60000.lamp.on',
      1,
    ]);
  });

  it('is told who told whom', () => {
    const { open, hall, first, clock } = shop();
    const relay = setup({ actions: { pass: () => first.tell({ type: 'light' }) } }).createMachine({
      on: { pass: { actions: 'pass' } },
    });
    const second = hall.start('second', relay);
    const viewer = open();
    snapshotOf(viewer);
    second.tell({ type: 'pass' });
    clock.advance(100);
    expect(linesOf(deltasOf(viewer), 'event')).toEqual([
      ['event', 0, -1, 3, 'pass', 1],
      ['event', 0, 3, 2, 'light', 1],
    ]);
  });

  it('is told of failures and restarts as facts, and that the same actor stands anew', () => {
    const { open, hall, clock } = shop();
    const second = hall.start('second', lamp, { backoff: { minMs: 10, maxMs: 10, factor: 1 } });
    const viewer = open();
    snapshotOf(viewer);
    second.tell({ type: 'boom' });
    clock.advance(200);
    const deltas = deltasOf(viewer);
    const facts = linesOf(deltas, 'fact').map((line) => (line[0] === 'fact' ? line[2].type : ''));
    expect(facts).toEqual([
      'actor.failed',
      'mailbox.dropped',
      'actor.quarantined',
      'supervisor.decided',
      'actor.restarted',
    ]);
    expect(deltas.map((delta) => rowOf(delta, 'second')).at(-1)).toEqual([
      3,
      1,
      'second',
      1,
      0,
      1,
      [1],
      2,
      1,
      0,
    ]);
  });

  it('is told of one that dies as it ended, and that it is gone; its id stays unused', async () => {
    const { open, hall, first, clock } = shop();
    const viewer = open();
    snapshotOf(viewer);
    void first.stop();
    clock.advance(100);
    const [delta] = deltasOf(viewer);
    expect([delta && rowOf(delta, 'first'), delta?.gone]).toEqual([
      [2, 1, 'first', 1, 0, 4, [], 1, 0, 0],
      [2],
    ]);
    hall.start('first', lamp);
    clock.advance(100);
    const [next] = deltasOf(viewer);
    expect(next && rowOf(next, 'first')?.[0]).toBe(3);
  });

  it('sees what lives in an actor, and that it is gone with the incarnation it lived in', () => {
    const { open, hall, clock } = shop();
    const nest = setup({ actors: { lamp } }).createMachine({
      invoke: { id: 'inside', src: 'lamp' },
      on: {
        light: {
          actions: ({ self }) => self.getSnapshot().children.inside?.send({ type: 'light' }),
        },
      },
    });
    const second = hall.start('nest', nest);
    const viewer = open();
    const { rows } = snapshotOf(viewer);
    expect(rows.filter((row) => row[1] === 3)).toEqual([[4, 3, 'inside', 2, 0, 1, [1], 1, 0, 0]]);
    second.restart('a test');
    clock.advance(200);
    const deltas = deltasOf(viewer);
    expect([
      deltas.flatMap(({ gone = [] }) => gone),
      deltas.flatMap(({ rows: told = [] }) => told.filter((row) => row[2] === 'inside')),
    ]).toEqual([
      [4],
      [
        [4, 3, 'inside', 2, 0, 4, [1], 1, 0, 0],
        [5, 3, 'inside', 2, 0, 1, [1], 1, 0, 0],
      ],
    ]);
  });

  it('sees charts of the house, which have no parent but the runtime', () => {
    const { open, charts, clock } = shop();
    const viewer = open();
    snapshotOf(viewer);
    const start = () =>
      charts.startChart(lamp, {
        id: 'breaker:psp',
        input: undefined,
        onMoved() {},
        onEmitted() {},
      });
    const one = start();
    start();
    one.send({ type: 'light' });
    clock.advance(100);
    const [begun] = deltasOf(viewer);
    one.stop();
    clock.advance(100);
    const [ended] = deltasOf(viewer);
    expect([begun?.rows, begun && linesOf([begun], 'event'), ended?.gone]).toEqual([
      [
        [3, 0, 'breaker:psp', 3, 0, 1, [2], 1, 0, 0],
        [4, 0, 'breaker:psp 2', 3, 0, 1, [1], 1, 0, 0],
      ],
      [['event', 0, -1, 3, 'light', 1]],
      [3],
    ]);
  });

  it('that comes later is told what the others know, and all the same from then on', () => {
    const { open, first, clock } = shop();
    const early = open();
    snapshotOf(early);
    first.tell({ type: 'light' });
    clock.advance(50);
    const late = open();
    expect(stateNames(late)('first')).toEqual(['on']);
    first.tell({ type: 'dim' });
    expect(deltasOf(early)).toHaveLength(1);
    clock.advance(50);
    const [forEarly] = deltasOf(early);
    const [forLate] = deltasOf(late);
    expect([forEarly?.seq, forLate?.seq, forLate?.lines]).toEqual([2, 1, forEarly?.lines]);
  });
});

describe('viewers', () => {
  it('who may only look keep none out who may command', () => {
    const { open } = shop();
    const lookers = Array.from({ length: 9 }, () => open());
    expect([lookers.at(-1)?.isOver, open('actor.restart').isOver]).toEqual([false, false]);
    expect(taken(lookers[8] ?? open())).toEqual([{ event: 'bye', data: { because: 'full' } }]);
    const [{ event } = {}] = taken(open('actor.restart'));
    expect(event).toBe('welcome');
  });

  it('are eight of a kind at most; who comes then, or after the end, is told so', () => {
    const { open, watch } = shop();
    const viewers = Array.from({ length: 8 }, () => open());
    const ninth = open();
    expect([taken(ninth), ninth.isOver]).toEqual([
      [{ event: 'bye', data: { because: 'full' } }],
      true,
    ]);
    viewers[0]?.close();
    expect(snapshotOf(open()).rows).toHaveLength(3);
    watch.close();
    expect([taken(open()), viewers[1] && taken(viewers[1])]).toEqual(
      Array(2).fill([{ event: 'bye', data: { because: 'stopped' } }]),
    );
  });

  it('are found by the id they were told, until they leave', () => {
    const { open, watch } = shop();
    const viewer = open();
    expect(watch.find(viewer.id)).toBe(viewer);
    viewer.close();
    expect([watch.find(viewer.id), viewer.take()]).toEqual([undefined, undefined]);
  });

  it('leave nothing behind, however often they come and go', () => {
    const { open, first, clock, kernel, recorder } = shop();
    let attached = 0;
    const { system } = kernel;
    const watch = system.watch.bind(system);
    system.watch = (observer) => {
      attached += 1;
      const cancel = watch(observer);
      return () => {
        attached -= 1;
        cancel();
      };
    };
    const pending = clock.pending;
    const was: number[] = [];
    for (let nth = 0; nth < 1_000; nth++) {
      const viewers = [open(), open()];
      was.push(attached);
      for (const viewer of viewers) viewer.close();
    }
    first.tell({ type: 'light' });
    clock.advance(1);
    expect([new Set(was), attached, recorder.listener]).toEqual([new Set([1]), 0, undefined]);
    expect(clock.pending).toBe(pending + 1);
  });
});

describe('a panel', () => {
  it('is told while it is looked at, when it is another, twice a second at most', () => {
    let sold = 1;
    const asked: string[] = [];
    const { open, clock } = watched((name) => {
      asked.push(name);
      return { sold };
    });
    const viewer = open();
    taken(viewer);
    clock.advance(1_000);
    expect(asked).toEqual([]);
    viewer.watch(['health']);
    clock.advance(100);
    const panel = (data: object, atMs: number) => ({
      event: 'panel',
      data: { name: 'health', atMs, data },
    });
    expect(taken(viewer)).toEqual([panel({ sold: 1 }, 1_100)]);
    sold = 2;
    clock.advance(400);
    expect(taken(viewer)).toEqual([]);
    clock.advance(100);
    expect(taken(viewer)).toEqual([panel({ sold: 2 }, 1_600)]);
    viewer.watch([]);
    clock.advance(5_000);
    expect([taken(viewer), asked]).toEqual([[], ['health', 'health']]);
  });

  it('that cannot be read is not shown, and keeps none of the others back', () => {
    const { open, clock } = watched((name) => (name === 'audit' ? boom() : { name }));
    const viewer = open();
    taken(viewer);
    viewer.watch(['audit', 'peers']);
    clock.advance(100);
    expect(taken(viewer)).toEqual([
      { event: 'panel', data: { name: 'peers', atMs: 100, data: { name: 'peers' } } },
    ]);
  });
});
