import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { runHoldfast } from '../../../runtime/cli/holdfast.ts';
import { Terminal } from '../../../runtime/cli/terminal.ts';
import { inspector } from '../../../runtime/inspector/inspector.ts';
import { createRuntime } from '../../../runtime/runtime.ts';

async function inspect(...args: readonly string[]) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const terminal = new Terminal(out, err);
  const status = await runHoldfast({ terminal, env: {} }, ['inspect', ...args]);
  return { stdout: `${out.read() ?? ''}`, stderr: `${err.read() ?? ''}`, status };
}

/** Something else that answers there. */
async function otherPage(): Promise<string> {
  const server = createServer((_, response) => response.writeHead(404).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('an address is told again if an inspector is there that knows its token', async () => {
  const rt = await createRuntime({ diagnostics: { port: 0 }, inspector: inspector() });
  onTestFinished(async () => void (await rt.shutdown()));
  const { inspectorUrl: url = '' } = rt;
  expect(await inspect(url)).toEqual({ stdout: `${url}\n`, stderr: '', status: 0 });
  expect(JSON.parse((await inspect(url, '--json')).stdout)).toEqual({ url });
  expect(await inspect(`${url}x`)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('does not know the token'),
  });
  expect(await inspect(url.replace(/#.*/, ''))).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('must end with #token='),
  });
});

it('what is no inspector is said to be none', async () => {
  const page = await otherPage();
  expect(await inspect(`${page}/inspector/#token=a`)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('no inspector: it answers 404'),
  });
  const nobody = await inspect('http://127.0.0.1:9/inspector/#token=a');
  expect(nobody).toMatchObject({ status: 1, stderr: expect.stringContaining('nobody answers') });
});
