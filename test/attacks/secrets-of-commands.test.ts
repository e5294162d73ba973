import { writeFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { runHoldfast } from '../../runtime/cli/holdfast.ts';
import { Terminal } from '../../runtime/cli/terminal.ts';
import { createRuntime } from '../../runtime/runtime.ts';
import { nodeWorld } from '../../runtime/world/node.ts';
import { temporaryDirectory } from '../storage/disk.ts';
import { Marks } from './marks.ts';

const key = Buffer.from('the master key of this directory');
const other = Buffer.from('a master key of some other place');

/** A process with secrets in all that commands tell of, and what its standard error is told. */
async function shop(marks: Marks) {
  const home = temporaryDirectory();
  const [dataDir, file, wrong] = [`${home}/data`, `${home}/key`, `${home}/wrong`];
  writeFileSync(file, `${key.toString('hex')}\n`, { mode: 0o600 });
  writeFileSync(wrong, `${other.toString('hex')}\n`, { mode: 0o600 });
  const lines: string[] = [];
  const line = (fields: object, message: string): void => {
    lines.push(JSON.stringify({ ...fields, message }));
  };
  const world = nodeWorld({ log: { debug: line, info: line, warn: line, error: line } });
  const rt = await createRuntime({ world, name: 'shop', dataDir, masterKey: { file } });
  onTestFinished(async () => void (await rt.shutdown()));
  rt.breaker(`psp?token=${marks.bare('name of a breaker')}`).isolate(marks.said('isolation'));
  const because = marks.said('check');
  rt.healthCheck('desk', () => ({ status: 'fail', because }), { affects: 'readiness' });
  rt.peers.ban('192.0.2.0/24', { reason: marks.said('ban'), forMs: 60_000 });
  await rt.audit.hold({ name: 'case', reason: marks.said('hold') });
  return { dataDir, file, wrong, lines };
}

it('no command tells the secrets of a process, its key, or what was taken for one', async () => {
  const marks = new Marks();
  const { dataDir, file, wrong, lines } = await shop(marks);
  marks.bytes('the master key', key);
  marks.bytes('another master key', other);
  const env = { KEY: `${key.toString('hex')}0`, PASS: marks.bare('passphrase') };
  const said = marks.said('argument');
  const commands: readonly (readonly string[])[] = [
    ['status', dataDir],
    ['peers', 'list', dataDir],
    ['peers', 'ban', dataDir, '--target', said, '--reason', 'odd'],
    ['peers', 'ban', dataDir, '--target', '198.51.100.0/24', '--reason', said],
    ['peers', 'explain', dataDir, '--peer', said],
    ['audit', 'status', dataDir],
    ['audit', 'holds', dataDir],
    ['audit', 'tail', dataDir, '-n', '100'],
    ['audit', 'export', dataDir],
    ['audit', 'verify', dataDir, '--master-key', file],
    ['audit', 'verify', dataDir, '--master-key', wrong],
    ['audit', 'verify', dataDir, '--master-key', key.toString('hex')],
    ['audit', 'verify', dataDir, '--master-key-env', key.toString('hex')],
    ['audit', 'verify', dataDir, '--master-key-env', 'KEY'],
    ['audit', 'verify', dataDir, '--passphrase-env', 'PASS'],
    ['audit', 'verify', dataDir, '--passphrase-env', env.PASS],
  ];
  const views: Record<string, string> = {};
  const exits: number[] = [];
  for (const command of commands) {
    const isQuick = command[1] !== 'verify';
    for (const args of isQuick ? [command, [...command, '--json']] : [command]) {
      const [out, err] = [new PassThrough(), new PassThrough()];
      const exit = await runHoldfast({ terminal: new Terminal(out, err), env }, args);
      if (args === command) exits.push(exit);
      views[args.slice(0, 2).join(' ')] = `${out.read() ?? ''}${err.read() ?? ''}`;
      expect(marks.foundIn(views)).toEqual([]);
    }
  }
  expect(marks.foundIn({ lines: lines.join('\n') })).toEqual([]);
  expect(exits).toEqual([...[1, 0, 1, 0, 1, 0, 0, 0, 0], ...[0, 1, 4, 4, 1, 2, 4]]);
});
