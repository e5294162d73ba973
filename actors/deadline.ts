import { StorageError } from '../storage/faults.ts';
import type { Clock } from '../storage/ports.ts';

/** The work did not end in time; what it came to is not known. */
export class Overdue extends StorageError {
  constructor(deadlineMs: number) {
    super('DISK_FAILED', `not done within ${deadlineMs} ms`);
  }
}

/**
 * What `promise` comes to, unless that takes longer than `deadlineMs`: then DISK_FAILED, as
 * an Overdue. The work itself goes on; what it comes to later is nobody's any more.
 */
export function within<Value>(
  clock: Clock,
  deadlineMs: number,
  promise: Promise<Value>,
): Promise<Value> {
  if (deadlineMs === Number.POSITIVE_INFINITY) return promise;
  return new Promise((resolve, reject) => {
    const cancel = clock.after(deadlineMs, () => reject(new Overdue(deadlineMs)));
    promise.then(resolve, reject).finally(cancel);
  });
}
