import { expect, it } from 'vitest';
import { fromCallback, setup } from 'xstate';
import { Roster } from '../../../runtime/inspector/roster.ts';
import { ToldCharts } from '../../../runtime/inspector/told-charts.ts';
import { drainingMachine } from '../kernel/stage.ts';
import { watched } from './watched.ts';

const lives = (roster: Roster) => roster.take().rows.map(([, , name, , , life]) => [name, life]);

it('sees what nobody tells of within a second: an actor that drains', () => {
  const { top, kernel, clock } = watched();
  const actor = top.supervisor('hall').start('slow', drainingMachine);
  const roster = new Roster(kernel, new ToldCharts());
  roster.take();
  void actor.stop();
  clock.advance(0);
  expect(lives(roster)).toEqual([['slow', 3]]);
  expect(roster.take()).toEqual({ rows: [], gone: [], freshFrom: 3 });
});

it('tells what is in a mailbox when it is looked at again', () => {
  const { top, kernel } = watched();
  const actor = top.supervisor('hall').start('slow', drainingMachine);
  const roster = new Roster(kernel, new ToldCharts());
  roster.take();
  actor.tell({ type: 'stick' });
  const [row] = roster.take().rows;
  expect([row?.[2], row?.[9], roster.size, roster.more]).toEqual(['slow', 1, 3, 0]);
});

it('gives places of those who lived in an actor to others', () => {
  const { top, kernel, clock } = watched();
  const idle = fromCallback(() => {});
  const nest = setup({ actors: { idle } }).createMachine({
    initial: 'a',
    states: {
      a: { invoke: { id: 'i', src: 'idle' }, on: { go: 'b' } },
      b: { invoke: { id: 'i', src: 'idle' }, on: { go: 'a' } },
    },
  });
  const actor = top.supervisor('hall').start('nest', nest);
  const roster = new Roster(kernel, new ToldCharts());
  kernel.system.watch((event) => {
    if (event.type === '@xstate.actor') roster.came(event.actorRef as never);
  });
  for (let nth = 0; nth < 300; nth++) {
    actor.tell({ type: 'go' });
    clock.advance(0);
    roster.take();
  }
  expect([roster.more, roster.whole().filter((row) => row[2] === 'i').length]).toEqual([0, 1]);
});
