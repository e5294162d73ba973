/** Taken once, so that nobody who fakes the globals fakes the time in which promises settle. */
const immediate = setImmediate;

/** One turn of this process's event loop: promises that wait for nothing but promises settle. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => immediate(resolve));
}
