import { createHash } from 'node:crypto';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { diskFiles } from '../../runtime/world/files.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { MemoryKv } from '../../runtime/world/memory-kv.ts';
import { levelKv } from '../../storage/level-kv.ts';
import { Log } from '../../storage/log.ts';
import { placeOf, type Workplace } from '../../storage/place.ts';
import type { Files, Kv } from '../../storage/ports.ts';
import { isHole, type ReadRange, readRecords } from '../../storage/read.ts';
import { Secret } from '../../storage/secret.ts';
import { verifyLog } from '../../storage/verify.ts';
import { temporaryDirectory } from './disk.ts';

export const storeId = Uint8Array.from({ length: 16 }, (_, at) => at + 1);

/** A record whose text is `text`, and `bytes` long if that is more. */
export const record = (text: string, bytes = 0): Uint8Array =>
  new Uint8Array(Buffer.from(text.padEnd(bytes, '.')));

/** `a0`, `a1`, … */
export const records = (name: string, count: number, bytes = 0): readonly Uint8Array[] =>
  Array.from({ length: count }, (_, index) => record(`${name}${index}`, bytes));

/** A world of its own with one log in it. */
export class LogStage<F extends Files = Files> {
  readonly files: F;
  readonly kv: Kv;
  readonly place: Workplace;
  readonly clock = new VirtualClock(1_700_000_000_000);

  constructor(files: F, kv: Kv, root: string) {
    this.files = files;
    this.kv = kv;
    const { bytes: random } = new SeededRandom(5).stream('log');
    const master = Secret.of(new Uint8Array(32).fill(3));
    const place = placeOf({ files, kv }, root, storeId, master);
    this.place = { ...place, clock: this.clock, random };
  }

  get root(): string {
    return this.place.layout.root;
  }

  async open(): Promise<Log> {
    return (await Log.open(this.place)).log;
  }

  /** Opens and closes it; what came to light. */
  async findings() {
    const { log, findings } = await Log.open(this.place);
    await log.close();
    return findings;
  }

  verify = (log?: Log) => verifyLog(this.place, log ? { log } : {});

  /** The verdict on the whole, then that on each segment. */
  async verdicts(log?: Log): Promise<string> {
    const { verdict, segments } = await this.verify(log);
    return [`${verdict}:`, ...segments.map((each) => each.verdict)].join(' ');
  }

  /** The texts of all records, holes as `[0-3 shredded]`, each without its padding. */
  async read(range: ReadRange = {}, log?: Log): Promise<readonly string[]> {
    const keys = log ?? (await this.#keys());
    const all: string[] = [];
    for await (const read of readRecords(this.place, (n) => keys.keyOf(n), range, log)) {
      if (isHole(read)) all.push(`[${read.from}-${read.to} ${read.because}]`);
      else all.push(Buffer.from(read.record).toString().replace(/\.+$/, ''));
    }
    return all;
  }

  async #keys() {
    const { readKeys } = await import('../../storage/segment-keys.ts');
    return await readKeys(this.place);
  }

  /** Of all files, the directories' names included. */
  async digest(below = this.root): Promise<string> {
    const hash = createHash('sha256');
    for (const path of await this.paths(below)) {
      hash.update(`${path}\n`).update((await this.files.read(path)) ?? '');
    }
    return hash.digest('hex');
  }

  /** The paths of all files but locks. */
  async paths(below = this.root): Promise<readonly string[]> {
    const found: string[] = [];
    for (const name of (await this.files.list(below)) ?? []) {
      if (name === 'LOCK') continue;
      const path = `${below}/${name}`;
      const isDirectory = (await this.files.stat(path))?.kind === 'directory';
      found.push(...(isDirectory ? await this.paths(path) : [path]));
    }
    return found;
  }

  async flip(path: string, at: number, mask = 1): Promise<void> {
    const bytes = Uint8Array.from((await this.files.read(path)) ?? []);
    bytes[at] = (bytes[at] ?? 0) ^ mask;
    await this.files.replace(path, bytes);
  }

  /** Copies a file or a directory, all but its lock. */
  async copy(from: string, to: string): Promise<void> {
    if ((await this.files.stat(from))?.kind === 'directory') {
      await this.files.makeDirectory(to);
      for (const path of await this.paths(from)) {
        const target = `${to}${path.slice(from.length)}`;
        await this.files.makeDirectory(target.slice(0, target.lastIndexOf('/')));
        await this.files.replace(target, (await this.files.read(path)) ?? new Uint8Array());
      }
    } else {
      await this.files.makeDirectory(to.slice(0, to.lastIndexOf('/')) || '/');
      await this.files.replace(to, (await this.files.read(from)) ?? new Uint8Array());
    }
  }

  /** What stands at `path`, until it is put back. */
  async swap(one: string, other: string): Promise<void> {
    await this.files.rename(one, `${one}-aside`);
    await this.files.rename(other, one);
    await this.files.rename(`${one}-aside`, other);
  }
}

export interface MemoryStage extends LogStage<MemoryFiles> {
  readonly kv: MemoryKv;
}

export function memoryStage(files = new MemoryFiles()): MemoryStage {
  return new LogStage(files, new MemoryKv(files), '/audit') as MemoryStage;
}

/** On a real LevelDB, in a directory that is gone after the test. */
export function diskStage(): LogStage {
  return new LogStage(diskFiles, levelKv(diskFiles), `${temporaryDirectory()}/audit`);
}

/** What a kill would leave of an open log, in a world that may open it. */
export async function killed(stage: LogStage): Promise<LogStage> {
  const copy = diskStage();
  await stage.copy(stage.root, copy.root);
  return copy;
}

/**
 * Three segments: the first of two commits and shredded if asked for, the second sealed, the third
 * active, with five records of which the head promises three.
 */
export async function threeSegments(stage: LogStage, isShredded = false): Promise<Log> {
  const log = await stage.open();
  await log.append(records('a', 3));
  await log.append(records('b', 2));
  await log.seal(await log.rotate());
  await log.append(records('c', 4));
  await log.seal(await log.rotate());
  if (isShredded) await log.shred(1, 'it is old');
  await log.append(records('d', 3));
  await log.writeHead();
  await log.append(records('e', 2));
  return log;
}
