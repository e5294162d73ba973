import type { BreakerActor, Leave } from '../actors/breaker.actor.ts';
import { Timed } from '../actors/timed.ts';
import type { Containment, Owner } from '../actors/world.ts';
import { REPORTS } from './breaker.ts';
import {
  type Classify,
  judgeCall,
  type Settled,
  thrownIsFailure,
  type Verdict,
} from './classify.ts';
import { HoldfastError } from './errors.ts';
import type { TimerWheel } from './kernel/timer-wheel.ts';

/** What a protected function is told of the call it makes, as its last argument. */
export interface CallContext {
  /** Aborts when the caller gives up, or when `timeoutMs` is over. */
  readonly signal: AbortSignal;
  /** 1 for the first, more for a retry. */
  readonly attempt: number;
}

/** What came of an attempt: only a failure may be retried, or have a fallback. */
export interface Attempted {
  readonly verdict: Verdict | 'refused' | 'aborted';
  readonly settled: Settled;
}

/** Who is told what came of an attempt, and who says what that is. */
interface Judges {
  readonly actor: Pick<BreakerActor, 'name' | 'report'>;
  readonly classify: Classify;
}

interface Tools {
  readonly wheel: TimerWheel;
  readonly containment: Containment;
}

/** Where a call waits, and can be ended from outside. */
export interface Stage {
  end(verdict: 'failure' | 'aborted', error: unknown): void;
}

/** One call to the backend, from the moment it was admitted until its caller knows. */
export class Attempt extends Timed implements CallContext, Stage {
  readonly attempt: number;
  readonly #judges: Judges;
  readonly #leave: Leave;
  readonly #tools: Tools;
  readonly #owner: Owner | undefined;
  readonly #timeoutMs: number;
  readonly #done: (attempted: Attempted) => void;
  #isOver = false;
  #controller: AbortController | undefined;
  /** Why it was aborted, if it was. */
  #abortion: { readonly reason: unknown } | undefined;

  constructor(
    judges: Judges,
    leave: Leave,
    tools: Tools,
    limits: { attempt: number; timeoutMs: number },
    done: (attempted: Attempted) => void,
  ) {
    super();
    this.attempt = limits.attempt;
    this.#judges = judges;
    this.#leave = leave;
    this.#tools = tools;
    this.#owner = tools.containment.current();
    this.#timeoutMs = limits.timeoutMs;
    this.#done = done;
  }

  /** Made when it is first looked at: most functions never do, and it costs more than all else. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortion !== undefined) this.#controller.abort(this.#abortion.reason);
    }
    return this.#controller.signal;
  }

  /** `onSettled` is called once the work itself is over, however long that takes. */
  begin(work: (context: CallContext) => unknown, onSettled: () => void): void {
    if (this.#isOver) return onSettled();
    this.#tools.wheel.arm(this, this.#timeoutMs);
    // Whoever takes the place that this leaves must find the breaker as this call leaves it.
    const settle = (settled: Settled): void => {
      this.#settle(settled);
      onSettled();
    };
    try {
      Promise.resolve(work(this)).then(
        (value) => settle({ ok: true, value }),
        (error) => settle({ ok: false, error }),
      );
    } catch (error) {
      settle({ ok: false, error });
    }
  }

  #settle(settled: Settled): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#tools.wheel.cancel(this);
    const { actor, classify } = this.#judges;
    if (settled.ok && classify === thrownIsFailure) {
      actor.report(this.#leave, 'succeeded');
      this.#done({ verdict: 'success', settled });
      return;
    }
    const [verdict, judged] = judgeCall(classify, settled);
    actor.report(this.#leave, REPORTS[verdict], judged.ok ? undefined : judged.error);
    this.#done({ verdict, settled: judged });
  }

  expire(): void {
    const details = { name: this.#judges.actor.name, timeoutMs: this.#timeoutMs };
    this.end('failure', timeoutError(details, { attempt: this.attempt }));
  }

  abandon(error: Error): void {
    this.end('aborted', error);
  }

  /**
   * The work is told last: who listens there may call again at once. What listeners throw is the
   * affair of whoever made the call, not of whoever armed the timer that ends it.
   */
  end(verdict: 'failure' | 'aborted', error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#abortion = { reason: error };
    this.#tools.wheel.cancel(this);
    this.#judges.actor.report(this.#leave, verdict === 'failure' ? 'failed' : 'ignored', error);
    this.#done({ verdict, settled: { ok: false, error } });
    const controller = this.#controller;
    if (controller !== undefined)
      this.#tools.containment.run(this.#owner, () => controller.abort(error));
  }
}

/** A wait between two attempts. */
export class Pause extends Timed implements Stage {
  readonly #wheel: TimerWheel;
  readonly #done: (ended: Attempted | undefined) => void;

  /** `done` is given nothing once it is over, or what the call came to, if that was first. */
  constructor(wheel: TimerWheel, done: (ended: Attempted | undefined) => void) {
    super();
    this.#wheel = wheel;
    this.#done = done;
  }

  expire(): void {
    this.#done(undefined);
  }

  abandon(error: Error): void {
    this.end('aborted', error);
  }

  end(verdict: 'failure' | 'aborted', error: unknown): void {
    this.#wheel.cancel(this);
    this.#done({ verdict, settled: { ok: false, error } });
  }
}

/** One invocation of a protected function, over all its attempts and the waits between them. */
export class Call extends Timed {
  readonly args: readonly unknown[];
  /** Monotonic. */
  readonly untilMs: number;
  readonly #name: string;
  readonly #deadlineMs: number;
  #stage: Stage | undefined;
  #over: Parameters<Stage['end']> | undefined;

  constructor(name: string, args: readonly unknown[], nowMs: number, deadlineMs: number) {
    super();
    this.#name = name;
    this.args = args;
    this.#deadlineMs = deadlineMs;
    this.untilMs = nowMs + deadlineMs;
  }

  /** From now on it waits there; at once over if the call is. */
  enter(stage: Stage): void {
    this.#stage = stage;
    if (this.#over !== undefined) stage.end(...this.#over);
  }

  expire(): void {
    const details = { name: this.#name, timeoutMs: this.#deadlineMs };
    this.end('failure', timeoutError(details, {}));
  }

  abandon(error: Error): void {
    this.end('aborted', error);
  }

  end(...over: Parameters<Stage['end']>): void {
    this.#over ??= over;
    this.#stage?.end(...this.#over);
  }
}

function timeoutError(
  { name, timeoutMs }: { name: string; timeoutMs: number },
  more: { attempt?: number },
): HoldfastError {
  const message = `"${name}" did not settle within ${timeoutMs} ms`;
  return new HoldfastError('CALL_TIMEOUT', message, { name, timeoutMs, ...more });
}
