import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import {
  type IsolationEmitted,
  type IsolationMode,
  isolationMachine,
  proveAfterMs,
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

  it('lets a level be proved again at once, and later with each time that it is lost soon', () => {
    const { actor } = standing('refusing');
    const waits: (readonly number[])[] = [];
    let nowMs = 0;
    for (const heldMs of [0, 1_000, 299_999, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 300_000]) {
      actor.send({ ...samples['the process is proved'], nowMs });
      nowMs += heldMs;
      actor.send({ ...samples['the process is lost'], nowMs });
      const { context } = actor.getSnapshot();
      waits.push([0, 0.5].map((draw) => proveAfterMs(context, 'process', draw)));
      expect(proveAfterMs(context, 'microvm', 0.5)).toBe(0);
    }
    expect(waits).toEqual([
      ...[
        [0, 0],
        [1_000, 1_500],
        [2_000, 3_000],
        [4_000, 6_000],
        [8_000, 12_000],
      ],
      ...[
        [16_000, 24_000],
        [32_000, 48_000],
        [60_000, 90_000],
        [60_000, 90_000],
        [0, 0],
      ],
    ]);
  });

  it('counts as lost once, what was never proved', () => {
    const { actor } = standing('refusing');
    actor.send({ ...samples['the process is lost'], nowMs: 1_000_000 });
    expect(actor.getSnapshot().context.losses).toEqual({ isolate: 0, process: 1, microvm: 0 });
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
