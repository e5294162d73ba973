import { describe, expect, it } from 'vitest';
import { masterKeyOf } from '../../../runtime/cli/directory-key.ts';
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
    const master = await masterKeyOf(world, env, path, identity, given);
    return master.use((bytes) => Buffer.from(bytes).toString('hex'));
  } catch (error) {
    const exit = error instanceof Failure ? error.exit : exits.failed;
    return `${exit} ${error}`.replace(path, 'DATADIR');
  }
}

describe('the key of a directory', () => {
  it('is read from where it is said to be', async () => {
    expect([
      await keyOf({}, { file: '', create: false }),
      await keyOf({ KEY: keyHex }, { env: 'KEY' }),
    ]).toEqual([keyHex, keyHex]);
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
      '1 HoldfastError: the directory was not made with a passphrase',
      '4 Failure: it takes the key: give --master-key, --master-key-env or --passphrase-env',
    ]);
  });
});
