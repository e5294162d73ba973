import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { buildPackage } from '../package.ts';
import { temporaryDirectory } from '../storage/disk.ts';

const ROUNDS = 40;
const PROCESSES = 3;
const dist = new URL('../../dist/', import.meta.url).href;

beforeAll(buildPackage, 60_000);

/** Makes or reads the key file of each line that it is given, and says the key, or the error. */
const program = `
  import { randomBytes } from 'node:crypto';
  import { createInterface } from 'node:readline';
  import { keyInFile } from '${dist}runtime/key-file.js';
  import { diskFiles } from '${dist}runtime/world/files.js';
  const random = (length) => new Uint8Array(randomBytes(length));
  const keyIn = async (path) => (await keyInFile(diskFiles, path, random))
    .use((lent) => Buffer.from(lent).toString('hex'));
  console.log('ready');
  for await (const path of createInterface({ input: process.stdin })) {
    console.log(await keyIn(path).catch(String));
  }`;

/** Answers line by line. */
function started(): (line?: string) => Promise<string> {
  const args = ['--input-type=module', '--eval', program];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => over(child));
  const said = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async (line) => {
    if (line !== undefined) child.stdin.write(`${line}\n`);
    return String((await said.next()).value);
  };
}

async function over(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close');
  child.stdin?.end();
  await closed;
}

it('a key file has one key for all processes that make it at once', async () => {
  const root = temporaryDirectory();
  const processes = Array.from({ length: PROCESSES }, started);
  expect(await Promise.all(processes.map((ask) => ask()))).toEqual(['ready', 'ready', 'ready']);
  const names = Array.from({ length: ROUNDS }, (_, round) => `key-${round}`);
  for (const name of names) {
    const keys = await Promise.all(processes.map((ask) => ask(join(root, name))));
    const written = readFileSync(join(root, name), 'latin1').trim();
    expect(keys).toEqual([written, written, written]);
  }
  expect(readdirSync(root).sort()).toEqual(names.sort());
});
