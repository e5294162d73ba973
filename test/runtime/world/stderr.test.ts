import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { buildPackage } from '../../package.ts';
import { temporaryDirectory } from '../../storage/disk.ts';

const LINES = 1_000;
const LENGTH = 1_000;

/** Says so many lines at once, and one more after each word that it hears. */
const CHILD = `
  import { writeToStderr } from './dist/runtime/world/stderr.js';
  const line = (nth) => writeToStderr(JSON.stringify({ nth, text: 'x'.repeat(${LENGTH}) }) + '\\n');
  for (let nth = 0; nth < ${LINES}; nth++) line(nth);
  console.log('said');
  process.stdin.on('data', () => {
    line(${LINES});
    console.log('said');
  });`;

/** A pipe that is read only when it is asked what is in it. */
function unread() {
  const path = join(temporaryDirectory(), 'pipe');
  spawnSync('mkfifo', [path]);
  const end = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const begin = openSync(path, 'w');
  onTestFinished(() => closeSync(end));
  const read = (): string => {
    const part = Buffer.alloc(1_048_576);
    let text = '';
    try {
      for (let size = -1; size !== 0; text += part.toString('latin1', 0, size)) {
        size = readSync(end, part);
      }
    } catch {
      // There is no more of it now.
    }
    return text;
  };
  return { begin, read };
}

it('a pipe that nobody reads keeps nobody waiting, and is told what was lost', async () => {
  buildPackage();
  const { begin, read } = unread();
  const child = spawn(process.execPath, ['--input-type=module', '-e', CHILD], {
    stdio: ['pipe', 'pipe', begin],
  });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('it was given no pipes');
  onTestFinished(() => void child.kill('SIGKILL'));
  closeSync(begin);
  await once(stdout, 'data');
  const before = read();
  stdin.write('more');
  await once(stdout, 'data');
  const lines = (before + read())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const said = lines.flatMap(({ nth }) => (nth === undefined ? [] : [nth]));
  const [gap, ...others] = lines.filter(({ nth }) => nth === undefined);
  expect([said.length < LINES, said.length + gap?.lost, others]).toEqual([true, LINES + 1, []]);
  expect([said.at(-1), gap?.msg, gap?.level]).toEqual([LINES, 'lines were lost', 40]);
});
