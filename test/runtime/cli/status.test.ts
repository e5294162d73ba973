import { PassThrough, Writable } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { setup } from 'xstate';
import { runHoldfast } from '../../../runtime/cli/holdfast.ts';
import { runStatus } from '../../../runtime/cli/status.ts';
import { Terminal } from '../../../runtime/cli/terminal.ts';
import { createRuntime } from '../../../runtime/runtime.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import { nodeWorld } from '../../../runtime/world/node.ts';
import { temporaryDirectory } from '../../storage/disk.ts';

async function holdfast(...args: readonly string[]) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const status = await runHoldfast({ terminal: new Terminal(out, err), env: {} }, args);
  return { stdout: `${out.read() ?? ''}`, stderr: `${err.read() ?? ''}`, status };
}

async function shop() {
  const home = temporaryDirectory();
  const dataDir = `${home}/data`;
  const masterKey = { file: `${home}/key`, create: true };
  const rt = await createRuntime({ name: 'shop', dataDir, masterKey });
  onTestFinished(async () => void (await rt.shutdown()));
  return { rt, dataDir };
}

it('an operator sees how a process is, from a shell', async () => {
  const { rt, dataDir } = await shop();
  rt.breaker('psp').isolate('maintenance');
  const { stdout, status } = await holdfast('status', dataDir);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^as process \d+ on .+ says:\nshop {2}(pass|warn) {2}ready/);
  expect(stdout).toContain('\n  name psp  gate rejecting  isIsolated true  calls 0');
  const said = await holdfast('status', dataDir, '--json');
  expect(said.stdout.trimEnd().split('\n')).toHaveLength(1);
  expect(JSON.parse(said.stdout)).toMatchObject({ name: 'shop', health: { isReady: true } });
});

it('is told by the exit code that a process is not ready for work', async () => {
  const { rt, dataDir } = await shop();
  const slow = setup({}).createMachine({
    initial: 'open',
    states: { open: { on: { 'actor.drain': 'ending' } }, ending: {} },
  });
  rt.supervisor('desk').start('till', slow, { shutdownMs: 60_000 });
  void rt.shutdown({ deadlineMs: 60_000 });
  const { stdout, status } = await holdfast('status', dataDir);
  expect([status, stdout.split('\n')[1]]).toEqual([1, expect.stringMatching('fail  not ready')]);
  await rt.shutdown({ deadlineMs: 0 });
});

it('is told what it did not understand, and that nobody is there', async () => {
  const path = temporaryDirectory();
  const said = [['status'], ['status', path, path], ['status', path, '--loud'], ['status', path]];
  const found = await Promise.all(said.map((args) => holdfast(...args)));
  expect(found.map(({ status }) => status)).toEqual([2, 2, 2, 1]);
  expect(found.map(({ stderr }) => stderr.split('\n')[0])).toEqual([
    'no DATADIR',
    `one DATADIR at a time, got ${path} too`,
    expect.stringContaining("Unknown option '--loud'"),
    `no process has ${path} open`,
  ]);
});

/** A screen that is seen twice, and then switched off. */
class Screen extends Writable {
  readonly isTTY = true;
  readonly seen: string[] = [];
  onSeen = (): void => {};

  override _write(chunk: unknown, _: unknown, done: (error?: Error) => void): void {
    this.seen.push(String(chunk));
    const isOff = this.seen.length > 2;
    done(isOff ? Object.assign(new Error('gone'), { code: 'EPIPE' }) : undefined);
    setImmediate(() => this.onSeen());
  }
}

it('is shown again and again, in place, until nobody looks', async () => {
  const { dataDir } = await shop();
  const [clock, screen] = [new VirtualClock(), new Screen()];
  screen.onSeen = () => void clock.advanceAsync(2_000);
  const terminal = new Terminal(screen, new PassThrough());
  const world = { ...nodeWorld(), clock };
  const watching = runStatus({ world, terminal, env: {} }, [dataDir, '--watch']);
  await expect(watching).rejects.toMatchObject({ name: 'Hangup' });
  expect(screen.seen.map((text) => text.startsWith('\u001b[H\u001b[2Jas process'))).toEqual([
    true,
    true,
    true,
  ]);
});
