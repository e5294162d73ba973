import type { EventObject } from 'xstate';
import type { Log } from '../../actors/world.ts';
import type { Cancel, Clock } from '../../storage/ports.ts';
import type { Facts } from '../facts.ts';
import { Fifo } from './fifo.ts';

/**
 * Why an event was not handled: `dead` its actor had ended, `full` its mailbox was, `type` it has
 * none or a reserved one, `unhandled` no transition wanted it, `expired` whoever asked had given
 * up, `poison` it brought its actor down as often as it may, `stopped` it was still queued when its
 * actor ended.
 */
export type DeadLetterReason =
  | 'dead'
  | 'full'
  | 'type'
  | 'unhandled'
  | 'expired'
  | 'poison'
  | 'stopped';

export interface DeadLetter {
  readonly subject: string;
  readonly reason: DeadLetterReason;
  readonly event: EventObject | undefined;
  /** Wall-clock milliseconds since 1970. */
  readonly atMs: number;
}

/** A stranger can repeat a dead letter at will: they are told in summaries, at most this often. */
const SUMMARY_INTERVAL_MS = 1000;
const SUBJECTS_NAMED_MAX = 8;

interface Tally {
  count: number;
  readonly subjects: Set<string>;
}

/** Events that nobody handled: counted, the newest kept, told in summaries. */
export class DeadLetters {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #facts: Facts;
  readonly #keptMax: number;
  readonly #kept = new Fifo<DeadLetter>();
  readonly #byReason = new Map<DeadLetterReason, number>();
  readonly #untold = new Map<DeadLetterReason, Tally>();
  #cancelSummary: Cancel | undefined;
  #isClosed = false;

  constructor(clock: Clock, log: Log, facts: Facts, keptMax: number) {
    this.#clock = clock;
    this.#log = log;
    this.#facts = facts;
    this.#keptMax = keptMax;
  }

  record(subject: string, reason: DeadLetterReason, event: EventObject | undefined): void {
    this.#byReason.set(reason, (this.#byReason.get(reason) ?? 0) + 1);
    this.#kept.push({ subject, reason, event, atMs: this.#clock.wallMs() });
    if (this.#kept.size > this.#keptMax) this.#kept.shift();
    const tally = this.#untold.get(reason) ?? { count: 0, subjects: new Set() };
    tally.count += 1;
    if (tally.subjects.size < SUBJECTS_NAMED_MAX) tally.subjects.add(subject);
    this.#untold.set(reason, tally);
    if (this.#cancelSummary === undefined && !this.#isClosed) this.#summarise();
  }

  get total(): number {
    return [...this.#byReason.values()].reduce((sum, count) => sum + count, 0);
  }

  get byReason(): Readonly<Partial<Record<DeadLetterReason, number>>> {
    return Object.fromEntries(this.#byReason);
  }

  /** The newest ones, oldest first. */
  get recent(): readonly DeadLetter[] {
    return this.#kept.toArray();
  }

  /** Tells what is still untold. What comes later is counted and kept, and no more. */
  close(): void {
    this.#isClosed = true;
    this.#cancelSummary?.();
    this.#tell();
    this.#cancelSummary = undefined;
  }

  #summarise(): void {
    this.#cancelSummary = this.#clock.after(SUMMARY_INTERVAL_MS, () => {
      this.#cancelSummary = undefined;
      if (this.#untold.size > 0) this.#summarise();
    });
    this.#tell();
  }

  #tell(): void {
    for (const [reason, { count, subjects }] of this.#untold) {
      const summary = { reason, count, subjects: [...subjects] };
      this.#facts.publish('mailbox.dropped', '', summary);
      this.#log.warn(summary, 'events were not handled');
    }
    this.#untold.clear();
  }
}
