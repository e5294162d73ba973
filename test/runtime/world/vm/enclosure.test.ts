import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { childrenOf, enclosed, killStarting } from '../../../../runtime/world/vm/enclosure.ts';
import { buildPackage } from '../../../package.ts';
import { descendantsOf, isRunning } from './processes.fixture.ts';

it('leaves who is in a jail nothing of ours, and no way to stay', () => {
  expect(enclosed('vm')).toEqual([
    ...['--unshare-all', '--unshare-user', '--disable-userns'],
    ...['--uid', '65534', '--gid', '65534', '--hostname', 'vm'],
    ...['--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--clearenv'],
  ]);
});

it('says at once that no descriptor is left for a jail, and does not end the process', () => {
  buildPackage();
  const built = new URL('../../../../dist/runtime/world/vm/enclosure.js', import.meta.url);
  const source = `
    import { openSync, writeSync } from 'node:fs';
    import { spawnJail } from ${JSON.stringify(built.href)};
    try { for (;;) openSync('/dev/null'); } catch {}
    try { spawnJail(['/bin/true'], ['pipe', 'pipe', 'pipe']); }
    catch (error) { writeSync(1, error.message); }`;
  const command = ['ulimit -n 64; exec "$@"', 'sh', process.execPath, '--input-type=module'];
  const { stdout, status } = spawnSync('sh', ['-c', ...command, '-e', source], {
    encoding: 'utf8',
  });
  expect([stdout, status]).toEqual(['no descriptor is left for a jail', 0]);
}, 60_000);

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
});
