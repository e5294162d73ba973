import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  childrenOf,
  enclosed,
  kill,
  killStarting,
  spawnJail,
} from '../../../../runtime/world/vm/enclosure.ts';
import { buildPackage } from '../../../package.ts';
import { descendantsOf, isRunning } from './processes.fixture.ts';

it('leaves who is in a jail nothing of ours, and no way to stay', () => {
  expect(enclosed('vm')).toEqual([
    ...['--unshare-all', '--unshare-user', '--disable-userns'],
    ...['--uid', '65534', '--gid', '65534', '--hostname', 'vm'],
    ...['--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--clearenv'],
  ]);
});

/** What a process says that runs `source`, with `stdio` beside what it says, under `limit`. */
function saidBy(
  source: string,
  stdio: readonly (number | 'ignore')[] = [],
  limit = 'true',
): string {
  buildPackage();
  const built = new URL('../../../../dist/runtime/world/vm/enclosure.js', import.meta.url);
  const program = `import { spawnJail } from ${JSON.stringify(built.href)};
    import { closeSync, openSync, writeSync } from 'node:fs';
    ${source}`;
  const command = [`${limit}; exec "$@"`, 'sh', process.execPath, '--input-type=module'];
  const { stdout, status } = spawnSync('sh', ['-c', ...command, '-e', program], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit', ...stdio],
  });
  return `${stdout}, exit ${status}`;
}

it('says at once that no descriptor is left for a jail, and does not end the process', () => {
  const source = `
    const jail = () => spawnJail(['/bin/true'], ['pipe', 'pipe', 'pipe']);
    jail().on('exit', () => {
      let last;
      try { for (;;) last = openSync('/dev/null'); } catch {}
      closeSync(last);
      try { jail(); } catch (error) { writeSync(1, error.message); }
    });`;
  expect(saidBy(source, [], 'ulimit -n 512')).toBe('no descriptor is left for a jail, exit 0');
}, 60_000);

it('leaves who is in a jail no descriptor that this process was given', () => {
  const source = `
    const places = 'cd /proc/self/fd; readlink 3; readlink 40; true';
    const child = spawnJail(['/bin/sh', '-c', places], ['ignore', 'pipe', 'ignore', 'ignore']);
    child.stdout.on('data', (text) => writeSync(1, String(text)));`;
  const secret = openSync('/etc/passwd', 'r');
  // Those before the first gap above 15 Node closes by itself.
  const stdio = [...Array<'ignore'>(37).fill('ignore'), secret];
  expect(saidBy(source, stdio)).toBe('/dev/null\n, exit 0');
  closeSync(secret);
}, 60_000);

it('puts a jail into a session of its own, which no terminal interrupts', async () => {
  const child = spawnJail(['sleep', '1000'], ['ignore', 'ignore', 'ignore']);
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
  expect(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]).toBe(`${child.pid}`);
  child.kill('SIGKILL');
  await once(child, 'exit');
});

it('takes with a bubblewrap on its way the child that would wait for it', async () => {
  const parent = spawn('sh', ['-c', 'sleep 1000 & echo; wait'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(parent.stdout, 'data');
  const family = descendantsOf(process.pid).filter(({ pid }) => pid === parent.pid);
  const children = childrenOf(parent.pid ?? 0);
  family.push(...descendantsOf(parent.pid ?? 0));
  expect(family.slice(1).map(({ pid }) => pid)).toEqual(children);
  killStarting(parent);
  await once(parent, 'exit');
  await expect.poll(() => family.filter(isRunning)).toEqual([]);
  killStarting(parent);
  for (const { pid } of family) kill(pid);
});

it('takes the child, too, that is just being started when it is killed', async () => {
  const parent = spawn('sh', ['-c', 'read line; sleep 1000 & wait'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const pid = parent.pid ?? 0;
  const exited = once(parent, 'exit');
  const family = [...descendantsOf(process.pid).filter((one) => one.pid === pid)];
  let signals = 0;
  // The first has an effect only once the call is over that it is in.
  const signal = (name: 'SIGSTOP' | 'SIGKILL'): boolean => {
    signals += 1;
    if (signals === 1) return true;
    if (signals === 2) {
      parent.stdin.write('\n');
      while (childrenOf(pid).length === 0);
      family.push(...descendantsOf(pid));
    }
    return parent.kill(name);
  };
  killStarting({ pid, kill: signal });
  await exited;
  await expect.poll(() => family.filter(isRunning)).toEqual([]);
  expect(family.length).toBe(2);
});
