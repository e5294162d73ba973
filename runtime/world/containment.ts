import { AsyncLocalStorage } from 'node:async_hooks';
import type { Containment, Owner } from '../../actors/world.ts';

/** Node enables it at the first `run`, and not before. */
const owners = new AsyncLocalStorage<Owner | undefined>();
let isListening = false;

/**
 * Owners follow the asynchronous context, so an error that reaches the process finds its own. On
 * Node 20 one way is open: a throw in `queueMicrotask` arrives there without its context; and every
 * promise of a process that uses this is slower there. On Node 24 neither is so.
 */
export const containment: Containment = {
  run(owner, work) {
    if (owner === owners.getStore()) return work();
    listen();
    return owners.run(owner, work);
  },
  current: () => owners.getStore(),
};

let hearers = 0;

/**
 * Does `work`. A rejection that nobody awaits goes to its owner meanwhile: Node makes it an error
 * of the process, which finds the owner, only where nobody listens, and test runners do.
 */
export async function hearRejections<Result>(work: () => Promise<Result>): Promise<Result> {
  if (hearers === 0) process.on('unhandledRejection', onRejection);
  hearers += 1;
  try {
    return await work();
  } finally {
    hearers -= 1;
    if (hearers === 0) process.off('unhandledRejection', onRejection);
  }
}

function onRejection(error: unknown): void {
  const owner = owners.getStore();
  if (owner !== undefined) owners.run(undefined, () => tell(owner, error));
  else if (process.listenerCount('unhandledRejection') === 1) rethrow(error);
}

/** The process has one listener, from the first use on: it does nothing to errors without owner. */
function listen(): void {
  if (isListening) return;
  isListening = true;
  process.on('uncaughtException', onUncaught);
}

function onUncaught(error: unknown): void {
  const owner = owners.getStore();
  if (owner === undefined) leave(error);
  else owners.run(undefined, () => tell(owner, error));
}

function tell(owner: Owner, error: unknown): void {
  try {
    owner.uncaught(error);
  } catch (fault) {
    // Thrown from in here it would end the process with code 7, past all who listen.
    rethrow(fault);
  }
}

/** Leaves an error to those who listen beside us; if nobody does, it ends the process. */
function leave(error: unknown): void {
  if (process.listenerCount('uncaughtException') > 1) return;
  process.off('uncaughtException', onUncaught);
  isListening = false;
  rethrow(error);
}

function rethrow(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}
