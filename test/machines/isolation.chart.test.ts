import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import {
  type IsolationEmitted,
  type IsolationMode,
  isolationMachine,
} from '../../machines/isolation.machine.ts';
import { input, samples } from './isolation.fixture.ts';

type Sample = keyof typeof samples;

/** Where a chart may stand: `bare` has the microvm and nothing else. */
const ways = {
  microvm: ['the microvm is proved', 'the process is proved', 'the isolate is proved'],
  bare: ['the microvm is proved'],
  process: ['the process is proved', 'the isolate is proved'],
  isolate: ['the isolate is proved'],
  refusing: [],
} as const satisfies Record<string, readonly Sample[]>;

type Standing = keyof typeof ways;

function standing(where: Standing) {
  const actor = createActor(isolationMachine, { input });
  const told: IsolationEmitted[] = [];
  actor.on('isolation.moved', (fact) => told.push(fact));
  actor.start();
  for (const sample of ways[where]) actor.send(samples[sample]);
  told.length = 0;
  return { actor, told };
}

const still = { microvm: null, bare: null, process: null, isolate: null, refusing: null };

/** Where each leads, from where it stands; null if it moves nothing. */
const table: Record<Sample, Record<Standing, IsolationMode | null>> = {
  'the microvm is proved': {
    ...still,
    ...{ process: 'microvm', isolate: 'microvm', refusing: 'microvm' },
  },
  'the process is proved': { ...still, isolate: 'process', refusing: 'process' },
  'the isolate is proved': { ...still, refusing: 'isolate' },
  'the microvm is lost': { ...still, microvm: 'process', bare: 'refusing' },
  'the process is lost': { ...still, process: 'isolate' },
  'the isolate is lost': { ...still, isolate: 'refusing' },
};

const cells = Object.entries(table).flatMap(([sample, row]) =>
  Object.entries(row).map(([where, to]) => ({ sample, where, to }) as const),
);

describe(isolationMachine.id, () => {
  it.each(cells)('$where, after $sample', ({ sample, where, to }) => {
    const { actor, told } = standing(where as Standing);
    const { mode: from, sinceMs } = actor.getSnapshot().context;
    const event = samples[sample as Sample];
    actor.send(event);
    const { value, context } = actor.getSnapshot();
    expect([value, context.mode, context.sinceMs]).toEqual([
      ...[to ?? from, to ?? from],
      to === null ? sinceMs : event.nowMs,
    ]);
    const { type: because, isolation: level } = event;
    const fact = { type: 'isolation.moved', from, to, because, level };
    expect(told).toEqual(to === null ? [] : [fact]);
  });

  it('says by its tag what is the most that can be had', () => {
    const tagged = (Object.keys(ways) as Standing[]).map((where) => [
      ...standing(where).actor.getSnapshot().tags,
    ]);
    expect(tagged).toEqual([['microvm'], ['microvm'], ['process'], ['isolate'], ['refusing']]);
  });

  it('falls past a level that was lost before, and climbs back one at a time', () => {
    const { actor, told } = standing('microvm');
    actor.send(samples['the process is lost']);
    actor.send(samples['the microvm is lost']);
    actor.send(samples['the process is proved']);
    actor.send(samples['the microvm is proved']);
    expect(told.map(({ to }) => to)).toEqual(['isolate', 'process', 'microvm']);
  });
});
