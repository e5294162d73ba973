import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findGround } from '../../../../../runtime/world/vm/process/ground.ts';
import { temporaryDirectory } from '../../../../storage/disk.ts';
import { ground, obstacle } from './jail.fixture.ts';

const never = new AbortController().signal;

describe('what the jails of this level are made of', () => {
  it('has a digest of each thing that is trusted', (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    const { digests, programs } = ground();
    expect(Object.keys(digests)).toEqual(['node', 'bwrap', 'agent', 'realm', 'seccomp']);
    expect(Object.values(digests).filter((one) => !/^[0-9a-f]{64}$/.test(one))).toEqual([]);
    expect(Object.keys(programs)).toEqual(['/agent.mjs', '/realm.mjs']);
  });

  it('is not made of a Node that only root may run, if a jail is not for root', async (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    if (process.getuid?.() !== 0) return context.skip('this is not root');
    const directory = temporaryDirectory();
    chmodSync(directory, 0o700);
    copyFileSync('/bin/true', join(directory, 'node'));
    expect(await findGround(join(directory, 'node'), never)).toEqual({
      unavailable: `${directory}/node cannot be run but by root, whom a jail is not for`,
      fix: `install -D -m 755 ${directory}/node /usr/local/bin/node`,
    });
  });
});
