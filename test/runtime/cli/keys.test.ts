import { existsSync, rmSync, statSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { runHoldfast } from '../../../runtime/cli/holdfast.ts';
import { Terminal } from '../../../runtime/cli/terminal.ts';
import { createRuntime } from '../../../runtime/runtime.ts';
import { temporaryDirectory } from '../../storage/disk.ts';

async function holdfast(...args: readonly string[]) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const status = await runHoldfast({ terminal: new Terminal(out, err), env: {} }, args);
  return { stdout: `${out.read() ?? ''}`, stderr: `${err.read() ?? ''}`, status };
}

/** The last line of JSON that a command says. */
async function told(...args: readonly string[]) {
  const { stdout, stderr, status } = await holdfast(...args, '--json');
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const purposes = ({ keys }: { keys: readonly { purpose: string; state: string }[] }) =>
  keys.map(({ purpose, state }) => `${purpose} ${state}`);

it('an operator sees, rotates, revokes and archives keys from a shell', async () => {
  const home = temporaryDirectory();
  const dataDir = `${home}/data`;
  const file = `${home}/key`;
  const shop = await createRuntime({ name: 'shop', dataDir, masterKey: { file, create: true } });
  const first = shop.peers.id;
  const live = ['rotate', dataDir, '--purpose', 'identity', '--reason', 'a drill'];
  const { keys } = await told('keys', ...live);
  expect(keys).toMatchObject([{ purpose: 'identity', generation: 1, state: 'present' }]);
  const said = await holdfast('keys', 'list', dataDir);
  expect(said.stdout).toMatch(/^as process .*:\npurpose identity {2}generation 0 {2}id /);
  await shop.shutdown();

  const withKey = [dataDir, '--master-key', file];
  expect(purposes(await told('keys', 'list', ...withKey))).toEqual([
    'identity overlapping',
    'identity present',
    'audit present',
    'master present',
  ]);
  expect(purposes(await told('keys', 'archive', ...withKey))[0]).toBe('identity archived');
  await told('keys', 'revoke', ...withKey, '--purpose', 'identity', '--reason', 'stolen');
  await told('keys', 'rotate', ...withKey, '--purpose', 'audit');
  expect(purposes(await told('keys', 'list', ...withKey)).slice(0, 3)).toEqual([
    'identity archived',
    'identity destroyed',
    'identity present',
  ]);
  const { id, chain } = await told('keys', 'export-public', ...withKey);
  const again = await createRuntime({ name: 'shop', dataDir, masterKey: { file } });
  expect([again.peers.id === id, id === first]).toEqual([true, false]);
  expect(Buffer.from(chain, 'base64').length).toBe(3 * 253);
  await again.shutdown();
});

it('an operator sees that the identity keys are lost, and what to do', async () => {
  const dataDir = `${temporaryDirectory()}/data`;
  const file = `${dataDir}.key`;
  const shop = await createRuntime({ name: 'shop', dataDir, masterKey: { file, create: true } });
  await shop.keys.rotate('identity');
  await shop.shutdown();
  rmSync(`${dataDir}/keys`, { recursive: true });
  const { stdout, status } = await holdfast('keys', 'list', dataDir, '--master-key', file);
  expect([status, stdout.split('\n')[0]]).toEqual([
    0,
    `purpose identity  state lost  because ${dataDir}/keys/ring: both copies are missing, and ` +
      'the next key is nowhere else: put the last ring back, or begin another directory',
  ]);
});

it('keys are not touched without the key of the directory', async () => {
  const home = temporaryDirectory();
  const dataDir = `${home}/data`;
  const masterKey = { file: `${home}/key`, create: true };
  await (await createRuntime({ name: 'shop', dataDir, masterKey })).shutdown();
  const { status, stderr } = await holdfast('keys', 'list', dataDir);
  expect([status, stderr]).toEqual([
    4,
    'it takes the key: give --master-key, --master-key-env or --passphrase-env\n',
  ]);
  const none = await holdfast('keys', 'list', home);
  expect([none.status, none.stderr]).toMatchObject([1, expect.stringContaining(home)]);
});

it('an operator rotates the master key, whether the service runs or not', async () => {
  const home = temporaryDirectory();
  const dataDir = `${home}/data`;
  const files = ['first', 'second', 'third'].map((name) => `${home}/${name}`);
  const [first = '', second = '', third = ''] = files;
  const masterKey = { file: first, create: true };
  const shop = await createRuntime({ name: 'shop', dataDir, masterKey });
  await shop.audit.append({ type: 'order.placed' });
  const rotate = ['keys', 'rotate', dataDir, '--purpose', 'master', '--to'];
  const { keys } = await told(...rotate, second, '--reason', 'it may be known');
  expect(keys).toEqual([{ purpose: 'master', state: 'present', sinceMs: expect.any(Number) }]);
  expect(shop.keys.list().at(-1)).toEqual(keys[0]);
  expect(statSync(second).mode & 0o777).toBe(0o600);
  const wrong = await holdfast(...rotate, third, '--master-key', first);
  expect([wrong.status, wrong.stderr]).toEqual([
    1,
    `the master key is not the one of ${dataDir}\n`,
  ]);
  expect(existsSync(third)).toBe(false);
  const right = await holdfast('keys', 'list', dataDir, '--master-key', second);
  expect(right.stdout).toMatch(/^as process /);
  await shop.audit.append({ type: 'order.paid' });
  await shop.shutdown();

  const list = (key: string) => holdfast('keys', 'list', dataDir, '--master-key', key);
  const again = await holdfast(...rotate, second, '--master-key', second);
  expect([again.status, again.stderr]).toEqual([1, 'this is the master key in use\n']);
  const said = await holdfast(...rotate, third, '--master-key', second);
  expect([said.status, said.stdout]).toEqual([
    0,
    expect.stringMatching(/^purpose master {2}state present {2}sinceMs \d+\n$/),
  ]);
  const statuses = await Promise.all(files.map(async (file) => (await list(file)).status));
  expect(statuses).toEqual([1, 1, 0]);
  const verified = await holdfast('audit', 'verify', dataDir, '--master-key', third);
  expect([verified.status, verified.stdout]).toEqual([0, expect.stringMatching(/^ok: /)]);
});
