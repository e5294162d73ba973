import type { Ended } from '../storage/ended.ts';
import { type Hold, holdOn } from '../storage/holds.ts';
import type { Log } from '../storage/log.ts';
import { Turns } from '../storage/turns.ts';
import type { AuditLimits } from './audit-limits.ts';
import { within } from './deadline.ts';
import type { SegmentActors } from './segment.actor.ts';
import type { Shredder, ShredOrder } from './shredder.ts';
import type { Kernel } from './world.ts';

const RETENTION_MS = 3_600_000;
const LEAP_MS_MAX = 3_600_000;
/** A step on one segment that takes longer has failed, and is asked for again. */
const STEP_MS = 60_000;

/**
 * Seals what was rotated out, and shreds what is too old, too much or too long: each one at a time,
 * and beside each other, so that no rotation waits for the end of a long shredding. What a hold
 * keeps stays, and retention goes on with the others.
 */
export class Upkeep {
  readonly #kernel: Kernel;
  readonly #limits: AuditLimits;
  readonly #segments: SegmentActors;
  readonly #seals = new Turns();
  readonly #shredder: Shredder;
  readonly #bornAtMs: number;
  readonly #bornWallMs: number;
  #retainedAtMs = Number.NEGATIVE_INFINITY;

  constructor(kernel: Kernel, limits: AuditLimits, segments: SegmentActors, shredder: Shredder) {
    this.#kernel = kernel;
    this.#limits = limits;
    this.#segments = segments;
    this.#shredder = shredder;
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
    const work = this.#shredder.shred(log, async () => {
      for (const segment of log.sealing) await this.#seal(log, segment);
      return spentOf(await log.ended(), log.holds, this.#limits, this.#plausibleWallMs());
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
}

async function recordsOf(log: Log, segment: number): Promise<number> {
  const ended = (await log.ended()).find((each) => each.segment === segment);
  return ended === undefined ? 0 : ended.size - ended.first;
}

/** The oldest segments that retention gives up; never one in doubt, or one that is held. */
function spentOf(
  all: readonly Ended[],
  holds: readonly Hold[],
  { retention }: AuditLimits,
  nowMs: number,
): readonly ShredOrder[] {
  const { ageMs, bytesMax, segmentsMax } = retention;
  const ended = all.filter(({ kind }) => kind === 'note');
  const free = ended.filter((each) => holdOn(holds, each) === undefined);
  // A hold is no reason to shred what others wrote; but each segment has a slot of the key page.
  let bytes = free.reduce((sum, each) => sum + bytesOf(each), 0);
  let count = ended.length;
  const spent: ShredOrder[] = [];
  for (const each of free) {
    const reasons = [
      nowMs - each.writtenMs > ageMs && 'retention: too old',
      bytes > bytesMax && 'retention: too many bytes',
      count > segmentsMax && 'retention: too many segments',
    ];
    const because = reasons.find((reason) => reason !== false);
    if (because === undefined) break;
    spent.push({ ended: each, because });
    bytes -= bytesOf(each);
    count -= 1;
  }
  return spent;
}

const bytesOf = (ended: Ended): number =>
  ended.kind === 'note' ? ended.files.reduce((sum, [, bytes]) => sum + bytes, 0) : 0;
