import { concat, text } from './bytes.ts';
import { derive } from './derivation.ts';
import { type SealTools, seal, unseal } from './seal.ts';
import { Secret } from './secret.ts';

/** What argon2id costs: 8 KiB per lane to 1 GiB, 1 to 16 passes, 1 to 16 lanes. */
export interface PassphraseCost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

/** What makes a master key of a passphrase. */
export interface Stretching extends PassphraseCost {
  /** 16 random bytes, of this passphrase alone. */
  readonly salt: Uint8Array;
}

/** Which master key a root key is under. */
export interface MasterKeyNote {
  /** Since when: wall clock, milliseconds. */
  readonly sinceMs: number;
  /** There if it is argon2id of a passphrase. */
  readonly passphrase?: Stretching;
}

/** The root key of a store, under its master key. */
export interface Wrap extends MasterKeyNote {
  /** 72 bytes. */
  readonly sealed: Uint8Array;
}

const aadOf = (storeId: Uint8Array): Uint8Array => concat(text('root'), storeId);

/** @param tools with the master key as their key */
export function wrapRoot(tools: SealTools, rootKey: Secret, note: MasterKeyNote): Wrap {
  const { key: master, storeId, random } = tools;
  const key = derive(master, storeId, 'wrap');
  const sealed = rootKey.use((bytes) => seal(key, random(24), aadOf(storeId), bytes));
  key.wipe();
  return { ...note, sealed };
}

/** Undefined if it is not under this master key. The caller wipes it. */
export function unwrapRoot(master: Secret, storeId: Uint8Array, wrap: Wrap): Secret | undefined {
  const key = derive(master, storeId, 'wrap');
  const bytes = unseal(key, aadOf(storeId), wrap.sealed);
  key.wipe();
  if (bytes === undefined) return undefined;
  const rootKey = Secret.of(bytes);
  bytes.fill(0);
  return rootKey;
}

/** Whether the root key is under this master key. */
export function isUnder(master: Secret, storeId: Uint8Array, wrap: Wrap): boolean {
  const rootKey = unwrapRoot(master, storeId, wrap);
  rootKey?.wipe();
  return rootKey !== undefined;
}
