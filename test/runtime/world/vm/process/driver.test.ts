import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { processDriver } from '../../../../../runtime/world/vm/process/driver.ts';
import { vmContract } from '../../../../contracts/vm.contract.ts';
import { Box, MEMORY_BYTES_MAX } from '../../../../contracts/vm.fixture.ts';
import { endsOfV8 } from '../../../../contracts/vm-cases.ts';
import { temporaryDirectory } from '../../../../storage/disk.ts';
import { ground, obstacle } from './jail.fixture.ts';

if (obstacle === undefined) {
  vmContract('process', {
    driver: processDriver(),
    patienceMs: 300,
    ends: endsOfV8,
  });
} else {
  it('keeps what every level promises', (context) => context.skip(obstacle));
}

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A PATH on which bwrap is this script; without one, it is nowhere. */
function pathWith(script?: string): void {
  const directory = temporaryDirectory();
  for (const name of ['prlimit', 'setpriv', 'ldd', 'sleep', 'echo']) {
    symlinkSync(join('/usr/bin', name), join(directory, name));
  }
  if (script !== undefined) {
    writeFileSync(join(directory, 'bwrap'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(directory, 'bwrap'), 0o755);
  }
  chmodSync(directory, 0o755);
  vi.stubEnv('PATH', directory);
}

const create = (signal = AbortSignal.timeout(10_000)) =>
  processDriver().create({ memoryBytesMax: MEMORY_BYTES_MAX }, new Box(), signal);

const fix = 'apt-get install bubblewrap';

describe('the level process', () => {
  it('holds against what a program tries that has escaped its realm', async (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    const probed = await processDriver().probe(AbortSignal.timeout(20_000));
    expect(probed).toMatchObject({ isolation: 'process', found: { escapesTried: 16 } });
  });

  it('is not to be had if a guest gets out of its realm', async (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    vi.doMock('../../../../../runtime/world/vm/agent-flags.ts', () => ({
      agentFlags: ['--jitless'],
    }));
    vi.resetModules();
    const { processDriver: leaky } = await import(
      '../../../../../runtime/world/vm/process/driver.ts'
    );
    vi.doUnmock('../../../../../runtime/world/vm/agent-flags.ts');
    const unavailable = expect.stringMatching(/^a guest gets at "process /);
    expect(await leaky().probe(AbortSignal.timeout(20_000))).toEqual({ unavailable });
  });

  it('lets a guest hold its memory in buffers, and not thrice as much', async (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    const box = await Box.open(processDriver());
    expect(await box.run('new Uint8Array(input).fill(1).length', 24e6)).toBe('returned 24000000');
    expect(await box.run('new Uint8Array(input).length', 3 * MEMORY_BYTES_MAX)).toBe(
      'VM_ERROR RangeError: Array buffer allocation failed',
    );
    await box.close();
  });

  it('is not to be had without bubblewrap', async () => {
    pathWith();
    expect(await create()).toEqual({ unavailable: 'bubblewrap is not here', fix });
  });

  it('is not to be had with a bubblewrap that is too old', async () => {
    pathWith('echo bubblewrap 0.4.1');
    expect(await create()).toEqual({ unavailable: 'bubblewrap 0.4.1 is older than 0.8', fix });
  });

  it('is not to be had with a bubblewrap that fails', async (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    pathWith('case $1 in --version) echo 0.9.0;; *) echo no room >&2; exit 1;; esac');
    expect(await create()).toEqual({ unavailable: 'no jail could be made: no room' });
  });

  it.for([
    ['shows more than it was asked to', '--ro-bind /etc /etc', '', 'mounts is "/ /agent.mjs /etc'],
    ['shares the network', '', '--share-net', 'sharedNamespaces is "net:['],
    ['lets it be written', '--bind /var/tmp /work', '', 'writableMounts is "/work"'],
  ] as const)(
    'is not to be had if what is found is that it %s',
    async ([_, first, last, amiss], context) => {
      if (obstacle !== undefined) return context.skip(obstacle);
      const bwrap = ground().tools.bwrap;
      pathWith(`
      [ "$1" = --version ] && exec ${bwrap} --version
      asked=""; while [ "$1" != -- ]; do asked="$asked $1"; shift; done
      exec ${bwrap} ${first} $asked ${last} "$@"`);
      const created = await create();
      expect(created).toEqual({ unavailable: expect.stringContaining(amiss) });
    },
  );

  const late = { unavailable: 'bubblewrap did not make a jail in time' };

  it('waits no longer than it may for a bubblewrap that does not say its version', async () => {
    pathWith('sleep 100');
    expect(await create(AbortSignal.timeout(300))).toMatchObject(late);
  });

  it.for([
    ['does not make a jail', 'sleep 100'],
    ['leaves something behind', 'sleep 100 &'],
  ])('waits no longer than it may for a bubblewrap that %s', async ([_, script], context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    pathWith(`case $1 in --version) echo 0.9.0;; *) ${script};; esac`);
    expect(await create(AbortSignal.timeout(300))).toMatchObject(late);
  });
});
