import { expect, it, onTestFinished } from 'vitest';
import { breakersPanel } from '../../../../runtime/inspector/panels/breakers.ts';
import { createRuntime } from '../../../../runtime/runtime.ts';
import { simWorld } from '../../../../runtime/sim/world.ts';
import { settled } from '../../audit-stage.ts';
import { inspected } from '../inspected.fixture.ts';

async function stage() {
  const world = simWorld({ seed: 1 });
  const { part, shown } = inspected();
  const rt = await createRuntime({ world, inspector: part });
  onTestFinished(async () => void (await settled(world, rt.shutdown())));
  const panel = () => breakersPanel(shown().breakers.actors(), (atMs) => atMs);
  return { rt, world, panel };
}

const fail = () => Promise.reject(new Error('broken'));

it('an open breaker is told with its countdown, an isolated one with by whom', async () => {
  const { rt, world, panel } = await stage();
  const psp = rt.breaker('psp');
  for (let nth = 0; nth < 5; nth += 1) await psp.execute(fail).catch(() => {});
  await psp.execute(fail).catch(() => {});
  const nowMs = world.clock.monotonicMs();
  rt.breaker('mail').isolate('token=hunter2hunter2', { by: 'ops' });
  rt.breaker('calm');
  const { told, ...counted } = panel();
  expect(counted).toEqual({ total: 3, byCircuit: { closed: 2, open: 1, halfOpen: 0 } });
  const [open, isolated, calm] = told;
  const { retryAtMs = 0, openForMs = 0, ...rest } = open ?? Object({});
  expect(rest).toEqual({
    ...{ name: 'psp', circuit: 'open', isolations: [], calls: 0, failures: 0, slow: 0 },
    ...{ refused: 1, late: 0, openings: 1, opensAt: '5 failures in a row' },
  });
  expect(Math.round(retryAtMs - nowMs)).toBe(Math.round(openForMs));
  expect(isolated).toMatchObject({
    ...{ name: 'mail', circuit: 'closed' },
    isolations: [{ by: 'ops', reason: 'token=[secret]' }],
  });
  expect([calm?.name, calm?.circuit, calm?.retryAtMs]).toEqual(['calm', 'closed', undefined]);
});

it('what opens a breaker is said in words', async () => {
  const { rt, panel } = await stage();
  const shares = { failureRatio: 0.5, slowMs: 2_500, slowRatio: 0.995 };
  rt.breaker('a', { window: { kind: 'count', callsMax: 50 } });
  rt.breaker('b', { window: { kind: 'time', durationMs: 10_000, ...shares } });
  expect(panel().told.map(({ opensAt }) => opensAt)).toEqual([
    '50 % failed of the last 50 calls, from 20 on',
    '50 % failed, or 99.5 % took 2.5 s of the calls in 10 s, from 20 on',
  ]);
});

it('of many those that let nothing through are told, and all are counted', async () => {
  const { rt, panel } = await stage();
  for (let nth = 0; nth < 300; nth += 1) rt.breaker(`calm${nth}`);
  rt.breaker('last').isolate('maintenance');
  const { told, total } = panel();
  expect([total, told.length, told[0]?.name]).toEqual([301, 200, 'last']);
});
