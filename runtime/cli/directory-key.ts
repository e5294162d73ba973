import type { World } from '../../actors/world.ts';
import { type Identity, isMasterKeyOf } from '../../storage/identity.ts';
import type { Secret } from '../../storage/secret.ts';
import { readMasterKey } from '../master-key.ts';
import type { MasterKeySource } from '../options/master-key.ts';
import { exits, Failure } from './failure.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The master key of the directory at `path`, checked against its identity. Writes nothing.
 * @throws {Failure} if it is another one; keyMissing without a source. @throws {HoldfastError}
 */
export async function masterKeyOf(
  { files, clock, random }: World,
  env: Env,
  path: string,
  identity: Identity,
  source: MasterKeySource | undefined,
): Promise<Secret> {
  const tools = {
    files,
    clock,
    random: (length: number) => random.stream('keys').bytes(length),
    env,
    breaker: { execute: async <Value>(work: () => Value | PromiseLike<Value>) => await work() },
    providerMs: 0,
  };
  const master = await readMasterKey(tools, source ?? keyMissing(), identity, false);
  const bytes = await files.read(`${path}/identity`);
  if (bytes !== undefined && isMasterKeyOf(bytes, master)) return master;
  const message = `the master key is not the one of ${path}`;
  throw new Failure(message, exits.failed, 'MASTER_KEY_WRONG');
}

export function keyMissing(): never {
  const message = 'it takes the key: give --master-key, --master-key-env or --passphrase-env';
  throw new Failure(message, exits.keyMissing, 'MASTER_KEY_INVALID');
}
