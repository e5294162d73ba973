import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isolations } from '../../machines/isolation.ts';
import { obstacle } from '../runtime/world/vm/process/jail.fixture.ts';
import { temporaryDirectory } from '../storage/disk.ts';
import {
  blankImage,
  childrenSince,
  codeOf,
  levelOf,
  levelPromises,
  opened,
  pathWithImpostor,
  pathWithout,
  waiting,
} from './vm-levels.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the levels of this machine', { timeout: 120_000 }, () => {
  levelPromises('isolate', 6);
  if (obstacle === undefined) levelPromises('process', 6);
  else it('process: keeps what it promises', (context) => context.skip(obstacle));

  it.each(isolations.slice(1))(
    'run nothing below the floor %s without bubblewrap',
    async (floor) => {
      pathWithout('bwrap');
      const children = childrenSince();
      const { rt } = await opened({ vm: { imageDir: '/nowhere' } });
      let calls = 0;
      const host = { ran: () => (calls += 1) };
      const run = rt.sandboxes.run({ code: 'host.call("ran")', host, isolation: 'microvm', floor });
      expect(await codeOf(run)).toBe('ISOLATION_UNAVAILABLE');
      expect([calls, children(), levelOf(rt, floor)?.is]).toEqual([0, [], 'lost']);
    },
  );

  it('fall to the isolate without bubblewrap, for work that may', async () => {
    pathWithout('bwrap');
    const { rt } = await opened({});
    const wish = { code: '1', isolation: 'process', floor: 'isolate' } as const;
    expect((await rt.sandboxes.run(wish)).isolation).toBe('isolate');
  });

  it('stay as they are while the log beside them goes on in new files', async (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    const home = temporaryDirectory();
    const masterKey = { file: join(home, 'key'), create: true } as const;
    const { rt, facts } = await opened({ dataDir: join(home, 'data'), masterKey });
    const wish = { code: '1', isolation: 'process' } as const;
    for (let nth = 0; nth < 3; nth++) {
      expect((await rt.sandboxes.run(wish)).isolation).toBe('process');
      await rt.audit.rotate();
    }
    expect(facts.filter(({ type }) => type === 'vm.died' || type === 'isolation.lost')).toEqual([]);
  });

  it('leave no QEMU behind that hangs, once the runtime has shut down', async (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    const children = childrenSince();
    pathWithImpostor(waiting);
    const { rt } = await opened({ vm: { imageDir: blankImage() } });
    const code = codeOf(rt.sandboxes.run({ code: '1', isolation: 'microvm' }));
    await expect.poll(children, { timeout: 10_000 }).not.toEqual([]);
    await rt.shutdown();
    expect(await code).toBe('RUNTIME_STOPPED');
    expect(children()).toEqual([]);
  });
});
