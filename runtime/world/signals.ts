import type { Signals } from '../../actors/world.ts';

/** Who heard a signal and has not raised it again: the last of them ends the process. */
let heeding = 0;

/** The signals of this process. */
export const signals: Signals = {
  once(names, listener) {
    const handlers = [...new Set(names)].map((name) => ({
      name,
      handle: () => {
        stop();
        heeding += 1;
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
    heeding = Math.max(0, heeding - 1);
    if (heeding === 0) process.kill(process.pid, name);
  },
};
