import { SeededRandom } from '../../runtime/sim/random.ts';
import { type BlockView, canOpen, parseBlock } from '../../storage/block.ts';
import { derive, type Purpose } from '../../storage/derivation.ts';
import { type Hold, holdOn } from '../../storage/holds.ts';
import { KeyPages } from '../../storage/key-pages.ts';
import type { Log } from '../../storage/log.ts';
import type { RawStore } from '../../storage/ports.ts';
import { Secret } from '../../storage/secret.ts';
import { decodeSession, parseStoreKey, sessionKeys } from '../../storage/session.ts';
import { type LogStage, storeId } from '../storage/log-stage.ts';

const RECORDS = 3;

/** What somebody copied of a segment before it was shredded. */
interface Copied {
  readonly segment: number;
  readonly raw: RawStore;
}

export interface Erased {
  readonly held: readonly number[];
  readonly shredded: readonly number[];
  readonly copies: readonly Copied[];
}

const textAt = (index: number): string => `record-${index}-of-the-log`;

async function fill(log: Log, segments: number): Promise<void> {
  for (let segment = 1; segment <= segments; segment++) {
    const first = (segment - 1) * RECORDS;
    const texts = Array.from({ length: RECORDS }, (_, at) => textAt(first + at));
    await log.append(texts.map((each) => new Uint8Array(Buffer.from(each))));
    await log.seal(await log.rotate());
  }
}

/** Of one to forty records each, anywhere in the log, one of them to its end. */
function holdsOver(size: number, count: number, seed: number): readonly Hold[] {
  const { draw } = new SeededRandom(seed).stream('holds');
  return Array.from({ length: count }, (_, n) => {
    const from = Math.floor(draw() * size);
    const to = Math.min(size, from + 1 + Math.floor(draw() * 40));
    return { name: `case ${n}`, from, to };
  });
}

/** Fills a log, holds some of it at random, and orders all of it to be shredded. */
export async function erase(stage: LogStage, segments: number, seed: number): Promise<Erased> {
  const log = await stage.open();
  await fill(log, segments);
  const holds = holdsOver(log.size, Math.ceil(segments / 40), seed);
  for (const hold of holds) await log.hold(hold);
  const [held, shredded, copies]: [number[], number[], Copied[]] = [[], [], []];
  for (const ended of await log.ended()) {
    const { segment } = ended;
    const raw = await stage.kv.readRaw(stage.place.layout.store(segment));
    const left = await log.shred(segment, 'all of it').catch(({ code }) => code);
    if (left === 'HELD') held.push(segment);
    else if (left.length === 0) {
      shredded.push(segment);
      copies.push({ segment, raw });
    } else throw new Error(`segment ${segment}: ${left}`);
    if ((left === 'HELD') !== (holdOn(holds, ended) !== undefined)) {
      throw new Error(`segment ${segment} is not to be ${left === 'HELD' ? 'held' : 'shredded'}`);
    }
  }
  await log.close();
  return { held, shredded, copies };
}

/** What can be read: the texts of what is held, and holes where all else was. */
export const readable = (segments: number, { held }: Erased): readonly string[] =>
  Array.from({ length: segments }, (_, at) => {
    const [from, to] = [at * RECORDS, (at + 1) * RECORDS];
    const texts = Array.from({ length: RECORDS }, (_unused, each) => textAt(from + each));
    return held.includes(at + 1) ? texts : [`[${from}-${to} shredded]`];
  }).flat();

const PURPOSES: readonly Purpose[] = [
  ...(['check', 'keys', 'head', 'papers', 'signer', 'spool', 'state'] as const),
];

/** Every key that is left: those on the page, and those that the master key gives. */
async function keysLeft({ files, place }: LogStage): Promise<readonly Secret[]> {
  const tools = { files, key: place.keys.keys, storeId };
  const { page } = await KeyPages.read(tools, place.layout.keys);
  const master = Secret.of(new Uint8Array(32).fill(3));
  const derived = PURPOSES.map((purpose) => derive(master, storeId, purpose));
  return [...(page?.keys.values() ?? []), master, ...derived];
}

/** The segments of which a copy can be opened with any key that is left. */
export async function opened(stage: LogStage, { copies }: Erased): Promise<readonly number[]> {
  const keys = await keysLeft(stage);
  return copies.filter((copy) => keys.some((key) => opens(key, copy))).map((copy) => copy.segment);
}

function opens(key: Secret, { segment, raw }: Copied): boolean {
  const sessions = raw.entries.flatMap((entry) => {
    const parsed = parseStoreKey(entry.key);
    const header = parsed?.kind === 'session' && decodeSession(entry.value, parsed.number);
    return header ? [sessionKeys(key, storeId, segment, header.session, header.salt)] : [];
  });
  return blocksOf(raw).some((block) => sessions.some((keysOf) => canOpen(block, keysOf, storeId)));
}

const blocksOf = ({ entries }: RawStore): readonly BlockView[] =>
  entries.flatMap(({ key, value }) =>
    parseStoreKey(key)?.kind === 'block' ? (parseBlock(value) ?? []) : [],
  );

/** The files that hold the text of a record, or a block's tag, of what was shredded. */
export async function marked(stage: LogStage, { copies }: Erased): Promise<readonly string[]> {
  const tags = copies.flatMap(({ raw }) => blocksOf(raw).map(({ tag }) => Buffer.from(tag)));
  const found: string[] = [];
  for (const path of await stage.paths()) {
    const bytes = Buffer.from((await stage.files.read(path)) ?? []);
    if (bytes.includes('-of-the-log') || tags.some((tag) => bytes.includes(tag))) found.push(path);
  }
  return found;
}
