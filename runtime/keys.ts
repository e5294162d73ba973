import { Overdue, within } from '../actors/deadline.ts';
import type { KeyActor } from '../actors/key.actor.ts';
import type { KeyStanding } from '../actors/key-standing.ts';
import { StorageError } from '../storage/faults.ts';
import type { Clock } from '../storage/ports.ts';
import type { AuditLog } from './audit.ts';
import { HoldfastError } from './errors.ts';
import type { Facts } from './facts.ts';
import type { MasterRotation } from './master-rotation.ts';
import { keyChange, masterChange, revokedKey, rotatedKey } from './options/keys.ts';
import type { MasterKeyInput } from './options/master-key.ts';
import { readOptions } from './options/read.ts';
import { asHoldfastError } from './storage-errors.ts';

/** For the disk to take a change of identity keys. */
const CHANGE_MS = 30_000;

/** An identity key that others know, or knew. Times are milliseconds since 1970. */
export interface IdentityKeyEntry extends KeyStanding {
  readonly purpose: 'identity';
}

/** The identity keys cannot be read: none is rotated or revoked until the last ones are back. */
export interface LostKeysEntry {
  readonly purpose: 'identity';
  readonly state: 'lost';
  /** Names the file. */
  readonly because: string;
}

/** The audit key that is in use. */
export interface AuditKeyEntry {
  readonly purpose: 'audit';
  readonly state: 'present';
  readonly verifierKey: string;
}

/** The master key that is in use. */
export interface MasterKeyEntry {
  readonly purpose: 'master';
  readonly state: 'present';
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
}

export type KeyEntry = IdentityKeyEntry | LostKeysEntry | AuditKeyEntry | MasterKeyEntry;

/** How many connections are to have new keys. */
export interface RotatedSessions {
  readonly purpose: 'session';
  readonly connections: number;
}

/** What anybody may have, who is to know this runtime for what it is. */
export interface PublicKeys {
  /** The peer id of its present identity key. */
  readonly id: string;
  /** Its newest records of continuity, up to 16, in base64: section 9 of SPEC. */
  readonly chain: string;
  readonly verifierKey: string;
}

export interface KeyChange {
  readonly reason?: string | undefined;
}

export interface KeyRotation extends KeyChange {
  /** Of a master key alone, which has no next one yet: where that comes from. */
  readonly to?: MasterKeyInput | undefined;
}

/** The keys of a runtime that take turns; never a secret. */
export class Keys {
  readonly #actor: KeyActor;
  readonly #audit: Pick<AuditLog, 'verifierKey' | 'rotateKey'>;
  readonly #facts: Pick<Facts, 'publish'>;
  /** Says how many there are. */
  readonly #rotateSessions: () => number;
  readonly #master: MasterRotation | undefined;
  readonly #clock: Clock;

  constructor(
    clock: Clock,
    actor: KeyActor,
    audit: Pick<AuditLog, 'verifierKey' | 'rotateKey'>,
    facts: Pick<Facts, 'publish'>,
    rotateSessions: () => number,
    master: MasterRotation | undefined,
  ) {
    this.#clock = clock;
    this.#actor = actor;
    this.#audit = audit;
    this.#facts = facts;
    this.#rotateSessions = rotateSessions;
    this.#master = master;
  }

  /**
   * The next key takes over. An identity key commits to the next one, which nobody else has, and is
   * the same peer beside it for `keys.overlapMs`. That it is about to be rotated is in the log
   * before: no record, no rotation. Sessions are those of the peers that are connected: each agrees
   * on new keys within its channel, as it does once a day, and nothing is lost; the record follows.
   * A connection that had 6 of them is left as it is, and has 8 an hour at most after that.
   * A master key gives way to the one that `to` names, on record before: nothing else is written
   * anew, and the next start takes the new one alone. If it fails, either opens the directory.
   * @throws {TypeError | RangeError} naming the field.
   * @throws {HoldfastError} DATA_DAMAGED naming the file if the keys are lost; AUDIT_UNAVAILABLE,
   * AUDIT_QUEUE_FULL, RUNTIME_STOPPED; those of the disk: DISK_FAILED also if the disk says nothing
   * for 30 s, and the change may still take place, as `list` tells. An audit key: as
   * `rt.audit.rotateKey`. A master key: MASTER_KEY_INVALID, also without `dataDir` and for the key
   * in use; KEY_PROVIDER_FAILED, BREAKER_OPEN.
   */
  async rotate(
    purpose: 'identity' | 'session' | 'audit' | 'master',
    options: KeyRotation = {},
  ): Promise<KeyEntry | RotatedSessions> {
    readOptions(rotatedKey, 'purpose', purpose);
    if (purpose === 'master') return await this.#rotateMaster(options);
    const { reason } = readOptions(keyChange, 'rotate', options);
    if (purpose === 'session') {
      const connections = this.#rotateSessions();
      this.#facts.publish('key.rotated', purpose, { connections, because: reason });
      return { purpose, connections };
    }
    if (purpose === 'audit') {
      const { verifierKey } = await this.#audit.rotateKey({ reason });
      return { purpose, state: 'present', verifierKey };
    }
    await this.#change(() => this.#inTime(this.#actor.rotate(reason)));
    return this.#present();
  }

