import { describe, expect, it } from 'vitest';
import { fromPromise, setup } from 'xstate';
import { watched } from './watched.ts';

const lamp = setup({}).createMachine({
  id: 'lamp',
  initial: 'off',
  states: {
    off: { on: { light: 'on', nothing: {} } },
    on: { after: { 1000: 'off' } },
  },
});

function shop() {
  const house = watched();
  const hall = house.top.supervisor('hall');
  return { ...house, hall };
}

const heard = ({ recorder }: Pick<ReturnType<typeof shop>, 'recorder'>) =>
  [...recorder.happened()].map(([, happened]) =>
    happened.kind === 'event'
      ? [happened.subject, happened.type, happened.from]
      : [happened.subject, happened.before, happened.value],
  );

describe('the recorder', () => {
  it('has who was told what by whom, and what became of it, though nobody watches', () => {
    const house = shop();
    const first = house.hall.start('first', lamp);
    const relay = setup({ actions: { pass: () => first.tell({ type: 'light' }) } }).createMachine({
      on: { pass: { actions: 'pass' } },
    });
    const second = house.hall.start('second', relay);
    second.tell({ type: 'pass' });
    first.tell({ type: 'nothing' });
    house.clock.advance(1_000);
    expect(heard(house)).toEqual([
      ['hall/first', undefined, 'off'],
      ['hall/second', undefined, {}],
      ['hall/second', 'pass', undefined],
      ['hall/first', 'nothing', undefined],
      ['hall/first', 'light', 'hall/second'],
      ['hall/first', 'off', 'on'],
      ['hall/first', 'on', 'off'],
    ]);
  });

  it('has the moves of charts of the house, and nothing of what has no states', () => {
    const house = shop();
    const chart = house.charts.startChart(lamp, {
      id: 'breaker:psp',
      input: undefined,
      onMoved() {},
      onEmitted() {},
    });
    chart.send({ type: 'light' });
    house.hall
      .start(
        'plain',
        fromPromise(async () => 1),
      )
      .tell({ type: 'any' } as never);
    house.clock.advance(0);
    expect(heard(house)).toEqual([
      ['breaker:psp', undefined, 'off'],
      ['breaker:psp', 'off', 'on'],
      ['hall/plain', 'any', undefined],
    ]);
  });

  it('has facts, redacted, though nobody subscribes, and finds them by their id', () => {
    const { recorder, kernel } = shop();
    const id = kernel.facts.publish('actor.failed', 'hall/x', { note: 'hunter2', message: 'm' });
    const found = recorder.find(id);
    expect([recorder.facts().length, found?.fact.data, recorder.find('none')]).toEqual([
      2,
      { note: '[redacted 7 chars]', message: 'm' },
      undefined,
    ]);
  });

  it('forgets what is older than five minutes', () => {
    const house = shop();
    house.hall.start('first', lamp).tell({ type: 'light' });
    house.clock.advance(302_000);
    house.hall.start('second', lamp);
    expect([heard(house), house.recorder.facts().map(({ fact }) => fact.type)]).toEqual([
      [['hall/second', undefined, 'off']],
      ['actor.started'],
    ]);
  });

  it('counts time from when it began', () => {
    const { recorder, clock } = watched();
    clock.advance(250);
    expect([recorder.nowMs, recorder.timeOf(clock.monotonicMs() - 50)]).toEqual([250, 200]);
  });

  it('that is closed hears nothing, and keeps nothing', () => {
    const house = shop();
    const first = house.hall.start('first', lamp);
    house.recorder.close();
    first.tell({ type: 'light' });
    house.clock.advance(0);
    const { kernel, recorder } = house;
    expect([heard(house), recorder.facts(), kernel.onlooker, recorder.machines.size]).toEqual([
      [],
      [],
      undefined,
      0,
    ]);
  });

  it('knows the machines that moved last by their ids, 500 at most', () => {
    const { hall, recorder } = shop();
    for (let nth = 0; nth < 600; nth++) {
      hall.start(`a${nth}`, setup({}).createMachine({ id: `m${nth}` }));
    }
    expect([recorder.machines.size, recorder.machines.has('m99')]).toEqual([500, false]);
  });
});
