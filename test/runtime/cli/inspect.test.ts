import { truncateSync, writeFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import type { Signals } from '../../../actors/world.ts';
import { runHoldfast } from '../../../runtime/cli/holdfast.ts';
import { runInspect } from '../../../runtime/cli/inspect.ts';
import { Terminal } from '../../../runtime/cli/terminal.ts';
import { inspector } from '../../../runtime/inspector/inspector.ts';
import type { RuntimeOptionsInput } from '../../../runtime/options/runtime.ts';
import { createRuntime } from '../../../runtime/runtime.ts';
import { nodeWorld } from '../../../runtime/world/node.ts';
import { temporaryDirectory } from '../../storage/disk.ts';
import { until } from '../world/web.fixture.ts';

async function holdfast(...args: readonly string[]) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const status = await runHoldfast({ terminal: new Terminal(out, err), env: {} }, args);
  return { stdout: `${out.read() ?? ''}`, stderr: `${err.read() ?? ''}`, status };
}

async function shop(options: RuntimeOptionsInput) {
  const home = temporaryDirectory();
  const dataDir = `${home}/data`;
  const masterKey = { file: `${home}/key`, create: true };
  const rt = await createRuntime({ name: 'shop', dataDir, masterKey, ...options });
  onTestFinished(async () => void (await rt.shutdown()));
  return { rt, dataDir };
}

it('a trace is served until whoever opened it interrupts', async () => {
  const file = `${temporaryDirectory()}/trace.ndjson`;
  writeFileSync(file, '{"kind":"trace"}\n');
  let interrupt = (): void => {};
  const signals: Signals = {
    once: (_, listener) => {
      interrupt = () => listener('SIGINT');
      return () => {};
    },
    raise: () => {},
  };
  const out = new PassThrough();
  const terminal = new Terminal(out, new PassThrough());
  const tools = { world: { ...nodeWorld(), signals }, terminal, env: {} };
  const running = runInspect(tools, [file, '--json']);
  let said = '';
  out.on('data', (chunk) => {
    said += chunk;
  });
  await until(() => said.endsWith('\n'));
  const { origin, hash } = new URL(JSON.parse(said).url);
  const headers = { authorization: `Bearer ${hash.replace('#token=', '')}` };
  const answer = await fetch(`${origin}/inspector/trace`, { headers });
  expect(await answer.text()).toBe('{"kind":"trace"}\n');
  interrupt();
  expect(await running).toBe(0);
});

it('where a process serves its inspector is told to whoever has its directory', async () => {
  const { rt, dataDir } = await shop({
    diagnostics: { port: 0 },
    inspector: inspector({ control: true }),
  });
  const { stdout, status } = await holdfast('inspect', dataDir);
  expect([stdout, status]).toEqual([`${rt.inspectorUrl}\n`, 0]);
  const json = JSON.parse((await holdfast('inspect', dataDir, '--json')).stdout);
  expect(json).toEqual({ url: rt.inspectorUrl, controlUrl: rt.inspectorControlUrl });
});

it('what cannot be opened is said', async () => {
  const { dataDir } = await shop({});
  expect(await holdfast('inspect', dataDir)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('the process there serves no inspector'),
  });
  const home = temporaryDirectory();
  writeFileSync(`${home}/huge.ndjson`, '');
  truncateSync(`${home}/huge.ndjson`, 256 * 1024 * 1024 + 1);
  const refused = [
    [`${home}/gone.ndjson`, 'there is no file or directory'],
    [`${home}/huge.ndjson`, 'has more than 256 MiB'],
    ['/dev/null', 'is neither a file nor a directory'],
    [home, 'no process has'],
  ];
  for (const [target = '', because = ''] of refused) {
    const { stderr, status } = await holdfast('inspect', target);
    expect([stderr.includes(because), status]).toEqual([true, 1]);
  }
  expect((await holdfast('inspect', 'a', 'b')).status).toBe(2);
  expect((await holdfast('inspect', '--port', '70000')).status).toBe(2);
});
