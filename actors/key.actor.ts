import { type KeyEmitted, type KeySettings, keyMachine } from '../machines/key.machine.ts';
import type { SigningKey } from '../storage/ed25519.ts';
import { StorageError } from '../storage/faults.ts';
import { type KeyRing, RING_BEGUN, wipeRing } from '../storage/key-ring.ts';
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
import { type KeyStanding, type KnownKey, knownIn, standingOf } from './key-standing.ts';
import type { RecordedFacts } from './recorded-facts.ts';
import type { Chart, Kernel } from './world.ts';

export interface KeyTools extends RingMaker {
  readonly kernel: Kernel;
  readonly files: KeyRingFiles;
  readonly settings: KeySettings;
  /** What is in the log before anything is done. */
  readonly facts: Pick<RecordedFacts, 'tell'>;
}

type KeyChart = Chart<typeof keyMachine>;

/** For the disk to give the ring. */
const OPEN_MS = 10_000;

const tooLate = (): StorageError =>
  new StorageError('DISK_FAILED', `the key ring was not read within ${OPEN_MS} ms`);

/** For the log to take the record of a rotation: others wait behind it. */
const RECORD_MS = 10_000;

const unrecorded = (): StorageError =>
  new StorageError('DISK_FAILED', `no rotation without a record: the log is ${RECORD_MS} ms late`);

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
        const found = await this.#catchUp();
        if (found?.unmended !== undefined) this.#hindered(this.#generation, found.unmended);
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
    return this.#keys.map((key) => {
      const chart = this.#charts.get(key.record.seq);
      return standingOf(key, chart?.snapshot.hasTag('overdue') ?? false);
    });
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
   * The next key takes over; the old one overlaps with it. No record, no rotation.
   * @throws {StorageError} as the ring is, or the disk fails: then it is not in force, as far as
   * the disk can tell; whatever the log refuses with, or DISK_FAILED if it says nothing for 10 s.
   */
  async rotate(because: string): Promise<void> {
    await this.#change(async (ring) => {
      const generation = mustBePresent(ring).seq + 1;
      const recorded = this.#tools.facts.tell('key.rotating', 'identity', { generation, because });
      await within(this.#tools.kernel.clock, RECORD_MS, recorded).catch((error: unknown) => {
        throw error instanceof Overdue ? unrecorded() : error;
      });
      return await this.#turned(ring, 'rotation');
    });
    this.#tell('key.rotated', because);
  }

  /**
   * The next key takes over at once, and the present one is nobody's any more, nor is any that
   * overlaps: it may have been the present one when this was called. The record follows.
   * @throws {StorageError} as the ring is, or the disk fails: then it is not in force, as far as
   * the disk can tell.
   */
  async revoke(because: string): Promise<void> {
    const ended: number[] = [];
    await this.#change((ring) => {
      ended.push(...ring.keys.filter(({ state }) => state === 'overlapping').map(({ seq }) => seq));
      return this.#turned(ring, 'revocation');
    });
    this.#tell('key.revoked', because);
    this.#tellMoved('archived', ended);
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

  /** Goes on with what is on the disk. What it returns is wiped. */
  async #catchUp(): Promise<FoundRing | undefined> {
    const found = await this.#read();
    if (found === undefined) this.#beFirst();
    else this.#goOn(found.ring);
    return found;
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
        if (after !== before) await this.#put(after);
        this.#adopt(after);
      } finally {
        wipeRing(before);
        wipeRing(after);
      }
    });
  }

  /** What reached the disk is in force, though it failed then: nobody is to make it again. */
  async #put(ring: KeyRing): Promise<void> {
    try {
      await this.#tools.files.write(ring);
    } catch (error) {
      const found = await this.#catchUp().catch(() => undefined);
      if (found?.ring.generation !== ring.generation) throw error;
      this.#hindered(this.#generation, error);
    }
  }

  /** What is not all of a change: nothing may be written after it if it failed. */
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
    this.#tellMoved(to, seqs);
  }

  #tellMoved(to: 'archived' | 'destroyed', seqs: readonly number[]): void {
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
    this.#keys = knownIn(ring);
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
