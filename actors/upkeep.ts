import type { Ended, Log } from '../storage/log.ts';
import { Turns } from '../storage/turns.ts';
import type { AuditLimits } from './audit-limits.ts';
import { within } from './deadline.ts';
import type { SegmentActors } from './segment.actor.ts';
import type { Kernel } from './world.ts';

const RETENTION_MS = 3_600_000;
const LEAP_MS_MAX = 3_600_000;
/** A step on one segment that takes longer has failed, and is asked for again. */
const STEP_MS = 60_000;

/** Which segments `shred` is to make unreadable: those that ended before an index or a time. */
export interface ShredBefore {
  readonly index?: number;
  readonly writtenBeforeMs?: number;
}

/**
 * Seals what was rotated out, and shreds what is too old, too much or too long: each one at a time,
 * and beside each other, so that no rotation waits for the end of a long shredding.
 */
export class Upkeep {
  readonly #kernel: Kernel;
  readonly #limits: AuditLimits;
  readonly #segments: SegmentActors;
  readonly #seals = new Turns();
  readonly #shreds = new Turns();
  readonly #bornAtMs: number;
  readonly #bornWallMs: number;
  #retainedAtMs = Number.NEGATIVE_INFINITY;

  constructor(kernel: Kernel, limits: AuditLimits, segments: SegmentActors) {
    this.#kernel = kernel;
    this.#limits = limits;
    this.#segments = segments;
    this.#bornAtMs = kernel.clock.monotonicMs();
    this.#bornWallMs = kernel.clock.wallMs();
  }

  /** Once all that was rotated out is sealed, as far as that can be done now. */
  sealed(): Promise<void> {
    return this.#seals.take(async () => {});
  }

  /** Another segment is active: the old one is sealed, in the background. */
  rotated(log: Log, old: number): void {
    this.#segments.rotated(old, log.segment);
    void this.#seal(log, old).then(() => this.retain(log));
  }

  async #seal(log: Log, segment: number): Promise<void> {
    await this.#seals.take(() => this.#sealNow(log, segment));
  }

  async #sealNow(log: Log, segment: number): Promise<void> {
    if (!log.sealing.includes(segment)) return;
    try {
      await within(this.#kernel.clock, STEP_MS, log.seal(segment));
      this.#segments.sealed(segment, await recordsOf(log, segment));
    } catch (error) {
      this.#segments.sealFailed(segment, String(error));
    }
  }

  /** Once an hour. */
  async retainInTime(log: Log): Promise<void> {
    const nowMs = this.#kernel.clock.monotonicMs();
    if (nowMs >= this.#retainedAtMs + RETENTION_MS) await this.retain(log);
  }

  /** Never fails: what could not be done is tried again, the next time. */
  async retain(log: Log): Promise<void> {
    const { clock } = this.#kernel;
    this.#retainedAtMs = clock.monotonicMs();
    const work = this.#shreds.take(async () => {
      for (const segment of log.sealing) await this.#seal(log, segment);
      const spent = spentOf(await log.ended(), this.#limits, this.#plausibleWallMs());
      for (const [ended, because] of spent) {
        const left = await this.#shred(log, ended, because);
        const segments = `${ended.segment}`;
        this.#kernel.tell('audit.shredded', 'audit', { segments, because, left });
      }
    });
    await work.catch((error: unknown) =>
      this.#kernel.tell('audit.retention.failed', 'audit', { error }),
    );
  }

  /** A wall clock that leaps ahead shreds nothing young: it is believed as far as time went. */
  #plausibleWallMs(): number {
    const { clock } = this.#kernel;
    const elapsedMs = clock.monotonicMs() - this.#bornAtMs;
    return Math.min(clock.wallMs(), this.#bornWallMs + elapsedMs + LEAP_MS_MAX);
  }

  /** Returns the segments it shredded, in order. */
  async shred(log: Log, before: ShredBefore, because: string): Promise<readonly number[]> {
    return await this.#shreds.take(async () => {
      const { index = Infinity, writtenBeforeMs = Infinity } = before;
      const chosen = (await log.ended()).filter(
        ({ size, writtenMs }) => size <= index && writtenMs < writtenBeforeMs,
      );
      const segments = chosen.map(({ segment }) => segment).join(' ');
      this.#kernel.tell('audit.shredding', 'audit', { segments, because });
      let left = 0;
      for (const ended of chosen) left += await this.#shred(log, ended, because);
      this.#kernel.tell('audit.shredded', 'audit', { segments, because, left });
      return chosen.map(({ segment }) => segment);
    });
  }

  /** Returns in how many files a trace of it is left: 0, if all went well. */
  async #shred(log: Log, { segment, kind }: Ended, because: string): Promise<number> {
    this.#segments.shredding(segment, kind === 'doubt');
    let left: readonly string[];
    try {
      left = await within(this.#kernel.clock, STEP_MS, log.shred(segment, because));
    } catch (error) {
      this.#segments.shredFailed(segment, String(error));
      throw error;
    }
    this.#segments.shredded(segment);
    return left.length;
  }
}

async function recordsOf(log: Log, segment: number): Promise<number> {
  const ended = (await log.ended()).find((each) => each.segment === segment);
  return ended === undefined ? 0 : ended.size - ended.first;
}

/** The oldest segments that retention gives up, each with the reason; never one in doubt. */
function spentOf(
  all: readonly Ended[],
  { retention }: AuditLimits,
  nowMs: number,
): readonly (readonly [Ended, string])[] {
  const { ageMs, bytesMax, segmentsMax } = retention;
  const ended = all.filter(({ kind }) => kind === 'note');
  let bytes = ended.reduce((sum, each) => sum + bytesOf(each), 0);
  let count = ended.length;
  const spent: (readonly [Ended, string])[] = [];
  for (const each of ended) {
    const reasons = [
      nowMs - each.writtenMs > ageMs && 'retention: too old',
      bytes > bytesMax && 'retention: too many bytes',
      count > segmentsMax && 'retention: too many segments',
    ];
    const because = reasons.find((reason) => reason !== false);
    if (because === undefined) break;
    spent.push([each, because]);
    bytes -= bytesOf(each);
    count -= 1;
  }
  return spent;
}

const bytesOf = (ended: Ended): number =>
  ended.kind === 'note' ? ended.files.reduce((sum, [, bytes]) => sum + bytes, 0) : 0;
