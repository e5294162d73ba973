import { expect, it } from 'vitest';
import { recordsOf, verificationOf } from '../../../runtime/inspector/log-pages.ts';
import { audited, ended } from '../audit-stage.ts';

async function stage(count: number) {
  const { world, runtime, log } = await audited({});
  const appended = Array.from({ length: count }, (_, nth) =>
    log.append({ type: nth % 2 === 0 ? 'order.paid' : 'order.sent', subject: `o${nth}` }),
  );
  await world.clock.advanceAsync(10_000);
  await Promise.all(appended);
  const ask = async (query: string) => {
    const { body } = await recordsOf(log, new URLSearchParams(query));
    const { records, to } = JSON.parse(`${body}`);
    return { indexes: records.map(({ index }: { index: number }) => index), records, to };
  };
  return { log, ask, size: log.status().size, end: () => ended(world, runtime) };
}

it('the newest 200 are told, or those that are asked for', async () => {
  const { ask, size, end } = await stage(300);
  const newest = await ask('');
  expect([newest.indexes.length, newest.indexes.at(-1), newest.to]).toEqual([200, size - 1, size]);
  expect(await ask('fromIndex=3&toIndex=5')).toMatchObject({ indexes: [3, 4], to: 5 });
  const first = await ask('fromIndex=0');
  expect([first.indexes.length, first.indexes[0], first.to]).toEqual([200, 0, 200]);
  expect(await ask(`fromIndex=${size + 9}`)).toMatchObject({ indexes: [], to: size });
  const sent = await ask('type=order.sent');
  expect([sent.records.length, sent.to]).toEqual([150, size]);
  expect((await ask('subject=o7')).records).toMatchObject([{ subject: 'o7' }]);
  await end();
});

it('what makes no range is refused', async () => {
  const { ask, end } = await stage(1);
  for (const query of ['fromIndex=-1', 'fromIndex=x', 'toIndex=1e99', 'type=', 'other=1']) {
    await expect(ask(query), query).rejects.toThrow(/audit\./);
  }
  await end();
});

it('what came of checking the log is told', async () => {
  const { log, size, end } = await stage(3);
  const { body } = await verificationOf(log);
  expect(JSON.parse(`${body}`)).toEqual({
    ...{ verdict: 'ok', size, checked: size, unanchored: size, segments: 1, amiss: [] },
    problems: [],
  });
  await end();
});
