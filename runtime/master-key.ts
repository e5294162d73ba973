import { resolve } from 'node:path';
import { argon2idAsync } from '@noble/hashes/argon2.js';
import { within } from '../actors/deadline.ts';
import { hex, text } from '../storage/bytes.ts';
import type { KnownStore } from '../storage/identity-copies.ts';
import type { Clock, Files, RandomBytes } from '../storage/ports.ts';
import { isUnder, type PassphraseCost, type Stretching } from '../storage/root-key.ts';
import { Secret } from '../storage/secret.ts';
import type { Breaker } from './breaker.ts';
import { describeError, HoldfastError } from './errors.ts';
import { invalidKey, keyOfDigits, secretOf } from './key-digits.ts';
import { keyInFile } from './key-file.ts';
import { maskSecrets } from './masking.ts';
import type { KeyProvider, MasterKeySource } from './options/master-key.ts';

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. */
export const PASSPHRASE_COST: PassphraseCost = { memoryKiB: 19_456, passes: 2, lanes: 1 };

export interface KeyTools {
  readonly files: Files;
  readonly clock: Clock;
  /** For a key file that is to be made, and the salt of a passphrase. */
  readonly random: RandomBytes;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Stands before the provider. */
  readonly breaker: Pick<Breaker, 'execute'>;
  readonly providerMs: number;
}

/** One that a store is to be under from now on. */
export interface NewMasterKey {
  readonly key: Secret;
  /** What it is made with, if it is made of a passphrase. */
  readonly passphrase?: Stretching;
}

/**
 * The master key of a store that is there. Of a passphrase, the one that opens it, or some other.
 * @throws {HoldfastError} MASTER_KEY_INVALID, MASTER_KEY_WRONG, KEY_PROVIDER_FAILED, BREAKER_OPEN.
 */
export async function readMasterKey(
  tools: KeyTools,
  source: MasterKeySource,
  store: KnownStore,
): Promise<Secret> {
  if ('passphrase' in source) return await stretchedFor(source.passphrase, store);
  if (store.wraps.every(({ passphrase }) => passphrase !== undefined)) {
    throw new HoldfastError('MASTER_KEY_WRONG', 'the directory is under a passphrase');
  }
  return await keyFrom(tools, source, store.storeId, false);
}

/**
 * The master key that a store is to be under from now on: only for that a key file is made. What
 * it comes from is asked twice.
 * @throws {HoldfastError} MASTER_KEY_INVALID, KEY_PROVIDER_FAILED, BREAKER_OPEN.
 */
export async function newMasterKey(
  tools: KeyTools,
  source: MasterKeySource,
  storeId: Uint8Array,
): Promise<NewMasterKey> {
  if (!('passphrase' in source)) return { key: await lastingKey(tools, source, storeId) };
  const passphrase = { ...PASSPHRASE_COST, salt: tools.random(16) };
  return { key: await stretched(source.passphrase, passphrase), passphrase };
}

type KeySource = Exclude<MasterKeySource, { readonly passphrase: string }>;

/** Asks twice: one that is another each time would lock its owner out for good. */
async function lastingKey(
  tools: KeyTools,
  source: KeySource,
  storeId: Uint8Array,
): Promise<Secret> {
  const key = await keyFrom(tools, source, storeId, true);
  try {
    const again = await keyFrom(tools, source, storeId, false);
    const isSame = again.equals(key);
    again.wipe();
    if (!isSame) throw invalidKey('the master key is another one each time that it is asked for');
    return key;
  } catch (error) {
    key.wipe();
    throw error;
  }
}

async function keyFrom(
  tools: KeyTools,
  source: KeySource,
  storeId: Uint8Array,
  isNew: boolean,
): Promise<Secret> {
  if ('provider' in source) return await fromProvider(tools, source.provider, storeId);
  if ('env' in source) return inVariable(tools, source.env);
  const random = source.create && isNew ? tools.random : undefined;
  return await keyInFile(tools.files, resolve(source.file), random);
}

function inVariable({ env }: KeyTools, name: string): Secret {
  const digits = env[name];
  const what = `the variable ${name}`;
  if (digits === undefined) throw invalidKey(`${maskSecrets(what)} is not set`);
  return keyOfDigits(text(digits), what);
}

async function fromProvider(
  { breaker, clock, providerMs }: KeyTools,
  provider: KeyProvider,
  storeId: Uint8Array,
): Promise<Secret> {
  const closing = new AbortController();
  const request = { storeId: hex(storeId), signal: closing.signal };
  const ask = (): Promise<Uint8Array> =>
    within(clock, providerMs, (async () => await provider(request))());
  try {
    const bytes = await breaker.execute(ask);
    if (!(bytes instanceof Uint8Array) || bytes.length !== 32) {
      throw invalidKey('the provider must give 32 bytes');
    }
    return Secret.of(bytes);
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
    const { message } = describeError(error);
    throw new HoldfastError('KEY_PROVIDER_FAILED', message, {}, { cause: error });
  } finally {
    closing.abort();
  }
}

/** Of two copies under different passphrases either may be the one that is known. */
async function stretchedFor(passphrase: string, { storeId, wraps }: KnownStore): Promise<Secret> {
  let other: Secret | undefined;
  for (const wrap of wraps) {
    if (wrap.passphrase === undefined) continue;
    const key = await stretched(passphrase, wrap.passphrase);
    if (isUnder(key, storeId, wrap)) return key;
    other = key;
  }
  if (other !== undefined) return other;
  throw new HoldfastError('MASTER_KEY_WRONG', 'the directory is not under a passphrase');
}

async function stretched(passphrase: string, stretching: Stretching): Promise<Secret> {
  const { memoryKiB, passes, lanes, salt } = stretching;
  const options = { m: memoryKiB, t: passes, p: lanes, dkLen: 32 };
  return secretOf(await argon2idAsync(text(passphrase), salt, options));
}
