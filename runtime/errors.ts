/** The one thing to do about an error, by code. */
export type Recovery = 'retry' | 'reopen' | 'restart' | 'rotate' | 'degrade' | 'operator';

/** Codes never change within a major version; messages may. */
export const codes = {
  MAILBOX_FULL: { recovery: 'retry', means: 'the mailbox of the actor is at its limit' },
  ACTOR_DEAD: { recovery: 'restart', means: 'the actor has ended, or is on its way out' },
  ACTOR_FAILED: { recovery: 'retry', means: 'the actor failed before it answered' },
  ASK_TIMEOUT: { recovery: 'retry', means: 'no reply came within the deadline' },
  EVENT_REFUSED: { recovery: 'operator', means: 'the event has no type, or a reserved one' },
  EVENT_UNHANDLED: { recovery: 'operator', means: 'the actor has no transition for the event' },
  ACTORS_LIMIT: { recovery: 'degrade', means: 'the runtime holds as many actors as it may' },
  RESTARTS_SPENT: {
    recovery: 'operator',
    means: 'a child failed more often than its window allows',
  },
  BREAKER_OPEN: { recovery: 'retry', means: 'the breaker is open, or half-open and being tried' },
  BREAKER_ISOLATED: { recovery: 'operator', means: 'somebody isolated the breaker' },
  BREAKERS_LIMIT: {
    recovery: 'degrade',
    means: 'the runtime holds as many breakers as it may, none of them closed',
  },
  BULKHEAD_FULL: { recovery: 'retry', means: 'as many calls run and wait as may' },
  CALL_TIMEOUT: { recovery: 'retry', means: 'the call did not settle within its deadline' },
  CALL_REJECTED: {
    recovery: 'retry',
    means: 'the classifier calls the result, its cause, a failure',
  },
  CLASSIFIER_FAILED: {
    recovery: 'operator',
    means: 'the classifier threw, or gave no known class',
  },
  RUNTIME_STOPPED: { recovery: 'restart', means: 'the runtime is stopping, stopped or failed' },
} as const satisfies Record<string, { recovery: Recovery; means: string }>;

export type Code = keyof typeof codes;

export type ErrorDetails = Readonly<Record<string, string | number | boolean>>;

/** The one class of operational errors. Programmer mistakes are TypeError and RangeError. */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError';
  readonly code: Code;
  readonly recovery: Recovery;
  /** True if the same call may succeed later without anybody stepping in. */
  readonly retryable: boolean;
  readonly details: ErrorDetails;

  constructor(code: Code, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.recovery = codes[code].recovery;
    this.retryable = this.recovery === 'retry';
    this.details = details;
  }

  /** How long to wait before another try, in milliseconds, where that is known. */
  get retryAfterMs(): number | undefined {
    const { retryAfterMs } = this.details;
    return typeof retryAfterMs === 'number' ? retryAfterMs : undefined;
  }
}

/** For errors that are made by the thousand when there is least time for it: they have no stack. */
export function withoutStack<Made extends Error>(make: () => Made): Made {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** A thrown value as plain data. Anything can be thrown, also what throws when it is looked at. */
export function describeError(error: unknown): { name: string; message: string; code?: string } {
  try {
    if (error instanceof Error) {
      const { code } = error as { code?: unknown };
      const described = { name: String(error.name), message: String(error.message) };
      return typeof code === 'string' ? { ...described, code } : described;
    }
    return { name: 'NonError', message: `a thrown ${typeof error}: ${String(error)}` };
  } catch {
    return { name: 'NonError', message: `a thrown ${typeof error} that cannot be described` };
  }
}
