import type { Entry, Report } from './entry.ts';
import { readRecords } from './record-log.ts';
import { type WriteBatch, writeBatchOf } from './write-batch.ts';

/** Follows sequence numbers from the tables through the write-ahead logs; they leave none out. */
export class SequenceChain {
  #least: number;
  #most: number;
  #hasGap = false;

  /** The first batch has a sequence number from `least` to `most`. */
  constructor(least: number, most: number) {
    this.#least = least;
    this.#most = most;
  }

  /** Batches that are damaged may be missing before the next. */
  excuseGap(): void {
    this.#hasGap = true;
  }

  /** What is wrong with a batch at this place, if anything is. */
  follow({ sequence, next }: WriteBatch): string | undefined {
    const isEarly = sequence < this.#least;
    const isLate = sequence > this.#most && !this.#hasGap;
    this.#least = Math.max(this.#least, next);
    this.#most = this.#least;
    this.#hasGap = false;
    if (isEarly) return 'the sequence numbers are out of order';
    return isLate ? 'writes before this record are missing' : undefined;
  }
}

/** All writes of one write-ahead log; it reports what is wrong with it, and reads on. */
export function readWriteLog(
  bytes: Uint8Array,
  isTrusted: boolean,
  chain: SequenceChain,
  report: Report,
): Entry[] {
  const entries: Entry[] = [];
  let damages = 0;
  const complain: Report = (offset, what, isTornTail) => {
    damages += 1;
    report(offset, what, isTornTail);
  };
  for (const { offset, payload, isAfterDamage } of readRecords(bytes, isTrusted, complain)) {
    if (isAfterDamage) chain.excuseGap();
    const batch = writeBatchOf(payload);
    const wrong = batch === undefined ? 'a record does not hold writes' : chain.follow(batch);
    if (wrong !== undefined) complain(offset, wrong);
    if (batch === undefined) chain.excuseGap();
    for (const entry of batch?.entries ?? []) entries.push(entry);
  }
  if (damages > 0) chain.excuseGap();
  return entries;
}
