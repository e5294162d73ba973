import { expect, it, onTestFinished } from 'vitest';
import { serveTrace } from '../../../runtime/inspector/trace-site.ts';
import { nodeWorld } from '../../../runtime/world/node.ts';

async function serving(bytes: Uint8Array | undefined) {
  const { http, clock, random, log } = nodeWorld();
  const stream = random.stream('inspector');
  const tools = { http, clock, log, random: (length: number) => stream.bytes(length) };
  const readAt = async (offset: number, length: number) =>
    bytes?.subarray(offset, offset + length) ?? Uint8Array.of();
  const trace = bytes && { sizeBytes: bytes.length, readAt };
  const { url, close } = await serveTrace(tools, 0, trace);
  onTestFinished(close);
  const { origin, hash, search } = new URL(url);
  const authorization = `Bearer ${hash.replace('#token=', '')}`;
  const get = (name: string, headers: Record<string, string> = { authorization }) =>
    fetch(`${origin}/inspector/${name}`, { headers });
  return { get, search };
}

it('the trace is there for the page that was opened, byte for byte, however large', async () => {
  const bytes = Buffer.alloc(3 * 1024 * 1024 + 7, '{"kind":"fact"}\n');
  const { get, search } = await serving(bytes);
  expect([search, (await get('', {})).status]).toEqual(['?trace', 200]);
  const answer = await get('trace');
  expect(answer.headers.get('content-length')).toBe(`${bytes.length}`);
  expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
  expect((await get('trace', {})).status).toBe(401);
});

it('without a trace there is the page alone, and nothing behind it', async () => {
  const { get, search } = await serving(undefined);
  expect([search, (await get('', {})).status]).toEqual(['', 200]);
  const { status } = await get('stream');
  expect([status, (await get('trace')).status]).toEqual([404, 404]);
});
