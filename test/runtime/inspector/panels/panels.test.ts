import { expect, it, onTestFinished } from 'vitest';
import { setup } from 'xstate';
import { panelsOf } from '../../../../runtime/inspector/panels/panels.ts';
import { panels } from '../../../../runtime/inspector/protocol.ts';
import { createRuntime } from '../../../../runtime/runtime.ts';
import { simWorld } from '../../../../runtime/sim/world.ts';
import { settled } from '../../audit-stage.ts';
import { inspected } from '../inspected.fixture.ts';

const secret = 'hunter2hunter2';

async function stage() {
  const world = simWorld({ seed: 1 });
  const { part, shown } = inspected();
  const rt = await createRuntime({ world, inspector: part });
  onTestFinished(async () => void (await settled(world, rt.shutdown())));
  const panelOf = panelsOf(shown(), (atMs) => atMs);
  return { rt, world, panelOf };
}

it('each panel is plain data, of a runtime that has nothing yet', async () => {
  const { panelOf } = await stage();
  for (const name of panels) {
    const panel = panelOf(name);
    expect(panel, name).toEqual(JSON.parse(JSON.stringify(panel)));
  }
  expect(panelOf('letters')).toEqual({ total: 0, byReason: {}, recent: [] });
  expect(panelOf('sandboxes')).toMatchObject({
    mode: 'refusing',
    levels: ['isolate', 'process', 'microvm'].map((isolation) => ({ isolation, is: 'unasked' })),
    guests: ['isolate', 'process', 'microvm'].map((isolation) => ({
      isolation,
      idle: 0,
      taken: 0,
    })),
  });
  expect(panelOf('peers')).toMatchObject({ connected: 0, silent: 0, away: 0, told: [] });
});

it('a runtime that lost its identity keys has no id', async () => {
  const world = simWorld({ seed: 1 });
  const disk = { world, dataDir: '/data', masterKey: { file: '/key', create: true } };
  const before = await createRuntime(disk);
  await settled(world, before.keys.rotate('identity'));
  await settled(world, before.shutdown());
  for (const name of ['ring', 'ring.bak']) await world.files.remove(`/data/keys/${name}`);
  const { part, shown } = inspected();
  const rt = await createRuntime({ ...disk, inspector: part });
  onTestFinished(async () => void (await settled(world, rt.shutdown())));
  expect(panelsOf(shown(), (atMs) => atMs)('peers')).toMatchObject({ id: '', connected: 0 });
});

it('modes are told with what is still promised, those of an embedder by their name', async () => {
  const { rt, panelOf } = await stage();
  rt.defineMode('sales', setup({}).createMachine({ initial: 'open', states: { open: {} } }));
  expect(panelOf('modes')).toMatchObject({
    ...{ audit: { mode: 'readWrite' }, isolation: { mode: 'refusing' } },
    ...{ route: { mode: 'isolated' }, load: { mode: 'normal' }, own: { sales: { mode: 'open' } } },
    promises: { reads: 'served', writes: 'served', widening: 'recorded first' },
  });
});

it('what somebody said is masked, and what it holds is not told', async () => {
  const { rt, world, panelOf } = await stage();
  rt.breaker(`psp?token=${secret}`).isolate(`token=${secret}`);
  rt.healthCheck('shop', () => {
    throw new Error(`password=${secret}`);
  });
  const top = rt.supervisor('top');
  const actor = top.start('one', setup({}).createMachine({}));
  actor.tell(Object({ type: 'pay', card: secret }));
  await settled(world, rt.audit.append({ type: 'order.paid', data: { name: secret } }));
  rt.health();
  await world.clock.advanceAsync(2_000);
  for (const name of panels) panelOf(name);
  await world.clock.advanceAsync(2_000);
  const told = panels.map((name) => [name, JSON.stringify(panelOf(name))] as const);
  expect(told.filter(([, text]) => text.includes(secret))).toEqual([]);
  const [audit, health, letters] = ['audit', 'health', 'letters'].map(
    (name) => told.find(([panel]) => panel === name)?.[1],
  );
  expect(audit).toContain('"data":{"name":"[redacted 14 chars]"}');
  expect(health).toContain('password=[secret]');
  expect(letters).toContain('"subject":"top/one","reason":"unhandled","type":"pay"');
});
