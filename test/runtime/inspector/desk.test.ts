import { expect, it, onTestFinished } from 'vitest';
import { setup } from 'xstate';
import type { Answer } from '../../../actors/http.ts';
import { type Desk, deskOf } from '../../../runtime/inspector/desk.ts';
import { commands } from '../../../runtime/inspector/protocol.ts';
import type { Visitor } from '../../../runtime/inspector/site/sessions.ts';
import { inspectorOptions } from '../../../runtime/options/inspector.ts';
import { createRuntime } from '../../../runtime/runtime.ts';
import { simWorld } from '../../../runtime/sim/world.ts';
import { settled } from '../audit-stage.ts';
import { inspected } from './inspected.fixture.ts';

const operator: Visitor = { grant: 'control', id: 'aabbccddeeff' };

async function stage(options: object = {}) {
  const world = simWorld({ seed: 1 });
  const { part, shown } = inspected();
  const rt = await createRuntime({ world, name: 'shop', inspector: part });
  const desk: Desk = deskOf(shown(), inspectorOptions.parse(options));
  onTestFinished(async () => {
    desk.close();
    await settled(world, rt.shutdown());
  });
  const answer = (name: string, query = '', visitor = operator) => {
    const page = desk.pages.get(name);
    if (page === undefined) throw new Error(`there is no page ${name}`);
    return page.answer(new URLSearchParams(query), visitor);
  };
  const ask = async (...asked: Parameters<typeof answer>) => {
    const { status, body }: Answer = await settled(world, Promise.resolve(answer(...asked)), 100);
    return [status, body === '' ? '' : JSON.parse(`${body}`)];
  };
  return { rt, world, desk, answer, ask };
}

/** The messages of a stream, as they come. */
function messages({ body }: Answer) {
  if (!(body instanceof ReadableStream)) throw new Error('it does not go on');
  const reader = body.getReader();
  return async (): Promise<{ event: string; data: Record<string, unknown> } | undefined> => {
    const { done, value } = await reader.read();
    if (done) return undefined;
    const text = Buffer.from(value).toString();
    const [, event = ''] = /^event: (\w+)$/m.exec(text) ?? [];
    return { event, data: JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '{}') };
  };
}

it('a viewer is told who it is, what it may do, what is there, and what happens', async () => {
  const { rt, world, answer, ask } = await stage({ control: true });
  const actor = rt.supervisor('top').start('one', setup({}).createMachine({ on: { go: {} } }));
  const next = messages(await answer('stream'));
  const welcome = await next();
  expect(welcome).toMatchObject({ event: 'welcome', data: { protocol: 1, name: 'shop' } });
  expect(welcome?.data.commands).toEqual(commands);
  expect(await next()).toMatchObject({ event: 'snapshot', data: { seq: 0, more: 0 } });
  const viewer = `viewer=${welcome?.data.viewer}`;
  expect(await ask('watch', `${viewer}&panels=letters,nothing`)).toEqual([204, '']);
  const told = next();
  actor.tell({ type: 'stray' } as never);
  await world.clock.advanceAsync(100);
  expect(['delta', 'panel']).toContain((await told)?.event);
  expect(await ask('watch', 'viewer=other&panels=letters')).toMatchObject([404, {}]);
});

it('who may only look is told why it may do nothing', async () => {
  const { answer } = await stage({ control: true });
  const next = messages(await answer('stream', '', { grant: 'view', id: 'a' }));
  expect((await next())?.data).toMatchObject({
    commands: [],
    why: 'this token is for looking: another one, of rt.inspectorControlUrl, is for commands',
  });
});

it('what a viewer is told is held back by nobody on its way, to store or compress it', async () => {
  const { answer } = await stage();
  expect((await answer('stream')).headers).toMatchObject({
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
  });
});

it('at the end viewers are told so, and their streams are over', async () => {
  const { desk, answer } = await stage();
  const next = messages(await answer('stream'));
  await next();
  await next();
  desk.close();
  expect(await next()).toEqual({ event: 'bye', data: { because: 'stopped' } });
  expect(await next()).toBe(undefined);
  const late = messages(await answer('stream'));
  expect(await late()).toEqual({ event: 'bye', data: { because: 'stopped' } });
});

it('an actor is told of, or that it is not there', async () => {
  const { rt, ask } = await stage({ show: ['city'] });
  const context = { city: 'Bern', name: 'Ann' };
  rt.supervisor('top').start('one', setup({}).createMachine({ context }));
  expect(await ask('actor', 'path=top/one')).toMatchObject([
    200,
    { context: { city: 'Bern', name: '[redacted 3 chars]' } },
  ]);
  expect((await ask('actor', `path=${'x/'.repeat(600)}`))[0]).toBe(404);
  expect((await ask('actor', 'path=top/two'))[0]).toBe(404);
});

it('why an actor was restarted is told', async () => {
  const { rt, world, ask } = await stage();
  const actor = rt.supervisor('top').start('one', setup({}).createMachine({}));
  actor.restart('it hangs');
  await world.clock.advanceAsync(10);
  const [status, { chain, ends }] = await ask('explain', 'subject=top/one');
  expect([status, ends, chain.map(({ type }: { type: string }) => type)]).toEqual([
    ...[200, 'first', ['actor.restarted', 'supervisor.decided']],
  ]);
  expect((await ask('explain', 'id=nothing'))[0]).toBe(404);
});

it('what happened in the last minutes is had as a trace', async () => {
  const { rt, world, answer } = await stage();
  rt.supervisor('top').start('one', setup({}).createMachine({ id: 'm' }));
  const { headers, body } = await answer('recording');
  expect(headers['Content-Disposition']).toBe('attachment; filename="trace.ndjson"');
  expect(body).toBeInstanceOf(ReadableStream);
  const text = await settled(world, new Response(body as ReadableStream).text(), 100);
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.filter(({ kind }) => kind === 'actor')).toContainEqual(
    expect.objectContaining({ subject: 'top/one', life: 'running' }),
  );
});

it('the log is checked once at a time, and read by four', async () => {
  const { world, answer } = await stage();
  const asked = [answer('verify'), answer('verify')];
  const readers = Array.from({ length: 5 }, () => answer('audit', 'fromIndex=0'));
  const answers = await settled(world, Promise.all([...asked, ...readers]), 100);
  const statuses = answers.map(({ status }) => status);
  expect([statuses.slice(0, 2), statuses.slice(2)]).toEqual([
    [200, 409],
    [200, 200, 200, 200, 409],
  ]);
});

it('whoever only looks, and reads no recording, keeps none from those who command', async () => {
  const { answer } = await stage({ control: true });
  const looker: Visitor = { grant: 'view', id: 'a' };
  const of = (who: Visitor) => Promise.resolve(answer('recording', '', who));
  const lookers = await Promise.all(Array.from({ length: 3 }, () => of(looker)));
  expect(lookers.map(({ status }) => status)).toEqual([200, 200, 409]);
  expect((await of(operator)).status).toBe(200);
  const [{ body } = { body: '' }] = lookers;
  if (body instanceof ReadableStream) await body.cancel();
  expect((await of(looker)).status).toBe(200);
});
