import { describe, expect, it } from 'vitest';
import type { ActorLogic, EventObject, NonReducibleUnknown, Snapshot } from 'xstate';
import { fromCallback, fromTransition, setup } from 'xstate';
import type { Delta } from '../../../runtime/inspector/protocol.ts';
import { deltasOf, linesOf, rowOf, snapshotOf, taken, watched } from './watched.ts';

const toggle = setup({}).createMachine({
  id: 'toggle',
  initial: 'off',
  states: { off: { on: { flip: 'on' } }, on: { on: { flip: 'off' } } },
});

/** How often what happened, by what it was. */
function counts(deltas: readonly Delta[]) {
  const events: Record<string, number> = {};
  const edges: Record<number, number> = {};
  for (const line of deltas.flatMap(({ lines = [] }) => lines)) {
    if (line[0] === 'event') events[line[4]] = (events[line[4]] ?? 0) + line[5];
    if (line[0] !== 'move') continue;
    for (const [edge, times] of line[4]) edges[edge] = (edges[edge] ?? 0) + times;
  }
  return { events, edges: Object.values(edges) };
}

describe('a viewer that does not read', () => {
  it('gets one delta of all that changed meanwhile, with each event and transition counted', () => {
    const { top, open, clock } = watched();
    const actor = top.supervisor('hall').start('switch', toggle);
    const viewer = open();
    snapshotOf(viewer);
    for (let second = 0; second < 90; second++) {
      for (let nth = 0; nth < 100; nth++) actor.tell({ type: 'flip' });
      clock.advance(100);
    }
    const deltas = deltasOf(viewer);
    const lines = deltas.flatMap(({ lines: all = [] }) => all);
    expect([
      deltas.map(({ seq, lost }) => [seq, lost]),
      counts(deltas),
      lines.length < 500,
    ]).toEqual([[[1, undefined]], { events: { flip: 9_000 }, edges: [4_500, 4_500] }, true]);
  });

  it('is told that it was slow after ten seconds, and nothing else; it holds no place', () => {
    const { top, open, clock, watch, recorder } = watched();
    const actor = top.supervisor('hall').start('switch', toggle);
    const viewer = open();
    clock.advance(9_900);
    expect(watch.find(viewer.id)).toBe(viewer);
    actor.tell({ type: 'flip' });
    clock.advance(200);
    expect([watch.find(viewer.id), recorder.listener]).toEqual([undefined, undefined]);
    expect(taken(viewer)).toEqual([{ event: 'bye', data: { because: 'slow' } }]);
    expect(viewer.isOver).toBe(true);
  });

  it('is not slow while there is nothing to read', () => {
    const { open, clock, watch } = watched();
    const viewer = open();
    snapshotOf(viewer);
    clock.advance(60_000);
    expect(watch.find(viewer.id)).toBe(viewer);
  });

  it('is not told of those who came and went meanwhile', () => {
    const { top, open, clock } = watched();
    const hall = top.supervisor('hall');
    const viewer = open();
    snapshotOf(viewer);
    for (let nth = 0; nth < 50; nth++) {
      const guest = hall.start('guest', toggle);
      clock.advance(100);
      void guest.stop();
      clock.advance(100);
      taken(viewer);
    }
    for (let nth = 0; nth < 40; nth++) {
      const guest = hall.start('guest', toggle);
      clock.advance(100);
      void guest.stop();
      clock.advance(100);
    }
    const [delta, ...more] = deltasOf(viewer);
    expect([delta?.rows, delta?.gone, more]).toEqual([undefined, undefined, []]);
  });
});

