import {
  type Continuity,
  type ContinuityRecord,
  commitmentOf,
  signContinuity,
} from '../../../../actors/peer/wire/continuity.ts';
import type { Primitives } from '../../../../actors/peer/wire/primitives.ts';
import { secretOf } from './backends.ts';

const DAY_MS = 86_400_000;

export type Changed = Partial<Omit<Continuity, 'previous' | 'key'>>;

/** The keys of one peer, from seeds of one byte, and its records. */
export class Owner {
  readonly #primitives: Primitives;
  readonly #seeds: readonly number[];

  constructor(primitives: Primitives, seeds: readonly number[]) {
    this.#primitives = primitives;
    this.#seeds = seeds;
  }

  key(seq: number) {
    return this.#primitives.identityKey(secretOf(this.#seeds[seq] ?? 255));
  }

  /** As it ought to be, but for what is changed. */
  record(seq: number, changed: Changed = {}): ContinuityRecord {
    const kind = changed.kind ?? (seq === 0 ? 'inception' : 'rotation');
    const notBeforeMs = changed.notBeforeMs ?? seq * 30 * DAY_MS;
    const overlapMs = kind === 'rotation' ? 7 * DAY_MS : 0;
    const fields = {
      ...{ kind, seq, notBeforeMs },
      previousUntilMs: notBeforeMs + overlapMs,
      notAfterMs: notBeforeMs + 33 * DAY_MS,
      next: commitmentOf(this.#primitives, this.key(seq + 1).publicKey),
      ...changed,
    };
    return signContinuity(fields, this.key(Math.max(0, seq - 1)), this.key(seq));
  }

  /** From the first to the last number, both included. */
  records(first: number, last: number): readonly ContinuityRecord[] {
    return Array.from({ length: last - first + 1 }, (_, at) => this.record(first + at));
  }
}

export const chainOf = (...records: readonly ContinuityRecord[]): Uint8Array =>
  Uint8Array.from(records.flatMap(({ bytes }) => [...bytes]));
