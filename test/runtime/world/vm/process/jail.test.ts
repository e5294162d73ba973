import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { asJailed, jailCommand } from '../../../../../runtime/world/vm/process/jail.ts';
import { ground, isAlive, jailed, obstacle, specOf } from './jail.fixture.ts';

const say = (what: string): string =>
  `import { writeSync } from 'node:fs'; writeSync(3, JSON.stringify(${what}));`;

const tools = { bwrap: '/bwrap', bwrapVersion: '0.8.0', prlimit: '/prlimit', setpriv: undefined };

describe('a command as who is to be in the jail', () => {
  it('is of a user of its own if we are root, and else ours', () => {
    expect(asJailed(tools, ['a'])).toEqual(['a']);
    expect(asJailed({ ...tools, setpriv: '/setpriv' }, ['a'])).toEqual([
      '/setpriv',
      '--reuid=64001',
      '--regid=64001',
      '--clear-groups',
      '--no-new-privs',
      '--',
      'a',
    ]);
  });
});

/** Of what runs with that among its arguments. */
async function pidsWith(argument: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of readdirSync('/proc').map(Number).filter(Number.isInteger)) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(argument) && (await isAlive(pid))) found.push(pid);
  }
  return found;
}

describe('a jail', () => {
  it('shows a program its files, what it was told, and no more', async (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    const source = `import { readdirSync } from 'node:fs'; ${say(
      '{ root: readdirSync("/"), env: Object.keys(process.env), argv: process.argv }',
    )}`;
    const { heard } = jailed(source, { filter: undefined });
    expect(JSON.parse(await heard())).toEqual({
      root: ['agent.mjs', 'lib', 'lib64', 'node', 'prlimit'],
      env: ['PWD'],
      argv: ['/node', '/agent.mjs'],
    });
  });

  it('says how it ended, and what its program complained of', async (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    const { jail } = jailed(
      "import { writeSync } from 'node:fs'; writeSync(2, 'sorry'); process.exitCode = 7",
    );
    const stderr = expect.stringMatching(/sorry$/);
    expect(await jail.exited).toEqual({ code: 7, signal: null, isKilled: false, stderr });
  });

  it('is gone when it is killed, with all that is in it', async (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    const { jail } = jailed(`${say('1')} setInterval(() => {}, 1e9)`);
    await once(jail.socket(3), 'data');
    const pids = [jail.initPid ?? 0, jail.programPid ?? 0];
    expect(await Promise.all(pids.map(isAlive))).toEqual([true, true]);
    jail.kill();
    jail.kill();
    expect(await jail.exited).toMatchObject({ isKilled: true });
    expect(await Promise.all(pids.map(isAlive))).toEqual([false, false]);
    jail.kill();
  });

  it('is gone when it is killed before it is there', async (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    const { jail } = jailed('setInterval(() => {}, 1e9)');
    jail.kill();
    expect(await jail.exited).toMatchObject({ isKilled: true });
  });

  it('is gone whenever it is killed on its way', async (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    const mark = `mark-${process.pid}`;
    const program = [...specOf('').program, mark];
    for (let turns = 0; turns < 60; turns += 1) {
      const { jail } = jailed('setInterval(() => {}, 1e9)', { program });
      const untilMs = performance.now() + turns / 4;
      while (performance.now() < untilMs) await new Promise(setImmediate);
      jail.kill();
      await jail.exited;
    }
    await expect.poll(() => pidsWith(mark)).toEqual([]);
  });

  it('does not outlive who made it, even while its program loops', async (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    const source = `${say('1')} for (;;);`;
    const [command, ...args] = jailCommand(ground().tools, specOf(source));
    const parent = spawn(
      process.execPath,
      [fileURLToPath(new URL('jail-parent.fixture.mjs', import.meta.url))],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    const filter = Buffer.from(specOf(source).filter ?? '').toString('base64');
    parent.stdin.end(JSON.stringify({ command, args, source, filter }));
    const [line] = await once(parent.stdout.setEncoding('utf8'), 'data');
    const pids: number[] = JSON.parse(line);
    onTestFinished(async () => {
      for (const pid of pids) if (await isAlive(pid)) process.kill(pid, 'SIGKILL');
    });
    expect(await Promise.all(pids.map(isAlive))).toEqual([true, true, true]);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await expect.poll(() => Promise.all(pids.map(isAlive))).toEqual([false, false, false]);
  });
});
