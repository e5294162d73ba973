import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { childrenOf, enclosed, killStarting } from '../../../../runtime/world/vm/enclosure.ts';
import { descendantsOf, isRunning } from './processes.fixture.ts';

it('leaves who is in a jail nothing of ours, and no way to stay', () => {
  expect(enclosed('vm')).toEqual([
    ...['--unshare-all', '--unshare-user', '--disable-userns'],
    ...['--uid', '65534', '--gid', '65534', '--hostname', 'vm'],
    ...['--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--clearenv'],
  ]);
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
});
