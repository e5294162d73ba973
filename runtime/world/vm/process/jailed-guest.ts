import type { VmEvents, VmExit } from '../../../../actors/vm-drivers.ts';
import { GuestLine } from '../guest-line.ts';
import type { JailExit, Jailed } from './jail.ts';

/** What bubblewrap makes of a signal that ended its program. */
const SIGNALLED = 128;
const SIGTRAP = 5;
const SIGABRT = 6;
const SIGKILL = 9;

/** Why a guest is gone, from how its jail ended. */
export function exitOf({ code, signal, isKilled, stderr }: JailExit): VmExit {
  const status = signal ?? `exit ${code}`;
  if (isKilled) return { because: 'killed', status };
  const isAborted = code === SIGNALLED + SIGABRT || code === SIGNALLED + SIGTRAP;
  const isOutOfMemory = isAborted && /out of memory|bad_alloc|allocation failed/i.test(stderr);
  // We did not kill it: the system did, for want of memory.
  const isKilledByOthers = code === SIGNALLED + SIGKILL;
  return { because: isOutOfMemory || isKilledByOthers ? 'memory' : 'crashed', status };
}

/** An agent in a jail, at the other end of descriptor 3. */
export class JailedGuest {
  readonly jailed: Jailed;
  readonly line: GuestLine;
  /** True once its agent is there; false if it ended, or said something else. */
  readonly ready: Promise<boolean>;
  #events: VmEvents | undefined;
  #exit: JailExit | undefined;

  constructor(jailed: Jailed) {
    this.jailed = jailed;
    const socket = jailed.socket(3);
    let settle = (_isReady: boolean): void => {};
    this.ready = new Promise((resolve) => {
      settle = resolve;
    });
    this.line = new GuestLine((frame) => socket.write(frame), {
      onReady: () => settle(true),
      onPrinted: (text) => this.#events?.onPrinted(text),
      onHostCall: (id, name, input) => this.#events?.onHostCall(id, name, input),
      onOutcome: (outcome) => this.#events?.onOutcome(outcome),
      onPong: (nonce) => this.#events?.onPong(nonce),
      onViolated: (because) => {
        settle(false);
        this.#events?.onViolated(because);
      },
    });
    socket.on('data', (bytes: Uint8Array) => this.line.receive(bytes));
    void jailed.exited.then((exit) => {
      this.#exit = exit;
      this.line.close();
      settle(false);
      this.#events?.onExited(exitOf(exit));
    });
  }

  get isOver(): boolean {
    return this.#exit !== undefined;
  }

  /** Who hears of it from now on. Before the first call there is nothing to hear but its end. */
  hear(events: VmEvents): void {
    this.#events = events;
  }
}
