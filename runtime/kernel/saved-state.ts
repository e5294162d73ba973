import type { Snapshot } from 'xstate';
import type { Saved } from '../../actors/state.ts';
import type { Clock } from '../../storage/ports.ts';
import { DEADLINES_MAX, type SavedState, savedState } from '../options/saved-state.ts';
import { notPlain } from './plain-json.ts';
import type { InnerDeadline } from './xstate.ts';

/** What an incarnation starts from, if not from the beginning. */
export interface Start {
  readonly snapshot: Snapshot<unknown>;
  readonly deadlines: readonly InnerDeadline[];
}

/** Why a saved state is not what anything starts from; for people, and without what it holds. */
export interface SavedRefusal {
  readonly because: 'damaged' | 'invalid' | 'version';
  readonly [detail: string]: string | number;
}

export interface Versions {
  readonly logicVersion: number;
  readonly incarnation: number;
}

/** @throws {TypeError} if it would not come back as it is, saying why. */
export function envelopeOf(start: Start, versions: Versions, clock: Clock): SavedState {
  const [nowMs, wallMs] = [clock.monotonicMs(), clock.wallMs()];
  const deadlines = start.deadlines.map(({ id, path, event, dueAtMs }) => {
    const leftMs = Math.max(0, dueAtMs - nowMs);
    return { id, path: [...path], event, dueAtWallMs: wallMs + leftMs, leftMs };
  });
  if (deadlines.length > DEADLINES_MAX) {
    throw new TypeError(`it waits for more than ${DEADLINES_MAX} delayed events`);
  }
  const snapshot = { ...start.snapshot, status: 'active' as const };
  const because = notPlain(snapshot) ?? notPlain(deadlines);
  if (because !== undefined) throw new TypeError(because);
  return { v: 1, ...versions, snapshot, deadlines };
}

/**
 * What was saved, as something to start from now. Deadlines are those of the wall clock; should it
 * have gone back meanwhile, none is later than it was to be when it was saved.
 */
export function readSaved(
  { value, isDamaged }: Saved,
  logicVersion: number,
  clock: Clock,
): { readonly start: Start; readonly incarnation: number } | SavedRefusal {
  if (isDamaged) return { because: 'damaged' };
  const read = savedState.safeParse(value);
  if (!read.success) {
    return { because: 'invalid', field: read.error.issues[0]?.path.join('.') ?? '' };
  }
  const { data } = read;
  if (data.logicVersion !== logicVersion) {
    return { because: 'version', saved: data.logicVersion, wanted: logicVersion };
  }
  const [nowMs, wallMs] = [clock.monotonicMs(), clock.wallMs()];
  const deadlines = data.deadlines.map(({ id, path, event, dueAtWallMs, leftMs }) => {
    return {
      id,
      path,
      event,
      dueAtMs: nowMs + Math.min(leftMs, Math.max(0, dueAtWallMs - wallMs)),
    };
  });
  const snapshot = { output: undefined, error: undefined, ...data.snapshot };
  return { start: { snapshot, deadlines }, incarnation: data.incarnation };
}
