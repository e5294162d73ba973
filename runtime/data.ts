import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { Audit } from '../actors/audit.actor.ts';
import type { AuditLimits } from '../actors/audit-limits.ts';
import { State } from '../actors/state.ts';
import type { Kernel, Log, World } from '../actors/world.ts';
import { putAside } from '../storage/aside.ts';
import { claim, type DataDir, identify, mustHaveRoom } from '../storage/data-dir.ts';
import { derive } from '../storage/derivation.ts';
import { type SigningKey, signingKey } from '../storage/ed25519.ts';
import { StorageError } from '../storage/faults.ts';
import type { KnownStore } from '../storage/identity-copies.ts';
import { KeyRingFiles, type RingMark } from '../storage/key-ring-files.ts';
import { originOf } from '../storage/log-signer.ts';
import { placeOf, type Workplace } from '../storage/place.ts';
import type { Files, Kv, KvStore, RandomBytes } from '../storage/ports.ts';
import { Witness } from '../storage/proofs/witness.ts';
import { Secret } from '../storage/secret.ts';
import { StateStore } from '../storage/state.ts';
import { faultError } from './audit.ts';
import type { Breaker } from './breaker.ts';
import { DataWatch } from './data-watch.ts';
import { type KeyTools, type NewMasterKey, newMasterKey, readMasterKey } from './master-key.ts';
import { checkApart, MasterRotation } from './master-rotation.ts';
import type { MasterKeySource } from './options/master-key.ts';
import { asHoldfastError } from './storage-errors.ts';
import { MemoryFiles } from './world/memory-files.ts';
import { MemoryKv } from './world/memory-kv.ts';

/** What a runtime keeps: on the disk, or, without a directory, in memory and for nobody else. */
export interface Data {
  readonly audit: Audit;
  /** Undefined without a directory: then nothing outlives the process. */
  readonly state: State | undefined;
  readonly witness: Witness;
  /** Of the Ed25519 key that this runtime is to its peers. */
  readonly peerSeed: Secret;
  /** Signs the lists of identities that are exported: the same key for good. */
  readonly listKey: SigningKey;
  /** Of the keys that come after it. */
  readonly ring: KeyRingFiles;
  /** Undefined in memory, where there is no master key. */
  readonly master: MasterRotation | undefined;
  /** Remakes the directory if it is removed; undefined in memory. */
  readonly watch: DataWatch | undefined;
  /** Of the directory; undefined in memory. */
  readonly path: string | undefined;
  /** Gives the directory back. Everything in it must be closed before. */
  release(): Promise<void>;
}

export interface DataTools {
  readonly world: World;
  /** Without deadlines, for whoever may not write again before it is known what became of it. */
  readonly patientFiles: Files;
  readonly kernel: Kernel;
  /** Redacted and sampled, unlike that of the world. */
  readonly log: Log;
  /** One stream for all that is stored: keys, salts, nonces. */
  readonly random: RandomBytes;
  readonly name: string;
  readonly limits: AuditLimits;
  /** Stands before the key provider. */
  readonly breaker: () => Breaker;
  readonly providerMs: number;
}

const never = Number.POSITIVE_INFINITY;

/** In-memory logs keep so many bytes of segments that have ended. */
const MEMORY_BYTES_MAX = 16 * 1024 * 1024;

/**
 * @throws {HoldfastError} whatever keeps it from being opened; nothing is written then.
 * @throws {RangeError} for a key file within the directory.
 */
export async function openData(
  tools: DataTools,
  dataDir: string,
  source: MasterKeySource,
): Promise<Data> {
  const { world, random } = tools;
  const given = resolve(dataDir);
  try {
    const path = await world.files.realPath(given);
    await checkApart(world.files, path, source, 'createRuntime.masterKey');
    const known = await identify(world.files, path);
    await mustHaveRoom(world.files, path);
    const storeId = known?.storeId ?? random(16);
    const opener = await openerOf(tools, source, known ?? storeId);
    const owner = { pid: process.pid, host: hostname(), name: tools.name };
    const claiming = claim(world, path, { ...opener, storeId, random }, owner);
    const dir = await claiming.finally(() => opener.key.wipe());
    const data = await openIn(tools, dir).catch(async (error: unknown) => {
      await dir.release();
      throw error;
    });
    // As it was given: the path of a socket has to be short, and links make it so.
    return { ...data, path: given };
  } catch (error) {
    throw asHoldfastError(error, { dataDir: given });
  }
}

