import { type KeyEmitted, type KeySettings, keyMachine } from '../machines/key.machine.ts';
import type { SigningKey } from '../storage/ed25519.ts';
import { StorageError } from '../storage/faults.ts';
import { type KeyRing, type KeyState, RING_BEGUN, wipeRing } from '../storage/key-ring.ts';
import type { FoundRing, KeyRingFiles } from '../storage/key-ring-files.ts';
import { Turns } from '../storage/turns.ts';
import { Overdue, within } from './deadline.ts';
import {
  begunRing,
  chainOf,
  movedRing,
  mustLead,
  type RingMaker,
  signerOf,
  type Turn,
  turnedRing,
} from './identity-ring.ts';
import { type ContinuityRecord, readContinuity } from './peer/wire/continuity.ts';
import { peerIdOf } from './peer/wire/peer-id.ts';
import type { RecordedFacts } from './recorded-facts.ts';
import type { Chart, Kernel } from './world.ts';

export interface KeyTools extends RingMaker {
  readonly kernel: Kernel;
  readonly files: KeyRingFiles;
  readonly settings: KeySettings;
  /** What is in the log before anything is done. */
  readonly facts: Pick<RecordedFacts, 'tell'>;
}

/** One identity key that others know, or knew. Times are milliseconds since 1970. */
export interface KeyStanding {
  readonly generation: number;
  readonly id: string;
  readonly state: Exclude<KeyState, 'next'>;
  readonly isOverdue: boolean;
  readonly sinceMs: number;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** Without its seed. */
interface KnownKey {
  readonly state: Exclude<KeyState, 'next'>;
  readonly sinceMs: number;
  readonly record: ContinuityRecord;
}

type KeyChart = Chart<typeof keyMachine>;

/** For the disk to give the ring. */
const OPEN_MS = 10_000;

const tooLate = (): StorageError =>
  new StorageError('DISK_FAILED', `the key ring was not read within ${OPEN_MS} ms`);

const STAGES = { present: 'scheduled', overlapping: 'overlapping', archived: 'archived' } as const;

/** The identity of a runtime: one key after the other, each on time. */
export class KeyActor {
  readonly #tools: KeyTools;
  readonly #turns = new Turns();
  readonly #charts = new Map<number, KeyChart>();
  #identity: SigningKey | StorageError;
  #keys: readonly KnownKey[] = [];
  #chain: Uint8Array = new Uint8Array();
  #fault: StorageError | undefined;
  /** Of the key that was present after the last change that did not fail; undefined: not known. */
  #settled: number | undefined;
  #isLooking = false;
  #isOver = false;

  constructor(tools: KeyTools) {
    this.#tools = tools;
    this.#identity = this.#first();
  }