describe('however much there is', () => {
  it('in one turn, a storm is summed up: no event, no transition is lost', () => {
    const { top, open, clock } = watched();
    const actor = top
      .supervisor('hall')
      .start('switch', toggle, { mailbox: { eventsMax: 100_000 } });
    const viewer = open();
    snapshotOf(viewer);
    for (let nth = 0; nth < 50_000; nth++) actor.tell({ type: 'flip' });
    clock.advance(100);
    const deltas = deltasOf(viewer);
    expect([counts(deltas), JSON.stringify(deltas).length < 65_536]).toEqual([
      { events: { flip: 50_000 }, edges: [25_000, 25_000] },
      true,
    ]);
  });

  it('of types without end, what there is no room for is counted', () => {
    const { top, open, clock } = watched();
    const logic = fromTransition((n: number) => n, 0);
    const actor = top.supervisor('hall').start('any', logic, { mailbox: { eventsMax: 100_000 } });
    const viewer = open();
    snapshotOf(viewer);
    for (let nth = 0; nth < 20_000; nth++) actor.tell({ type: `type-${nth}` });
    clock.advance(100);
    const deltas = deltasOf(viewer);
    const told = linesOf(deltas, 'event').length;
    expect([told, deltas[0]?.lost]).toEqual([4_400, 20_000 - 4_400]);
  });

  it('1,001 actors are told in 64 KiB', () => {
    const { top, open } = watched();
    const hall = top.supervisor('hall');
    for (let nth = 0; nth < 999; nth++) hall.start(`worker-${nth}`, toggle);
    const viewer = open();
    viewer.take();
    const text = viewer.take() ?? '';
    expect([
      text.length < 64 * 1024,
      JSON.parse(text.split('data: ')[1] ?? '').rows.length,
    ]).toEqual([true, 1_001]);
  });

  it('machines that are each made anew are drawn 200 at a time, until all are', () => {
    const { top, open, clock } = watched();
    const hall = top.supervisor('hall');
    const make = () => setup({}).createMachine({ id: 'own', initial: 'a', states: { a: {} } });
    for (let nth = 0; nth < 500; nth++) hall.start(`worker-${nth}`, make());
    const viewer = open();
    const { rows, charts } = snapshotOf(viewer);
    const drawn = (all: Delta['rows']) => all?.filter((row) => row[4] === 0).length;
    clock.advance(100);
    const [first] = deltasOf(viewer);
    clock.advance(100);
    const [second] = deltasOf(viewer);
    expect([charts.length, [rows, first?.rows, second?.rows].map(drawn)]).toEqual([
      1,
      [200, 200, 100],
    ]);
    clock.advance(100);
    expect(deltasOf(viewer)).toEqual([]);
  });

  it('20,000 actors are told of, and how many more there are', () => {
    const { top, open, clock } = watched();
    const halls = Array.from({ length: 20 }, (_, nth) => top.supervisor(`hall-${nth}`));
    const logic = fromTransition((n: number) => n, 0);
    const last = halls.map((hall) => {
      for (let nth = 0; nth < 1_000; nth++) hall.start(`actor-${nth}`, logic);
      return hall.start('last', logic);
    });
    const viewer = open();
    const { rows, more } = snapshotOf(viewer);
    expect([rows.length, more]).toEqual([20_000, 41]);
    for (const actor of last) void actor.stop();
    clock.advance(100);
    clock.advance(100);
    expect(deltasOf(viewer).at(-1)?.more).toBe(40);
  });

  it('of 100,000 actors within another, 200 are told of', () => {
    const { top, open } = watched();
    const idle = fromCallback(() => {});
    const nest = setup({ actors: { idle } }).createMachine({
      id: 'nest',
      entry: ({ self }) => self.send({ type: 'nothing' }),
    });
    const actor = top.supervisor('hall').start('nest', nest);
    const children = actor.snapshot()?.children as Record<string, unknown> | undefined;
    for (let nth = 0; nth < 100_000; nth++) {
      if (children) children[`c-${nth}`] = actor.snapshot();
    }
    expect(snapshotOf(open()).rows.length).toBeLessThanOrEqual(203);
  });

  it('names of ten million characters are cut', () => {
    const { top, open, clock } = watched();
    const logic = fromTransition((n: number) => n, 0);
    const actor = top.supervisor('hall').start('any', logic);
    const viewer = open();
    snapshotOf(viewer);
    actor.tell({ type: 'x'.repeat(10_000_000) });
    clock.advance(100);
    const [line] = linesOf(deltasOf(viewer), 'event');
    expect(line).toEqual(['event', 0, -1, 2, `${'x'.repeat(200)}…`, 1]);
  });

  it('events whose getters throw, and secrets in their types, tell nothing', () => {
    const { top, open, clock } = watched();
    const logic = fromTransition((n: number) => n, 0);
    const actor = top.supervisor('hall').start('any', logic);
    const viewer = open();
    snapshotOf(viewer);
    const event = {
      type: 'token=hunter2hunter2',
      get boom(): never {
        throw new Error('boom');
      },
    };
    actor.tell(event);
    actor.tell({ type: 'token=hunter2hunter2' });
    clock.advance(100);
    expect(linesOf(deltasOf(viewer), 'event')).toEqual([['event', 0, -1, 2, 'token=[secret]', 1]]);
  });

  it('logic that only looks like a machine is an actor without a chart', () => {
    const { top, open, clock } = watched();
    type Odd = Snapshot<NonReducibleUnknown> & { machine: string; value: unknown };
    const odd: ActorLogic<Odd, EventObject> = {
      getInitialSnapshot: () => ({
        status: 'active',
        output: undefined,
        error: undefined,
        machine: 'no machine',
        value: 'a',
      }),
      transition: (snapshot) => ({ ...snapshot, value: {} }),
      getPersistedSnapshot: (snapshot) => snapshot,
    };
    const actor = top.supervisor('hall').start('odd', odd);
    const viewer = open();
    expect(rowOf(snapshotOf(viewer), 'odd')).toEqual([2, 1, 'odd', 1, -1, 1, [], 1, 0, 0]);
    actor.tell({ type: 'any' });
    clock.advance(100);
    expect(linesOf(deltasOf(viewer), 'event')).toHaveLength(1);
  });
});