/** @param store that is there, or the id of one that is to be made */
const openerOf = async (
  tools: DataTools,
  source: MasterKeySource,
  store: KnownStore | Uint8Array,
): Promise<NewMasterKey> =>
  store instanceof Uint8Array
    ? await newMasterKey(keyTools(tools), source, store)
    : { key: await readMasterKey(keyTools(tools), source, store) };

async function openIn(tools: DataTools, dir: DataDir): Promise<Data> {
  const { files, kv, clock } = tools.world;
  const { path, rootKey } = dir;
  const { storeId, hasLog = false } = dir.identity;
  const root = { path: `${path}/audit`, storeId, rootKey, hasLog, problems: dir.problems };
  const watch = new DataWatch(dir, {
    ...{ files, clock, log: tools.log },
    healthMs: tools.limits.healthMs,
  });
  const open = (): Promise<StateStore> => openState(tools, `${path}/state`, storeId, rootKey);
  const reopen = async (): Promise<StateStore> => {
    const store = await open();
    // It may be another one, with nothing in it.
    watch.events?.onStateLost();
    return store;
  };
  const release = async (): Promise<void> => {
    watch.stop();
    await dir.release();
  };
  // Ahead of the log: a process whose lock was removed still has it, and loses no evidence by it.
  const state = new State(await open(), { kernel: tools.kernel, reopen });
  try {
    const audit = await openAudit(tools, { files, kv }, root, () => watch.look());
    await dir.noteLog().catch(async (error: unknown) => {
      await audit.close(tools.limits.reopenMs).catch(() => {});
      throw error;
    });
    watch.start(state, audit);
    if (dir.isSplit) tellSettled(tools, dir);
    const witness = witnessIn(tools, tools.patientFiles, root, `${path}/witness`);
    const peerSeed = derive(rootKey, storeId, 'peer');
    const listKey = signerIn(root, 'lists');
    const mark: RingMark = {
      get generation() {
        return dir.identity.ringGeneration ?? 0;
      },
      set: (generation) => dir.noteRing(generation),
      mustBeOurs: () => dir.mustBeOurs(),
    };
    const ring = ringIn(tools, tools.patientFiles, root, { path: `${path}/keys`, mark });
    const { kernel } = tools;
    const master = new MasterRotation({ ...keyTools(tools), dir, kernel, facts: audit.facts });
    const keys = { peerSeed, listKey, ring, master };
    return { audit, path, state, witness, ...keys, watch, release };
  } catch (error) {
    await state.close().catch(() => {});
    throw error;
  }
}

/** Both copies are under the key that was given by now. */
function tellSettled({ kernel, log }: DataTools, { path, identity }: DataDir): void {
  const because = 'a rotation was cut short: the key that opened the directory is the master key';
  kernel.tell('key.settled', 'master', { sinceMs: identity.wrap.sinceMs, because });
  log.warn({ path }, because);
}

interface Root {
  readonly path: string;
  readonly storeId: Uint8Array;
  readonly rootKey: Secret;
  readonly hasLog: boolean;
  readonly problems: DataDir['problems'];
}