  /**
   * Reads what there is, and goes on with it. A ring that is damaged is left as it is: `fault` says
   * what is wrong, and every change fails with it; the first key signs on only if none can have
   * followed it. One copy is enough, but every change fails as long as the other cannot be mended.
   * A disk that hangs is waited for by changes alone.
   */
  async open(): Promise<void> {
    const opening = this.#turns.take(async () => {
      try {
        const unmended = await this.#catchUp();
        if (unmended !== undefined) this.#hindered(this.#generation, unmended);
      } catch (error) {
        this.#lose(error);
      }
    });
    await within(this.#tools.kernel.clock, OPEN_MS, opening).catch((error: unknown) => {
      this.#lose(error instanceof Overdue ? tooLate() : error);
    });
  }

  /** What was lost may be there again, and what is lost by now is told. It never fails. */
  async lookAgain(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    await this.#turns.take(() => this.#look()).catch(() => {});
    this.#isLooking = false;
  }

  /** Why there are no keys to be had; undefined if all is well. */
  get fault(): StorageError | undefined {
    return this.#fault;
  }

  /** Called once another key is present, or an earlier one is so no longer. It may not throw. */
  onChanged = (): void => {};

  /** Whether that key of it still stands for it. */
  isHonoured(id: string): boolean {
    return this.standings.some(
      (key) => key.id === id && (key.state === 'present' || key.state === 'overlapping'),
    );
  }

  /** What signs for the present key, or why it is not known which one that is. */
  get identity(): SigningKey | StorageError {
    return this.#identity;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Those that others know, oldest first; none if no key was ever committed to. */
  get standings(): readonly KeyStanding[] {
    return this.#keys.map(({ state, sinceMs, record }) => ({
      ...{ generation: record.seq, id: peerIdOf(record.key), state, sinceMs },
      isOverdue: this.#charts.get(record.seq)?.snapshot.hasTag('overdue') ?? false,
      ...{ notBeforeMs: record.notBeforeMs, notAfterMs: record.notAfterMs },
    }));
  }

  /** The newest records, up to 16, as SPEC section 9 has them. */
  get chain(): Uint8Array {
    return this.#chain;
  }

  /**
   * Commits to a next key, if there is none yet: from then on a thief of the present one cannot
   * rotate. @throws {StorageError} as the ring is, or the disk fails.
   */
  async begin(): Promise<void> {
    await this.#change(async (ring) => ring);
  }

  /**
   * The next key takes over; the old one overlaps with it. No record, no rotation. What reached the
   * disk is in force, though it failed: then the next call is the same rotation.
   * @throws {StorageError} as the ring is, or the disk fails; whatever the log refuses with.
   */
  async rotate(because: string): Promise<void> {
    const settled = this.#settled;
    await this.#change(async (ring) => {
      const { seq } = mustBePresent(ring);
      // The rotation before had failed, as it seemed, and has taken place all the same.
      if (seq !== (settled ?? seq)) return ring;
      await this.#tools.facts.tell('key.rotating', 'identity', { generation: seq + 1, because });
      return await this.#turned(ring, 'rotation');
    });
    this.#tell('key.rotated', because);
  }

  /**
   * The next key takes over at once, and the old one is nobody's any more; the record follows. What
   * reached the disk is in force, though it failed: then the next call is the same revocation.
   * @throws {StorageError} as the ring is, or the disk fails.
   */
  async revoke(because: string): Promise<void> {
    const settled = this.#settled;
    await this.#change(async (ring) => {
      const isDone = ring.keys.some(({ seq, state }) => seq === settled && state === 'destroyed');
      return isDone ? ring : await this.#turned(ring, 'revocation');
    });
    this.#tell('key.revoked', because);
  }

  /** What overlaps does no longer. */
  async archive(): Promise<void> {
    await this.#move('overlapping', 'archived');
  }

  /** Resolves once nothing is under way any more. */
  async stop(): Promise<void> {
    this.#isOver = true;
    for (const chart of this.#charts.values()) chart.stop();
    this.#charts.clear();
    await this.#turns.take(async () => {});
  }

  #tell(type: 'key.rotated' | 'key.revoked', because: string): void {
    this.#tools.kernel.tell(type, 'identity', { generation: this.#generation, because });
  }

  /** Of the present key. */
  get #generation(): number {
    return this.#keys.at(-1)?.record.seq ?? 0;
  }

  #turn(): Turn {
    const { kernel, settings } = this.#tools;
    const nowMs = Math.round(kernel.clock.wallMs());
    const { rotateMs, overlapMs } = settings;
    return { nowMs, lastsMs: rotateMs + overlapMs, overlapMs };
  }

  async #read(): Promise<FoundRing | undefined> {
    const found = await this.#tools.files.read();
    if (found !== undefined) mustLead(this.#tools, found.ring);
    return found;
  }

  /** Goes on with what is on the disk; says why it is not mended, if it is not. */
  async #catchUp(): Promise<StorageError | undefined> {
    const found = await this.#read();
    if (found === undefined) this.#beFirst();
    else this.#goOn(found.ring);
    this.#settled ??= this.#generation;
    return found?.unmended;
  }

  async #look(): Promise<void> {
    if (this.#isOver) return;
    if (this.#fault !== undefined) await this.#catchUp();
    else await this.#tools.files.check().catch((error: unknown) => this.#lose(error));
  }

  #goOn(ring: KeyRing): void {
    try {
      this.#adopt(ring);
    } finally {
      wipeRing(ring);
    }
  }

  /** What may be written over. */
  async #mended(): Promise<KeyRing | undefined> {
    const found = await this.#read();
    if (found?.unmended === undefined) return found?.ring;
    this.#goOn(found.ring);
    throw found.unmended;
  }

  /** What is on the disk counts, whatever became of the last change. */
  async #change(work: (ring: KeyRing) => Promise<KeyRing>): Promise<void> {
    await this.#turns.take(async () => {
      if (this.#isOver) throw new StorageError('GONE', 'the keys are closed');
      const before = (await this.#mended()) ?? (await this.#begun());
      let after = before;
      try {
        after = await work(before);
        mustLead(this.#tools, after);
        if (after !== before) await this.#write(after);
        this.#adopt(after);
        this.#settled = this.#generation;
      } finally {
        wipeRing(before);
        wipeRing(after);
      }
    });
  }

  /** Trap: a revocation may be on the disk, though it failed. */
  async #write(ring: KeyRing): Promise<void> {
    try {
      await this.#tools.files.write(ring);
    } catch (error) {
      await this.#catchUp().catch(() => {});
      throw error;
    }
  }

  async #begun(): Promise<KeyRing> {
    const ring = begunRing(this.#tools, this.#turn());
    await this.#write(ring);
    return ring;
  }

  /** Trap: whoever loses the ring goes on with the first key if its mark is that of one begun. */
  async #turned(ring: KeyRing, kind: 'rotation' | 'revocation'): Promise<KeyRing> {
    const marked = { ...ring, generation: Math.max(ring.generation, RING_BEGUN + 1) };
    if (marked.generation !== ring.generation) await this.#write(marked);
    return turnedRing(this.#tools, marked, kind, this.#turn());
  }

  async #move(from: 'overlapping' | 'archived', to: 'archived' | 'destroyed', seq?: number) {
    const seqs: number[] = [];
    await this.#change(async (ring) => {
      const wanted = ring.keys.filter((key) => key.state === from && key.seq === (seq ?? key.seq));
      seqs.push(...wanted.map((key) => key.seq));
      return seqs.length === 0 ? ring : movedRing(ring, to, seqs, this.#turn().nowMs);
    });
    for (const generation of seqs) this.#tools.kernel.tell(`key.${to}`, 'identity', { generation });
  }

  #first(): SigningKey {
    return this.#tools.primitives.identityKey(this.#tools.firstSeed);
  }

  /** The disk may have said so late. */
  #beFirst(): void {
    this.#fault = undefined;
    this.#identity = this.#first();
    if (!this.#isOver) this.onChanged();
  }

  #adopt(ring: KeyRing): void {
    this.#fault = undefined;
    this.#chain = chainOf(ring);
    this.#identity = signerOf(this.#tools, mustBePresent(ring));
    this.#keys = ring.keys.flatMap(({ state, sinceMs, record }) => {
      const read = readContinuity(record);
      return state === 'next' || read === undefined ? [] : [{ state, sinceMs, record: read }];
    });
    if (this.#isOver) return;
    for (const key of this.#keys) this.#follow(key);
    const isKnown = (seq: number) => this.#keys.some(({ record }) => record.seq === seq);
    for (const generation of [...this.#charts.keys()].filter((seq) => !isKnown(seq))) {
      this.#end(generation);
      const because = 'there is no room for so many';
      this.#tools.kernel.tell('key.destroyed', 'identity', { generation, because });
    }
    this.onChanged();
  }

  /** Its chart goes where the disk already is. */
  #follow({ state, sinceMs, record: { seq } }: KnownKey): void {
    const chart = this.#charts.get(seq);
    if (state === 'destroyed') return this.#end(seq);
    if (chart === undefined) return this.#start(seq, STAGES[state], sinceMs);
    if (state === 'overlapping' && chart.snapshot.hasTag('present')) {
      chart.send({ type: 'key.rotated' });
    }
    if (state === 'archived' && !chart.snapshot.hasTag('kept')) {
      if (chart.snapshot.hasTag('present')) chart.send({ type: 'key.rotated' });
      chart.send({ type: 'key.archived' });
    }
  }

  #start(seq: number, stage: 'scheduled' | 'overlapping' | 'archived', sinceMs: number): void {
    const { kernel, settings } = this.#tools;
    const nowMs = Math.round(kernel.clock.wallMs());
    const chart = kernel.startChart(keyMachine, {
      id: `key:identity.${seq}`,
      input: { settings, stage, sinceMs, nowMs, draw: kernel.random.draw() },
      onMoved: () => {},
      onEmitted: (emitted) => this.#hear(seq, emitted),
    });
    this.#charts.set(seq, chart);
  }

  #end(seq: number): void {
    const chart = this.#charts.get(seq);
    chart?.send({ type: 'key.destroyed' });
    this.#charts.delete(seq);
  }

  #hear(seq: number, { type }: KeyEmitted): void {
    if (this.#isOver) return;
    if (type === 'key.overdue') {
      this.#tools.kernel.tell('key.overdue', 'identity', { generation: seq });
      return;
    }
    const done =
      type === 'key.due'
        ? this.rotate('it is due')
        : type === 'key.lapsed'
          ? this.#move('overlapping', 'archived', seq)
          : this.#move('archived', 'destroyed', seq);
    done.catch((error: unknown) => this.#hindered(seq, error));
  }

  #hindered(generation: number, error: unknown): void {
    if (this.#isOver) return;
    this.#tools.kernel.tell('key.hindered', 'identity', { generation, error });
  }

  /** Who is known by one already stays so. */
  #lose(error: unknown): void {
    if (!(error instanceof StorageError)) throw error;
    this.#fault = error;
    const isKnown = this.#keys.length > 0 || this.#tools.files.isBegunOnly;
    if (!isKnown) this.#identity = error;
    this.#tools.kernel.tell('key.lost', 'identity', { because: error.message });
  }
}

function mustBePresent({ keys }: KeyRing) {
  const present = keys.at(-2);
  if (present === undefined) throw new StorageError('CORRUPT', 'the key ring has no present key');
  return present;
}
