import { expect, it } from 'vitest';
import {
  type Browser,
  type Connection,
  Live,
  RefusedError,
} from '../../../../runtime/inspector/page/live.ts';
import type { Step } from '../../../../runtime/inspector/page/model.ts';

const welcome = { protocol: 1, name: 'orders', viewer: 'v', beganMs: 0, commands: [] };
const snapshot = { seq: 4, atMs: 1, charts: [], rows: [], more: 0 };
const sse = (event: string, data: unknown) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
const refused = (status: number, message: string) =>
  new Response(JSON.stringify({ code: 'NO', message }), { status });
const streamOf = (...events: readonly string[]) => new Response(events.join(''));

interface Asked {
  readonly address: string;
  readonly init: RequestInit | undefined;
}

/** What a page hears, of a runtime that answers so; it comes once more at most. */
async function visit(answers: Readonly<Record<string, Response[]>>, token?: string) {
  const asked: Asked[] = [];
  const connections: Connection[] = [];
  const steps: Step[] = [];
  const waits: number[] = [];
  let forgotten = 0;
  const again: (() => void)[] = [];
  const browser: Browser = {
    token,
    forgetToken: () => forgotten++,
    after: (ms, run) => {
      waits.push(ms);
      again.push(run);
    },
    fetch: async (address, init) => {
      asked.push({ address, init });
      return answers[address.split('?')[0] ?? '']?.shift() ?? new Response('');
    },
  };
  const live = new Live(browser, {
    welcomed: () => {},
    told: () => {},
    stepped: (step) => steps.push(step),
    connection: (connection) => connections.push(connection),
  });
  await live.open();
  return { live, asked, connections, steps, waits, again, forgotten: () => forgotten };
}

it('brings its token once, then forgets it', async () => {
  const stream = [streamOf(sse('welcome', welcome), sse('snapshot', snapshot))];
  const { asked, forgotten, steps } = await visit({ stream }, 'secret');
  expect(asked.slice(0, 2).map(({ address }) => address)).toEqual(['session', 'stream']);
  expect(asked[0]?.init?.headers).toEqual({ authorization: 'Bearer secret' });
  expect(JSON.stringify(asked.slice(1))).not.toContain('secret');
  expect(forgotten()).toBe(1);
  const { seq: _, ...step } = snapshot;
  expect(steps).toEqual([{ ...step, isNew: true }]);
});

it('enters once: when it comes again it is known by its cookie', async () => {
  const { asked, again } = await visit({}, 'secret');
  again[0]?.();
  await expect
    .poll(() => asked.map(({ address }) => address))
    .toEqual(['session', 'stream', 'stream']);
});

it('says that a forged token is none, and does not come again', async () => {
  const { connections, waits } = await visit({ session: [refused(401, 'no')] }, 'forged');
  const because = expect.stringContaining('Open the address that the runtime printed');
  expect(connections.at(-1)).toEqual({ is: 'refused', because });
  expect(waits).toEqual([]);
});

it('comes anew when a delta is missing', async () => {
  const stream = [
    streamOf(
      sse('welcome', welcome),
      sse('snapshot', snapshot),
      sse('delta', { seq: 5, atMs: 2 }),
      sse('delta', { seq: 7, atMs: 3 }),
    ),
  ];
  const { connections, steps, waits } = await visit({ stream });
  expect(steps.map(({ atMs }) => atMs)).toEqual([1, 2]);
  expect(connections.at(-1)).toMatchObject({ is: 'away', because: /missed/ });
  expect(waits).toEqual([250]);
});

it('says why it was let go, and comes again later and later', async () => {
  const stream = [streamOf(sse('welcome', welcome), sse('bye', { because: 'slow' }))];
  const { connections, waits, again, live } = await visit({ stream });
  expect(connections.at(-1)).toMatchObject({ is: 'away', because: /did not keep up/ });
  again[0]?.();
  await expect.poll(() => waits).toEqual([250, 500]);
  live.close();
  again[1]?.();
  expect(connections.at(-1)).toMatchObject({ is: 'away', because: /ended the connection/ });
});

it('speaks to no runtime of another protocol', async () => {
  const stream = [streamOf(sse('welcome', { ...welcome, protocol: 2 }))];
  const { connections, waits } = await visit({ stream });
  expect(connections.at(-1)).toMatchObject({ is: 'refused', because: /version 2, this page 1/ });
  expect(waits).toEqual([]);
});

it('tells which panels are looked at, once it has a name', async () => {
  const stream = [streamOf(sse('welcome', welcome))];
  const { live, asked } = await visit({ stream });
  live.watch(['modes', 'peers']);
  const told = asked.map(({ address }) => address).filter((address) => /^watch/.test(address));
  expect(told).toEqual(['watch?viewer=v&panels=']);
});

it('tells what was refused in the words of the runtime', async () => {
  const { live } = await visit({ command: [refused(403, 'control is off')] });
  const failure = await live.ask('command?do=x', 'POST').catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(RefusedError);
  expect(failure).toMatchObject({ code: 'NO', message: 'control is off' });
});

it('shows what turns text around as its code, in what is told and what is answered', async () => {
  const turned = { ...snapshot, rows: [[0, -1, 'till\u202eexe', 1, -1, 1, [], 1, 0, 0]] };
  const stream = [streamOf(sse('welcome', welcome), sse('snapshot', turned))];
  const actor = [new Response('{"error":"\u202eexe"}')];
  const { live, steps } = await visit({ stream, actor });
  expect(steps[0]?.rows?.[0]?.[2]).toBe('till\\u202eexe');
  expect(await live.ask('actor?path=till')).toEqual({ error: '\\u202eexe' });
});
