import { describe, expect, it } from 'vitest';
import { openWithKey } from '../../../runtime/cli/directory-key.ts';
import { exits, Failure } from '../../../runtime/cli/failure.ts';
import type { MasterKeySource } from '../../../runtime/options/master-key.ts';
import { nodeWorld } from '../../../runtime/world/node.ts';
import { identify } from '../../../storage/data-dir.ts';
import { dataDir, keyHex } from './data-dir.fixture.ts';

async function keyOf(env: Record<string, string>, source: MasterKeySource | undefined) {
  const { path, key } = await dataDir();
  const world = nodeWorld();
  const identity = await identify(world.files, path);
  if (identity === undefined) throw new Error('no identity');
  const given = source && 'file' in source ? { ...source, file: `${key}${source.file}` } : source;
  try {
    const { identity: found } = await openWithKey(world, env, path, identity, given);
    return Buffer.from(found.storeId).toString('hex');
  } catch (error) {
    const exit = error instanceof Failure ? error.exit : exits.failed;
    return `${exit} ${error}`.replace(path, 'DATADIR');
  }
}

const idHex = '0102030405060708090a0b0c0d0e0f10';

describe('the key of a directory', () => {
  it('is read from where it is said to be', async () => {
    expect([
      await keyOf({}, { file: '', create: false }),
      await keyOf({ KEY: keyHex }, { env: 'KEY' }),
    ]).toEqual([idHex, idHex]);
  });

  it('is another one, missing, or not given', async () => {
    expect([
      await keyOf({ KEY: '08'.repeat(32) }, { env: 'KEY' }),
      await keyOf({}, { env: 'KEY' }),
      await keyOf({}, { passphrase: 'a passphrase' }),
      await keyOf({}, undefined),
    ]).toEqual([
      '1 Failure: the master key is not the one of DATADIR',
      '4 Failure: the variable KEY is not set',
      '1 HoldfastError: the directory is not under a passphrase',
      '4 Failure: it takes the key: give --master-key, --master-key-env or --passphrase-env',
    ]);
  });
});