  /**
   * The next identity key takes over at once, and the present one is nobody's from then on: what a
   * thief of it signed to rotate it is void. So is each that overlaps. The record follows. What
   * reached the disk before it failed is in force, and does not fail.
   * @throws as `rotate`, but for the log, which is not waited for.
   */
  async revoke(purpose: 'identity', options: KeyChange = {}): Promise<KeyEntry> {
    readOptions(revokedKey, 'purpose', purpose);
    const { reason } = readOptions(keyChange, 'revoke', options);
    await this.#change(() => this.#inTime(this.#actor.revoke(reason)));
    return this.#present();
  }

  /**
   * Ends every overlap here: by earlier keys nobody is served any more. Trap: whoever saw the
   * records takes who has an earlier key for this runtime until the overlap ends that they name;
   * only `revoke` ends a key that was stolen.
   */
  async archive(): Promise<readonly KeyEntry[]> {
    await this.#change(() => this.#inTime(this.#actor.archive()));
    return this.list();
  }

  /**
   * Oldest first, and whether those of the identity are lost. Without `dataDir` there are none of
   * these before the first was rotated.
   */
  list(): readonly KeyEntry[] {
    const { standings, fault } = this.#actor;
    const purpose = 'identity';
    const identity = standings.map((key) => ({ purpose, ...key }) as const);
    const lost = fault ? [{ purpose, state: 'lost', because: fault.message } as const] : [];
    const { verifierKey } = this.#audit;
    const audit = { purpose: 'audit', state: 'present', verifierKey } as const;
    const master = this.#master ? [masterEntry(this.#master)] : [];
    return [...identity, ...lost, audit, ...master];
  }

  /** Commits to a next identity key if there is none yet. @throws as `revoke`. */
  async exportPublic(): Promise<PublicKeys> {
    await this.#change(() => this.#inTime(this.#actor.begin()));
    const { verifierKey } = this.#audit;
    const chain = Buffer.from(this.#actor.chain).toString('base64');
    return { id: this.#present().id, chain, verifierKey };
  }

  async #rotateMaster(options: KeyRotation): Promise<MasterKeyEntry> {
    // Somebody may have given the key itself: no error shows it.
    const given = typeof options === 'object' ? options : {};
    const { to, reason } = readOptions(masterChange, 'rotate', given);
    const master = this.#master;
    if (master === undefined) {
      throw new HoldfastError('MASTER_KEY_INVALID', 'without dataDir there is no master key');
    }
    // Before a key file is made for it.
    if (this.#actor.isOver) throw new HoldfastError('RUNTIME_STOPPED', 'the keys are closed');
    await this.#change(() => master.rotate(to, reason));
    return masterEntry(master);
  }

  #present(): IdentityKeyEntry {
    const present = this.#actor.standings.at(-1);
    if (present === undefined) throw new HoldfastError('DATA_DAMAGED', 'there is no identity key');
    return { purpose: 'identity', ...present };
  }

  /** What is late goes on. */
  async #inTime(changing: Promise<void>): Promise<void> {
    await within(this.#clock, CHANGE_MS, changing).catch((error: unknown) => {
      throw error instanceof Overdue ? late() : error;
    });
  }

  async #change(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const isClosed = error instanceof StorageError && error.code === 'GONE' && this.#actor.isOver;
      if (isClosed) throw new HoldfastError('RUNTIME_STOPPED', error.message);
      throw asHoldfastError(error);
    }
  }
}

const late = (): StorageError =>
  new StorageError(
    'DISK_FAILED',
    `the disk has not taken the change for ${CHANGE_MS} ms: it may still take place, as list tells`,
  );

const masterEntry = ({ sinceMs }: MasterRotation): MasterKeyEntry => ({
  purpose: 'master',
  state: 'present',
  sinceMs,
});
