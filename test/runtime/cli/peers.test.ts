import { writeFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { peerIdOf } from '../../../actors/peer/wire/peer-id.ts';
import { runHoldfast } from '../../../runtime/cli/holdfast.ts';
import { Terminal } from '../../../runtime/cli/terminal.ts';
import { createRuntime } from '../../../runtime/runtime.ts';
import { temporaryDirectory } from '../../storage/disk.ts';

async function holdfast(...args: readonly string[]) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const said = { stdout: '', stderr: '' };
  out.on('data', (piece) => (said.stdout += piece));
  err.on('data', (piece) => (said.stderr += piece));
  const status = await runHoldfast({ terminal: new Terminal(out, err), env: {} }, args);
  return { ...said, status };
}

const idOf = (seed: number): string => {
  const key = new Uint8Array(32);
  new DataView(key.buffer).setUint32(0, seed);
  return peerIdOf(key);
};

it('who may operate a process sees, judges and explains its peers from a shell', async () => {
  const home = temporaryDirectory();
  const dataDir = `${home}/data`;
  const masterKey = { file: `${home}/key`, create: true };
  const shop = await createRuntime({ name: 'shop', dataDir, masterKey });
  const till = await createRuntime({ name: 'till' });
  onTestFinished(async () => void (await Promise.all([shop.shutdown(), till.shutdown()])));
  const { url } = await shop.peers.listen();
  const peer = await till.peers.connect(url);
  const { id } = till.peers;
  const list = JSON.parse((await holdfast('peers', 'list', dataDir, '--json')).stdout);
  expect(list.peers).toMatchObject([{ id, address: '127.0.0.1', dialled: false, trust: 50 }]);
  const granted = await holdfast('peers', 'grant', dataDir, '--peer', id, '--level', 'critical');
  expect([granted.status, granted.stdout.split('\n')[1]]).toEqual([0, 'done']);
  expect(shop.peers.find(id)?.level).toBe('critical');
  const told = await holdfast('peers', 'explain', dataDir, '--peer', id);
  expect(told.stdout).toContain('score 91  level critical  granted critical');
  const gone = new Promise<void>((resolve) => {
    till.events$.subscribe(({ type }) => type === 'peer.ended' && resolve());
  });
  await holdfast('peers', 'ban', dataDir, '--target', id, '--reason', 'test', '--hours', '2');
  await gone;
  expect(peer.isConnected).toBe(false);
  const explained = JSON.parse(
    (await holdfast('peers', 'explain', dataDir, '--peer', id, '--json')).stdout,
  );
  expect(explained).toMatchObject({ level: 'untrusted', granted: 'critical' });
  await holdfast('peers', 'unban', dataDir, '--target', id);
  expect((await shop.peers.explain(id)).bannedUntilMs).toBe(0);
});

it('who may operate a process asks it which line of which list keeps an address out', async () => {
  const home = temporaryDirectory();
  const [dataDir, feed] = [`${home}/data`, `${home}/drop.txt`];
  writeFileSync(feed, '; DROP\n203.0.113.0/24 ; SBL1\n');
  const masterKey = { file: `${home}/key`, create: true };
  const network = { feeds: [feed] };
  const shop = await createRuntime({ name: 'shop', dataDir, masterKey, network });
  onTestFinished(async () => void (await shop.shutdown()));
  const explain = ['peers', 'explain', dataDir, '--address'];
  const listed = await holdfast(...explain, '::ffff:203.0.113.9');
  expect(listed.stdout.split('\n').slice(1, 3)).toEqual([
    'address 203.0.113.9  netgroup 203.0.113.0/24',
    `kept out: because listed  list ${feed}  cidr 203.0.113.0/24  line 2`,
  ]);
  expect((await holdfast(...explain, '198.51.100.1')).stdout).toContain('no list keeps it out');
  const feeds = await holdfast('peers', 'feeds', dataDir);
  expect(feeds.stdout).toContain(`path ${feed}  status fresh  prefixes 1  bytes 13`);
});

it('who may operate a process hands its blacklist to another one, signed', async () => {
  const home = temporaryDirectory();
  const [shop, depot] = await Promise.all(
    ['shop', 'depot'].map((name) =>
      createRuntime({
        ...{ name, dataDir: `${home}/${name}` },
        masterKey: { file: `${home}/${name}.key`, create: true },
      }),
    ),
  );
  if (shop === undefined || depot === undefined) throw new Error('there are two');
  onTestFinished(async () => void (await Promise.all([shop.shutdown(), depot.shutdown()])));
  const eve = peerIdOf(new Uint8Array(32).fill(9));
  await holdfast('peers', 'blame', `${home}/shop`, '--peer', eve, '--reason', 'floods');
  const { stdout } = await holdfast('peers', 'export', `${home}/shop`);
  writeFileSync(`${home}/list`, stdout);
  const key = shop.peers.blacklist.verifierKey;
  const importing = ['peers', 'import', `${home}/depot`, '--file', `${home}/list`, '--signer'];
  expect((await holdfast(...importing, key)).stdout).toContain('1 identities are new');
  const listed = await holdfast('peers', 'blacklist', `${home}/depot`);
  expect(listed.stdout).toContain(`id ${eve}  reason floods  line 3  by shop`);
  const forged = await holdfast(...importing, depot.peers.blacklist.verifierKey);
  expect(forged.status).toBe(1);
  expect(forged.stderr).toContain('the note is not to be trusted: no known key has signed it');
  await holdfast('peers', 'forgive', `${home}/depot`, '--peer', eve);
  expect(depot.peers.blacklist.list()).toEqual([]);
});

it('all that one process can export another one imports, whatever the reasons', async () => {
  const home = temporaryDirectory();
  const open = (name: string) =>
    createRuntime({
      ...{ name, dataDir: `${home}/${name}` },
      masterKey: { file: `${home}/${name}.key`, create: true },
    });
  const [shop, depot] = [await open('shop'), await open('depot')];
  onTestFinished(async () => void (await Promise.all([shop.shutdown(), depot.shutdown()])));
  // Each takes two bytes on its way.
  const reason = '"'.repeat(200);
  const blame = (at: number) => shop.peers.blacklist.blame(idOf(at), { reason });
  const most = 3_933;
  for (let at = 0; at < most; at++) blame(at);
  expect(() => blame(most)).toThrow(/^reason must leave all that are blamed here at most/);
  const { stdout } = await holdfast('peers', 'export', `${home}/shop`);
  writeFileSync(`${home}/list`, stdout);
  const signer = ['--signer', shop.peers.blacklist.verifierKey];
  const file = ['--file', `${home}/list`];
  const imported = await holdfast('peers', 'import', `${home}/depot`, ...file, ...signer);
  expect(imported).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`${most} identities are new`),
  });
});

it('a directory that no process has open has no peers', async () => {
  const path = temporaryDirectory();
  const { status, stderr } = await holdfast('peers', 'list', path);
  expect([status, stderr]).toEqual([1, `no process has ${path} open\n`]);
});
