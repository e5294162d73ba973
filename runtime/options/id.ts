import type { AnyActorLogic } from 'xstate';
import { maskSecrets } from '../masking.ts';

/** No control characters, no slash: ids are joined by slashes into paths. */
const ID = /^[^\p{C}/]{1,128}$/u;

/** @throws {TypeError | RangeError} unless `id` is a string of 1 to 128 characters without "/". */
export function checkId(field: string, id: unknown): void {
  const expected = `${field} must be a string of 1 to 128 printable characters without "/"`;
  if (typeof id !== 'string') throw new TypeError(`${expected}, got ${typeof id}`);
  if (ID.test(id)) return;
  throw new RangeError(`${expected}, got ${JSON.stringify(maskSecrets(id).slice(0, 80))}`);
}

/** @throws {TypeError} unless `logic` is what XState calls actor logic. */
export function checkLogic(logic: AnyActorLogic): void {
  const isLogic =
    typeof logic?.transition === 'function' && typeof logic.getInitialSnapshot === 'function';
  if (!isLogic) {
    throw new TypeError('logic must be XState actor logic: a machine, or fromPromise, …');
  }
}
