import type { KeyRing, KeyState } from '../storage/key-ring.ts';
import { type ContinuityRecord, readContinuity } from './peer/wire/continuity.ts';
import { peerIdOf } from './peer/wire/peer-id.ts';

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
export interface KnownKey {
  readonly state: Exclude<KeyState, 'next'>;
  readonly sinceMs: number;
  readonly record: ContinuityRecord;
}

/** Those that others know, oldest first. */
export const knownIn = ({ keys }: KeyRing): readonly KnownKey[] =>
  keys.flatMap(({ state, sinceMs, record }) => {
    const read = readContinuity(record);
    return state === 'next' || read === undefined ? [] : [{ state, sinceMs, record: read }];
  });

export const standingOf = (
  { state, sinceMs, record }: KnownKey,
  isOverdue: boolean,
): KeyStanding => ({
  ...{ generation: record.seq, id: peerIdOf(record.key), state, sinceMs, isOverdue },
  ...{ notBeforeMs: record.notBeforeMs, notAfterMs: record.notAfterMs },
});