/** A log of its own in memory, under a key that nobody else ever has. */
export async function openMemory(tools: DataTools): Promise<Data> {
  const { random } = tools;
  const files = new MemoryFiles();
  const kv = new MemoryKv(files);
  const retention = { ...tools.limits.retention, bytesMax: MEMORY_BYTES_MAX };
  const segmentBytesMax = Math.min(tools.limits.segmentBytesMax, MEMORY_BYTES_MAX / 4);
  const limits = {
    ...tools.limits,
    ...{ ballastBytes: 0, freeBytesMin: 0, segmentBytesMax, retention },
    // There is no disk to wait for or to look after, and nobody to promise anything to.
    ...{ headMs: never, healthMs: never, appendMs: never },
  };
  const root = {
    path: '/audit',
    storeId: random(16),
    rootKey: Secret.of(random(32)),
    hasLog: false,
    problems: [],
  };
  const audit = await openAudit({ ...tools, limits }, { files, kv }, root, async () => {});
  const witness = witnessIn(tools, files, root, '/witness');
  const release = async (): Promise<void> => {};
  const peerSeed = derive(root.rootKey, root.storeId, 'peer');
  const memory = { path: undefined, state: undefined, master: undefined, watch: undefined };
  // Nobody removes anything there, or takes it.
  const mark: RingMark = { generation: 0, set: async () => {}, mustBeOurs: async () => {} };
  const ring = ringIn(tools, files, root, { path: '/keys', mark });
  const listKey = signerIn(root, 'lists');
  return { ...memory, audit, witness, peerSeed, listKey, ring, release };
}

const ringIn = (
  { random }: DataTools,
  files: Files,
  { storeId, rootKey }: Root,
  place: { readonly path: string; readonly mark: RingMark },
): KeyRingFiles =>
  new KeyRingFiles({ ...place, files, storeId, random, key: derive(rootKey, storeId, 'ring') });

const witnessIn = (
  { world, log }: DataTools,
  files: Files,
  root: Root,
  directory: string,
): Witness => {
  const { storeId, rootKey } = root;
  return new Witness({
    ...{ files, directory, storeId, clock: world.clock },
    key: derive(rootKey, storeId, 'witness-file'),
    signer: { name: `${originOf({ storeId })}/witness`, key: signerIn(root, 'witness') },
    onFork: (origin, size) =>
      log.error({ subject: origin, size }, 'a log was forked: it signed two trees of one size'),
  });
};

function signerIn({ storeId, rootKey }: Root, purpose: 'lists' | 'witness'): SigningKey {
  const seed = derive(rootKey, storeId, purpose);
  const key = signingKey(seed);
  seed.wipe();
  return key;
}

async function openAudit(
  { world, kernel, limits, random }: DataTools,
  ports: { readonly files: Files; readonly kv: Kv },
  { path, storeId, rootKey, hasLog, problems }: Root,
  prepare: () => Promise<void>,
): Promise<Audit> {
  const place: Workplace = {
    ...placeOf(ports, path, storeId, rootKey),
    clock: world.clock,
    random,
  };
  const spoolKey = derive(rootKey, storeId, 'spool');
  return await Audit.open(kernel, {
    place,
    ...{ hasLog, problems },
    spoolKey,
    limits,
    errorOf: faultError,
    prepare,
  });
}

/** A damaged store of state is put aside: nothing in it is evidence. */
async function openState(
  { world, log, random }: DataTools,
  path: string,
  storeId: Uint8Array,
  rootKey: Secret,
): Promise<StateStore> {
  const { files, kv } = world;
  const tools = { key: derive(rootKey, storeId, 'state'), storeId, random };
  const made = await createStore(kv, path);
  if (made !== undefined) return new StateStore(made, tools);
  const { damage } = await kv.readRaw(path);
  const isDamaged = damage.some(({ isTornTail }) => !isTornTail);
  if (!isDamaged) return new StateStore(await kv.open(path), tools);
  const aside = await putAside(files, path, 'damaged');
  log.error({ path, aside }, 'saved state is damaged: it is put aside, and begun anew');
  return new StateStore(await kv.create(path), tools);
}

/** Undefined if one is there; what a crash left of one that was being made is none yet. */
async function createStore(kv: Kv, path: string): Promise<KvStore | undefined> {
  try {
    return await kv.create(path);
  } catch (error) {
    if (error instanceof StorageError && error.code === 'TAKEN') return undefined;
    throw error;
  }
}

function keyTools({ world, random, breaker, providerMs }: DataTools): KeyTools {
  const { files, clock } = world;
  return { files, clock, random, env: process.env, breaker: breaker(), providerMs };
}
