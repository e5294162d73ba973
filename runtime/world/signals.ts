import type { Signals } from '../../actors/world.ts';

/** The signals of this process. */
export const signals: Signals = {
  once(names, listener) {
    const handlers = names.map((name) => ({
      name,
      handle: () => {
        stop();
        listener(name);
      },
    }));
    const stop = (): void => {
      for (const { name, handle } of handlers) process.off(name, handle);
    };
    for (const { name, handle } of handlers) process.on(name, handle);
    return stop;
  },
  raise(name) {
    process.kill(process.pid, name);
  },
};
