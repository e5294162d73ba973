import { expect, it, onTestFinished } from 'vitest';
import { fromCallback, setup } from 'xstate';
import { ActorDetails } from '../../../runtime/inspector/actor-detail.ts';
import { createRuntime } from '../../../runtime/runtime.ts';
import { simWorld } from '../../../runtime/sim/world.ts';
import { settled } from '../audit-stage.ts';
import { inspected } from './inspected.fixture.ts';

async function stage(show: readonly string[] = []) {
  const world = simWorld({ seed: 1 });
  const { part, shown } = inspected();
  const rt = await createRuntime({ world, inspector: part });
  onTestFinished(async () => void (await settled(world, rt.shutdown())));
  const details = new ActorDetails(shown().kernel, (atMs) => atMs - 1_000, show);
  return { rt, world, details, top: rt.supervisor('top', { strategy: 'oneForAll' }) };
}

const fail = (): never => {
  throw new Error('hunter2');
};

const machineWith = (context: object) => setup({}).createMachine({ id: 'a', context });

it('an actor is told with its numbers, and with no text of its data', async () => {
  const { details, top } = await stage();
  const context = { count: 3, name: 'Ann', address: 'a street', password: 'hunter2', is: true };
  top.start('one', machineWith(context), { input: { name: 'Ann' } });
  expect(details.of('top/one')).toEqual({
    path: 'top/one',
    context: {
      ...{ count: 3, name: '[redacted 3 chars]', address: '[redacted 8 chars]', is: true },
      password: '[secret]',
    },
    ...{ tags: [], deadlines: [] },
    policy: {
      ...{ restart: 'transient', restore: 'fresh', shutdownMs: 5_000, stableAfterMs: 10_000 },
      backoff: { minMs: 200, maxMs: 30_000, factor: 2 },
      mailbox: { eventsMax: 1_024, attemptsMax: 1 },
    },
  });
});

it('text is told under the names that were given, without what looks secret', async () => {
  const { details, top } = await stage(['city', 'password']);
  const context = {
    city: 'Bern',
    note: 'Bern',
    password: 'hunter2',
    at: { city: 'token=hunter2' },
  };
  top.start('one', machineWith(context));
  expect(details.of('top/one')?.context).toEqual({
    ...{ city: 'Bern', note: '[redacted 4 chars]', password: '[secret]' },
    at: { city: 'token=[secret]' },
  });
});

it('what it waits for is told in the time of the stream, and its tags', async () => {
  const { details, top, world } = await stage();
  const states = { a: { tags: ['calm'], after: { 5000: 'b' } }, b: {} };
  top.start('one', setup({}).createMachine({ id: 'm', initial: 'a', states }));
  const dueAtMs = world.clock.monotonicMs() + 5_000 - 1_000;
  const { tags, deadlines } = details.of('top/one') ?? {};
  expect([tags, deadlines]).toEqual([['calm'], [{ event: 'xstate.after.5000.m.a', dueAtMs }]]);
});

it('a supervisor has its policy, and an actor within an actor is found', async () => {
  const { details, top } = await stage();
  const inner = setup({}).createMachine({ id: 'inner', context: { deep: 1 } });
  const outer = setup({ actors: { inner } }).createMachine({
    invoke: { id: 'within', src: 'inner' },
  });
  top.start('one', outer);
  expect(details.of('top')?.policy).toMatchObject({ strategy: 'oneForAll', restartsMax: 5 });
  expect(details.of('')?.policy).toMatchObject({ strategy: 'oneForOne' });
  expect(details.of('top/one/within')?.context).toEqual({ deep: 1 });
});

it('who is not there is undefined: a stranger, one that ended, no name', async () => {
  const { details, top, world } = await stage();
  const one = top.start('one', machineWith({}));
  await settled(world, one.stop());
  const paths = ['top/one', 'top/', 'other', 'top/one/two', '__proto__', 'top/one/constructor'];
  expect(paths.map((path) => details.of(path))).toEqual(paths.map(() => undefined));
});

it('a chart of the house is found by its name, and has no policy', async () => {
  const { details, rt } = await stage();
  rt.breaker('a/b').isolate('maintenance');
  expect(details.of('breaker:a/b')).toMatchObject({
    ...{ tags: expect.arrayContaining(['isolated']), policy: {} },
    context: { openings: 0, isolations: [{ id: 1, by: '[redacted 12 chars]' }] },
  });
});

it('a name with a secret in it is found as the page has it', async () => {
  const { details, top } = await stage();
  top.start('token=hunter2', machineWith({ count: 1 }));
  expect(details.of('top/token=[secret]')?.context).toEqual({ count: 1 });
});

it('whatever a context holds, it is told in bounds and in time', async () => {
  const { details, top } = await stage();
  const cycle: Record<string, unknown> = { count: 1 };
  cycle.self = cycle;
  const thrower = {
    get broken() {
      return fail();
    },
  };
  const huge = Array.from({ length: 50 }, () => 'x'.repeat(1_048_576));
  const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, nth) => [`n${nth}`, nth]));
  const closed = new Proxy({}, { ownKeys: fail });
  const contexts = { cycle, thrower, huge, wide, closed, list: Array(1e6).fill(7) };
  top.start('one', machineWith(contexts));
  const { context } = details.of('top/one') ?? {};
  expect(context).toMatchObject({
    ...{ cycle: { count: 1, self: '[cycle]' }, thrower: { broken: '[unreadable]' } },
    closed: '[unreadable]',
  });
  expect(JSON.stringify(context).length < 128 * 1024).toBe(true);
});

it('one that has failed and waits to come back has no data, and its policy', async () => {
  const { details, top, world } = await stage();
  const backoff = { minMs: 60_000, maxMs: 60_000, factor: 1 };
  top.start('one', fromCallback(fail), { backoff });
  await world.clock.advanceAsync(1);
  expect(details.of('top/one')).toMatchObject({ context: null, tags: [], policy: { backoff } });
});
