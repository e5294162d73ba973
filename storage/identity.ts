import { concat, readU32, readU64, sameBytes, sha256, text, u32, u64 } from './bytes.ts';
import { derive, mac } from './derivation.ts';
import { StorageError } from './faults.ts';
import type { PassphraseCost, Stretching, Wrap } from './root-key.ts';
import { SEAL_BYTES } from './seal.ts';
import type { Secret } from './secret.ts';

/** Which store a directory is, as one copy says. */
export interface Identity {
  /** 16 random bytes. */
  readonly storeId: Uint8Array;
  /** What every key of the store is derived of, under its master key. */
  readonly wrap: Wrap;
  /** There once the audit log has begun: from then on it must be there. */
  readonly hasLog?: true;
  /** There once there are identity keys: the key ring is of this generation, or of a later one. */
  readonly ringGeneration?: number;
}

const MAGIC = text('HFSTORE');
const VERSION = 2;
const WRAP_AT = 64;
const CHECK_AT = WRAP_AT + 32 + SEAL_BYTES;
const HASH_AT = CHECK_AT + 32;
const FILE_BYTES = HASH_AT + 32;
/** Of two bytes: from then on none is known to be older. */
const RING_GENERATION_MAX = 65_535;
const NO_STRETCHING = { memoryKiB: 0, passes: 0, lanes: 0, salt: new Uint8Array(16) };

/**
 * The 200 bytes of the file `identity`.
 * @throws {RangeError} if the store id or the salt has not 16 bytes, or the cost is out of bounds.
 */
export function encodeIdentity(identity: Identity, rootKey: Secret): Uint8Array {
  const { storeId, wrap, hasLog = false, ringGeneration = 0 } = identity;
  const { sinceMs, passphrase, sealed } = wrap;
  const { memoryKiB, passes, lanes, salt } = passphrase ?? NO_STRETCHING;
  mustHave16('storeId', storeId);
  mustHave16('salt', salt);
  const fault = passphrase && faultOf(passphrase);
  if (fault !== undefined) throw new RangeError(fault);
  const ring = u32(Math.min(ringGeneration, RING_GENERATION_MAX)).subarray(2);
  const marks = concat(Uint8Array.of(passphrase === undefined ? 0 : 1, hasLog ? 1 : 0), ring);
  const cost = concat(u32(memoryKiB), u32(passes), u32(lanes), salt);
  const version = Uint8Array.of(VERSION);
  const checked = concat(MAGIC, version, storeId, marks, cost, u64(sinceMs), sealed);
  const hashed = concat(checked, checkOf(checked, rootKey));
  return concat(hashed, sha256(hashed));
}

function mustHave16(field: string, bytes: Uint8Array): void {
  if (bytes.length === 16) return;
  throw new RangeError(`${field} must have 16 bytes, got ${bytes.length}`);
}

/**
 * Reads the file without a key.
 * @throws {StorageError} FOREIGN if it begins as no identity does; NEWER_VERSION, OLDER_VERSION;
 * CORRUPT if it is not what was written.
 */
export function decodeIdentity(bytes: Uint8Array): Identity {
  const begin = Math.min(MAGIC.length, bytes.length);
  if (!sameBytes(bytes.subarray(0, begin), MAGIC.subarray(0, begin))) {
    throw new StorageError('FOREIGN', 'the identity file is not one of Holdfast');
  }
  const found = bytes[MAGIC.length] ?? VERSION;
  if (found !== VERSION) {
    const message = `the directory has version ${found}, and only ${VERSION} can be read`;
    throw new StorageError(found > VERSION ? 'NEWER_VERSION' : 'OLDER_VERSION', message);
  }
  if (bytes.length !== FILE_BYTES) {
    throw corrupt(`it has ${bytes.length} bytes instead of ${FILE_BYTES}`);
  }
  if (!sameBytes(sha256(bytes.subarray(0, HASH_AT)), bytes.subarray(HASH_AT))) {
    throw corrupt('its hash is another');
  }
  return fieldsOf(bytes);
}

/** Whether the file, which was decoded before, was written by who has this root key. */
export const isVouchedFor = (bytes: Uint8Array, rootKey: Secret): boolean =>
  sameBytes(checkOf(bytes.subarray(0, CHECK_AT), rootKey), bytes.subarray(CHECK_AT, HASH_AT));

function checkOf(checked: Uint8Array, rootKey: Secret): Uint8Array {
  const key = derive(rootKey, checked.subarray(8, 24), 'check');
  const check = mac(key, checked);
  key.wipe();
  return check;
}

function fieldsOf(bytes: Uint8Array): Identity {
  if ((bytes[25] ?? 0) > 1) throw corrupt(`there is no mark ${bytes[25]} of a log`);
  const sinceMs = readU64(bytes, 56);
  if (sinceMs === undefined) throw corrupt('its time is beyond all that can be');
  const passphrase = stretchingOf(bytes);
  const ringGeneration = readU32(bytes, 24) % 2 ** 16;
  const sealed = bytes.slice(WRAP_AT, CHECK_AT);
  return {
    storeId: bytes.slice(8, 24),
    wrap: { sinceMs, ...(passphrase && { passphrase }), sealed },
    ...(bytes[25] === 1 && { hasLog: true }),
    ...(ringGeneration > 0 && { ringGeneration }),
  };
}

function stretchingOf(bytes: Uint8Array): Stretching | undefined {
  if (bytes[24] === 0) {
    if (bytes.subarray(28, 56).every((byte) => byte === 0)) return undefined;
    throw corrupt('a key has neither cost nor salt');
  }
  const cost = {
    memoryKiB: readU32(bytes, 28),
    passes: readU32(bytes, 32),
    lanes: readU32(bytes, 36),
  };
  const fault = bytes[24] === 1 ? faultOf(cost) : `there is no kind ${bytes[24]} of master key`;
  if (fault !== undefined) throw corrupt(fault);
  return { ...cost, salt: bytes.slice(40, 56) };
}

/** Bounded, so that a forged file costs its reader neither hours nor all memory. */
function faultOf({ memoryKiB, passes, lanes }: PassphraseCost): string | undefined {
  const isWithin = (n: number, min: number, max: number) =>
    Number.isInteger(n) && n >= min && n <= max;
  if (!isWithin(lanes, 1, 16)) return `lanes must be from 1 to 16, got ${lanes}`;
  if (!isWithin(passes, 1, 16)) return `passes must be from 1 to 16, got ${passes}`;
  if (isWithin(memoryKiB, 8 * lanes, 2 ** 20)) return undefined;
  return `memoryKiB must be from ${8 * lanes} to ${2 ** 20}, got ${memoryKiB}`;
}

const corrupt = (because: string): StorageError =>
  new StorageError('CORRUPT', `the identity file is damaged: ${because}`);
