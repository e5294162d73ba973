import { expect, it } from 'vitest';
import { graphOf } from '../../../../../runtime/inspector/page/chart/graph.ts';
import { layOutSimply } from '../../../../../runtime/inspector/page/chart/layered.ts';
import {
  type Answer,
  Layouts,
  type Workshop,
} from '../../../../../runtime/inspector/page/chart/layout.ts';
import { orderChart, ringChart } from '../charts.ts';

/** An engine that does as the test says: `answer` gets the id of each graph that is asked for. */
function workshop(answer: (id: number, reply: (data: Answer) => void) => void) {
  const seen = { begun: 0, ended: 0, asked: 0, late: [] as (() => void)[] };
  const tools: Workshop = {
    after: (_, run) => seen.late.push(run),
    engine: (onAnswer) => {
      seen.begun++;
      return {
        end: () => seen.ended++,
        ask: (asked) => {
          if (!('cmd' in asked && asked.cmd === 'layout' && 'id' in asked)) return;
          seen.asked++;
          answer(Number(asked.id), onAnswer);
        },
      };
    },
  };
  return { seen, layouts: new Layouts(tools) };
}

const graph = graphOf(orderChart, new Set());
const placedSimply = layOutSimply(graph);

it('asks the engine once for each picture', async () => {
  const { seen, layouts } = workshop((id, reply) =>
    queueMicrotask(() => reply({ id, data: { id: 'the page', width: 7, height: 8 } })),
  );
  const again = graphOf({ ...orderChart }, new Set());
  const [one, two] = await Promise.all([layouts.of(graph), layouts.of(again)]);
  expect([one.width, two, seen.asked, seen.begun]).toEqual([7, one, 1, 1]);
});

it('draws simply where the engine cannot be had', async () => {
  const layouts = new Layouts({
    after: () => {},
    engine: () => {
      throw new Error('no workers here');
    },
  });
  expect(await layouts.of(graph)).toEqual(placedSimply);
});

it('draws simply what the engine refuses', async () => {
  const { layouts } = workshop((id, reply) => reply({ id, error: { message: 'no' } }));
  expect(await layouts.of(graph)).toEqual(placedSimply);
});

it('draws simply what takes too long, and begins another engine for the next', async () => {
  const { seen, layouts } = workshop(() => {});
  const drawn = layouts.of(graph);
  seen.late[0]?.();
  expect(await drawn).toEqual(placedSimply);
  expect([seen.begun, seen.ended]).toEqual([1, 1]);
  void layouts.of(graphOf(ringChart(2, 2), new Set()));
  expect(seen.begun).toBe(2);
});
