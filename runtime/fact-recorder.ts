import type { FailPolicy } from '../actors/audit-outcome.ts';
import { RECORD_BYTES_MAX } from '../storage/block.ts';
import type { Fact, Recorder } from './facts.ts';

/**
 * Births and ends without a fault are no decisions, and there may be a million of them; and as many
 * connections as strangers like.
 */
const UNRECORDED = new Set([
  ...['actor.started', 'actor.stopped', 'actor.finished', 'state.restored'],
  ...['peer.opened', 'peer.rotated', 'peer.ended'],
]);

/** Facts from before the log is open wait; the newest of more are left out. */
const EARLY_MAX = 1_000;

type Record = (record: Uint8Array, policy: FailPolicy) => void;

/** Puts facts on record. It never blocks, and never fails whoever told the fact. */
export class FactRecorder implements Recorder {
  #record: Record | undefined;
  #early: Fact[] = [];

  wants(type: string): boolean {
    return !UNRECORDED.has(type);
  }

  take(fact: Fact): void {
    if (this.#record === undefined) {
      if (this.#early.length < EARLY_MAX) this.#early.push(fact);
      return;
    }
    this.#record(bytesOf(fact), 'spool');
  }

  /** The log is open. */
  attach(record: Record): void {
    this.#record = record;
    const early = this.#early;
    this.#early = [];
    for (const fact of early) this.take(fact);
  }
}

function bytesOf(fact: Fact): Uint8Array {
  const whole = Buffer.from(JSON.stringify(fact));
  if (whole.length <= RECORD_BYTES_MAX) return whole;
  return Buffer.from(JSON.stringify({ ...fact, data: { cutBytes: whole.length } }));
}
