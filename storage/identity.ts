import { concat, readU32, sameBytes, sha256, text, u32 } from './bytes.ts';
import { derive, mac } from './derivation.ts';
import { StorageError } from './faults.ts';
import type { Secret } from './secret.ts';

/** Which store a directory is. */
export interface Identity {
  /** 16 random bytes. */
  readonly storeId: Uint8Array;
  /** There if the master key is argon2id of a passphrase, salted with the store id. */
  readonly passphrase?: PassphraseCost;
  /** There once the audit log has begun: from then on it must be there. */
  readonly hasLog?: true;
}

/** What argon2id costs: 8 KiB per lane to 1 GiB, 1 to 16 passes, 1 to 16 lanes. */
export interface PassphraseCost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

const MAGIC = text('HFSTORE');
const VERSION = 1;
const FILE_BYTES = 128;
const CHECK_AT = 64;
const HASH_AT = 96;

/**
 * The 128 bytes of the file `identity`.
 * @throws {RangeError} if the store id has not 16 bytes, or the cost is out of bounds.
 */
export function encodeIdentity(identity: Identity, master: Secret): Uint8Array {
  const { storeId, passphrase, hasLog = false } = identity;
  if (storeId.length !== 16) {
    throw new RangeError(`storeId must have 16 bytes, got ${storeId.length}`);
  }
  const fault = passphrase && faultOf(passphrase);
  if (fault !== undefined) throw new RangeError(fault);
  const checked = concat(
    MAGIC,
    Uint8Array.of(VERSION),
    storeId,
    Uint8Array.of(passphrase === undefined ? 0 : 1, 0, 0, 0),
    u32(passphrase?.memoryKiB ?? 0),
    u32(passphrase?.passes ?? 0),
    u32(passphrase?.lanes ?? 0),
    Uint8Array.of(hasLog ? 1 : 0),
    new Uint8Array(23),
  );
  const hashed = concat(checked, checkOf(checked, master));
  return concat(hashed, sha256(hashed));
}

/**
 * Reads the file without a key.
 * @throws {StorageError} FOREIGN if it begins as no identity does; NEWER_VERSION; CORRUPT if it is
 * not what was written.
 */
export function decodeIdentity(bytes: Uint8Array): Identity {
  const begin = Math.min(MAGIC.length, bytes.length);
  if (!sameBytes(bytes.subarray(0, begin), MAGIC.subarray(0, begin))) {
    throw new StorageError('FOREIGN', 'the identity file is not one of Holdfast');
  }
  const found = bytes[MAGIC.length] ?? VERSION;
  if (found > VERSION) {
    const message = `the directory has version ${found}, and at most ${VERSION} can be read`;
    throw new StorageError('NEWER_VERSION', message);
  }
  if (bytes.length !== FILE_BYTES) {
    throw corrupt(`it has ${bytes.length} bytes instead of ${FILE_BYTES}`);
  }
  if (!sameBytes(sha256(bytes.subarray(0, HASH_AT)), bytes.subarray(HASH_AT))) {
    throw corrupt('its hash is another');
  }
  if (found !== VERSION) throw corrupt(`there is no version ${found}`);
  return fieldsOf(bytes);
}

/** Whether `master` is the key that the file, which was decoded before, was written with. */
export const isMasterKeyOf = (bytes: Uint8Array, master: Secret): boolean =>
  sameBytes(checkOf(bytes.subarray(0, CHECK_AT), master), bytes.subarray(CHECK_AT, HASH_AT));

function checkOf(checked: Uint8Array, master: Secret): Uint8Array {
  const key = derive(master, checked.subarray(8, 24), 'check');
  const check = mac(key, checked);
  key.wipe();
  return check;
}

function fieldsOf(bytes: Uint8Array): Identity {
  const storeId = bytes.slice(8, 24);
  const cost = {
    memoryKiB: readU32(bytes, 28),
    passes: readU32(bytes, 32),
    lanes: readU32(bytes, 36),
  };
  const isZero = (from: number, to: number) => bytes.subarray(from, to).every((byte) => byte === 0);
  if (!isZero(25, 28) || !isZero(41, CHECK_AT)) throw corrupt('what must be zero is not');
  if ((bytes[40] ?? 0) > 1) throw corrupt(`there is no mark ${bytes[40]} of a log`);
  const log = bytes[40] === 1 ? ({ hasLog: true } as const) : {};
  if (bytes[24] === 0) {
    if (!isZero(28, 40)) throw corrupt('a key has no cost');
    return { storeId, ...log };
  }
  const fault = bytes[24] === 1 ? faultOf(cost) : `there is no kind ${bytes[24]} of master key`;
  if (fault !== undefined) throw corrupt(fault);
  return { storeId, passphrase: cost, ...log };
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
