import { describe, expect, it } from 'vitest';
import { simulate } from '../../../runtime/sim/simulate.ts';
import type { Stage } from '../../../runtime/sim/stage.ts';

const crash = { kind: 'process.crash', atMs: 100, downMs: 0 } as const;

/** Both processes of a run that crashes in between. */
async function stages(workload: (at: Stage) => Promise<void> | void): Promise<readonly Stage[]> {
  const seen: Stage[] = [];
  await simulate({
    seed: 1,
    horizonMs: 200,
    faults: [crash],
    start: (at) => void seen.push(at),
    workload,
  });
  return seen;
}

describe('the stage of a process', () => {
  it('says which process it is, and what time it is in the run', async () => {
    const told: unknown[] = [];
    await stages(async (at) => {
      await at.wait(30);
      const { incarnation, nowMs, horizonMs, world } = at;
      told.push({ incarnation, nowMs, horizonMs, sinceMs: world.clock.monotonicMs() });
    });
    expect(told).toEqual([
      { incarnation: 1, nowMs: 30, horizonMs: 200, sinceMs: 30 },
      { incarnation: 2, nowMs: 130, horizonMs: 200, sinceMs: 30 },
    ]);
  });

  it('never gives two processes the same randomness', async () => {
    const drawn: number[] = [];
    await stages((at) => {
      drawn.push(at.random('a').draw(), at.world.random.stream('a').draw());
    });
    expect(new Set(drawn).size).toBe(4);
  });

  it('draws the same, however much the process before drew', async () => {
    const second = async (draws: number): Promise<number[]> => {
      const drawn: number[] = [];
      await stages((at) => {
        const streams = [at.random('a'), at.world.random.stream('a')];
        for (const { draw } of streams) {
          if (at.incarnation === 2) drawn.push(draw());
          else for (let turn = 0; turn < draws; turn++) draw();
        }
      });
      return drawn;
    };
    expect(await second(1)).toEqual(await second(3));
  });

  it('hears nothing of a process that is dead', async () => {
    const dead: (() => void)[] = [];
    const { trace, coverage } = await simulate({
      seed: 1,
      horizonMs: 200,
      faults: [crash],
      start: (at) => at,
      workload(at) {
        if (at.incarnation > 1) return;
        const tell = (): void => {
          at.note('from the dead');
          at.world.log.warn({}, 'from the dead');
          at.sometimes('from the dead');
          if (at.buggify('from the dead')) at.note('fired');
        };
        dead.push(tell);
      },
      invariants: [
        {
          name: 'quiet',
          always: (at) => {
            if (at.incarnation === 2) for (const tell of dead) tell();
            return undefined;
          },
        },
      ],
    });
    expect(JSON.stringify([trace, coverage]).includes('from the dead')).toBe(false);
  });

  it('gives each process a free lock on what the one before had open', async () => {
    const opened: number[] = [];
    await stages(async (at) => {
      const { kv } = at.world;
      await (at.incarnation === 1 ? kv.create('/store') : kv.open('/store'));
      opened.push(at.incarnation);
    });
    expect(opened).toEqual([1, 2]);
  });

  it('is nobody to what runs in it, which is outside of all actors', async () => {
    const told: unknown[] = [];
    const actor = { uncaught: () => {} };
    await stages(({ world: { containment } }) => {
      told.push(
        containment.current(),
        containment.run(actor, () => containment.current()),
      );
      told.push(containment.run(actor, () => containment.run(undefined, containment.current)));
    });
    expect(told.slice(0, 3)).toEqual([undefined, actor, undefined]);
  });
});
