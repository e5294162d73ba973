import { AsyncLocalStorage } from 'node:async_hooks';
import type { Containment, Owner } from '../../actors/world.ts';

const owners = new AsyncLocalStorage<Owner>();
let isListening = false;

/**
 * Owners follow the asynchronous context, so an error that reaches the process finds its own. On
 * Node 20 one way is open: a throw in `queueMicrotask` arrives there without its context. On Node 20
 * also, every promise of a process that uses this is slower; on Node 24 that is not so.
 */
export const containment: Containment = {
  run(owner, work) {
    listen();
    return owners.run(owner, work);
  },
  current: () => owners.getStore(),
};

/** The process has one listener, from the first use on: it does nothing to errors without owner. */
function listen(): void {
  if (isListening) return;
  isListening = true;
  process.on('uncaughtException', onUncaught);
}

function onUncaught(error: unknown): void {
  const owner = owners.getStore();
  if (owner !== undefined) {
    owners.exit(() => owner.uncaught(error));
  } else if (process.listenerCount('uncaughtException') === 1) {
    // Nobody else listens: let the error end the process, as it would have without us.
    process.off('uncaughtException', onUncaught);
    isListening = false;
    process.nextTick(() => {
      throw error;
    });
  }
}
