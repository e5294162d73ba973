import { resolve } from 'node:path';
import type { World } from '../../actors/world.ts';
import { type Authentic, authenticate, type KnownStore } from '../../storage/identity-copies.ts';
import type { Files } from '../../storage/ports.ts';
import { HoldfastError } from '../errors.ts';
import { readMasterKey } from '../master-key.ts';
import type { MasterKeySource } from '../options/master-key.ts';
import { exits, Failure } from './failure.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * What the master key gives of the directory at `path`; the caller wipes the root key. Writes
 * nothing in it.
 * @throws {Failure} if it is another one; keyMissing without a source, or where there is nothing in
 * it. @throws {HoldfastError} if it is no key, or others may read it.
 */
export async function openWithKey(
  { files, clock, random }: World,
  env: Env,
  path: string,
  store: KnownStore,
  source: MasterKeySource | undefined,
): Promise<Authentic> {
  const tools = {
    files,
    clock,
    random: (length: number) => random.stream('keys').bytes(length),
    env,
    breaker: { execute: async <Value>(work: () => Value | PromiseLike<Value>) => await work() },
    providerMs: 0,
  };
  const place = source ?? keyMissing();
  const isThere = await isKeyThere(files, env, place);
  const master = await readMasterKey(tools, place, store).catch((error: unknown) => {
    const isMissing = !isThere && error instanceof HoldfastError;
    throw isMissing ? new Failure(error.message, exits.keyMissing, error.code) : error;
  });
  const found = await authenticate(files, path, master);
  master.wipe();
  if (found !== undefined) return found;
  const message = `the master key is not the one of ${path}`;
  throw new Failure(message, exits.failed, 'MASTER_KEY_WRONG');
}

async function isKeyThere(files: Files, env: Env, source: MasterKeySource): Promise<boolean> {
  if ('file' in source) return (await files.stat(resolve(source.file))) !== undefined;
  return !('env' in source) || env[source.env] !== undefined;
}

export function keyMissing(): never {
  const message = 'it takes the key: give --master-key, --master-key-env or --passphrase-env';
  throw new Failure(message, exits.keyMissing, 'MASTER_KEY_INVALID');
}
