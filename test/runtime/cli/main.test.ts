import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRuntime } from '../../../runtime/runtime.ts';
import { buildPackage } from '../../package.ts';
import { temporaryDirectory } from '../../storage/disk.ts';
import { audit } from './audit.fixture.ts';
import { dataDir, lineAt } from './data-dir.fixture.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const main = `${root}/dist/runtime/cli/main.js`;
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));

beforeAll(buildPackage, 60_000);

function holdfast(...args: readonly string[]) {
  const command = [main, ...args];
  const { stdout, stderr, status } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  return { stdout, stderr, status };
}

/** The same, beside what goes on here. */
function started(...args: readonly string[]) {
  const run = spawn(process.execPath, [main, ...args]);
  const told = { stdout: '', stderr: '' };
  run.stdout.on('data', (chunk) => {
    told.stdout += chunk;
  });
  run.stderr.on('data', (chunk) => {
    told.stderr += chunk;
  });
  const over = once(run, 'close').then(([status]) => ({ ...told, status }));
  const said = (what: string) =>
    expect.poll(() => told.stdout, { timeout: 10_000 }).toContain(what);
  return { over, said };
}

describe('holdfast, from a shell', () => {
  it('says which version is installed', () => {
    expect(holdfast('--version')).toEqual({ stdout: `${version}\n`, stderr: '', status: 0 });
  });

  it('explains itself when asked to, and refuses what it does not know', () => {
    const { stdout, stderr, status } = holdfast('audit', 'verify', '--help');
    const asked = [stdout.split('\n', 1)[0], stderr, status];
    expect(asked).toEqual(['holdfast: an embeddable actor runtime', '', 0]);
    expect(holdfast('--verison')).toMatchObject({ stdout: '', status: 2 });
  });

  it('simulates what a module says, and ends with what came of it', () => {
    const shop = `${root}/test/runtime/cli/shop.fixture.mjs`;
    const found = holdfast('simulate', shop, '--json');
    const { violations, traceHash } = JSON.parse(found.stdout);
    expect([found.status, found.stderr, violations[0].invariant]).toEqual([
      1,
      '',
      'no order is booked twice',
    ]);
    // As in this process, which is another one.
    expect(holdfast('simulate', shop, '--json').stdout).toContain(traceHash);
    const refused = holdfast('simulate', '/nowhere.mjs', '--json');
    expect([refused.status, JSON.parse(refused.stderr)]).toEqual([
      1,
      { error: { message: 'there is no file /nowhere.mjs' } },
    ]);
  });

  it('survives what nobody can catch in what it simulates, and says in which run it was', () => {
    const file = `${temporaryDirectory()}/floating.mjs`;
    const workload = `async workload(at) {
      if (at.buggify('floats')) void Promise.reject(new Error('nobody awaits'));
    }`;
    const playbook = `export const playbook = { start: () => ({}), ${workload} };`;
    writeFileSync(file, `${playbook} export const options = { horizonMs: 1_000, faultsMax: 0 };`);
    const { stdout, stderr, status } = holdfast('simulate', file, '--json');
    const { seed, violations, scenario } = JSON.parse(stdout);
    expect([status, stderr, seed, violations[0], scenario.faults]).toEqual([
      ...[1, '', 1],
      { invariant: 'uncaught', atMs: 0, detail: 'Error: nobody awaits' },
      [{ kind: 'site', site: 'floats', nth: 1 }],
    ]);
  });

  it.each([
    ['throws', 'const shop = 1;\nthrow new Error("no shop")', 'no shop, at FILE:2'],
    [
      'imports what is not there',
      '\n\nimport { shop } from "node:fs";',
      "The requested module 'node:fs' does not provide an export named 'shop', at FILE:3",
    ],
    ['is no JavaScript', 'a shop', "Unexpected identifier 'shop'; node --check FILE says where"],
  ])('says where a module that %s goes wrong', (_, text, because) => {
    const file = `${temporaryDirectory()}/shop.mjs`;
    writeFileSync(file, text);
    const { stderr, status } = holdfast('simulate', file);
    const told = `FILE cannot be loaded: ${because}\n`.replaceAll('FILE', file);
    expect([stderr, status]).toEqual([told.replace(`--check ${file}`, '--check FILE'), 1]);
  });
});

describe('holdfast audit, from a shell', () => {
  it('reads a directory that nobody has open, and leaves by its exit codes', async () => {
    const { path, key } = await dataDir();
    const verified = {
      stdout: 'ok: 8 records in 2 segments, 8 checked, 8 unanchored\n',
      stderr: '',
      status: 0,
    };
    expect(holdfast('audit', 'verify', path, '--master-key', key)).toEqual(verified);
    truncateSync(`${path}/audit/segments/00000001.note`, 40);
    expect(holdfast('audit', 'verify', path, '--master-key', key).status).toBe(3);
  });

  it('ends quietly when nobody reads on', async () => {
    const { path, key } = await dataDir({ size: 4_000 });
    const script = '"$0" "$@" | head -n 1; echo "$PIPESTATUS"';
    const command = [process.execPath, main, 'audit', 'export', path, '--master-key', key];
    const args = ['-c', script, ...command];
    const { stdout, stderr } = spawnSync('bash', args, { encoding: 'utf8' });
    expect([stdout, stderr]).toEqual([`${lineAt(0)}\n0\n`, '']);
  });

  it('asks the process that has the directory open, which needs no key', async () => {
    const path = `${temporaryDirectory()}/data`;
    const key = { file: `${path}.key`, create: true };
    const runtime = await createRuntime({ name: 'orders', dataDir: path, masterKey: key });
    const { index } = await runtime.audit.append({ type: 'order.placed', data: { card: '4111' } });
    await runtime.audit.rotate();
    const follower = started('audit', 'tail', path, '--follow', '--json', '-n', '1000');
    await follower.said('order.placed');
    const verified = await started('audit', 'verify', path, '--json').over;
    const status = await audit(['status', path, '--json']);
    const redact = ['--type', 'order.placed', '--redact', 'data.card'];
    const exported = await audit(['export', path, ...redact]);
    const told = await audit(['verify', path]);
    const listed = await audit(['tail', path]);
    const shred = ['shred', path, '--before', `${index + 1}`, '--reason', 'old', '--yes'];
    const shredded = await started('audit', ...shred).over;
    await follower.said('audit.shredded');
    await runtime.shutdown();
    const says = `as process ${process.pid} on ${hostname()} says`;
    expect(told.out).toMatch(`${says}: ok: `);
    expect(listed.out.split('\n', 1)).toEqual([`${says}:`]);
    expect(exported.err).toBe(`${says}:\n`);
    expect(JSON.parse(verified.stdout)).toMatchObject({ source: 'live', verdict: 'ok' });
    expect(JSON.parse(status.out)).toMatchObject({
      source: 'live',
      directory: path,
      owner: { pid: process.pid, name: 'orders' },
      mode: 'readWrite',
    });
    expect(JSON.parse(exported.out)).toMatchObject({
      type: 'order.placed',
      data: { card: '[redacted]' },
      auditindex: index,
    });
    expect(shredded).toEqual({ stdout: `${says}: shredded: 1\n`, stderr: '', status: 0 });
    const { stdout, ...end } = await follower.over;
    const indices = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).auditindex);
    expect(indices).toEqual(indices.map((_, at) => at));
    expect(end).toEqual({ stderr: '', status: 0 });
  });
});
