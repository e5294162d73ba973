import { maskSecrets } from './masking.ts';

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
  MASTER_KEY_INVALID: {
    recovery: 'operator',
    means: 'the master key is missing, malformed, readable by others, or another one each time',
  },
  MASTER_KEY_WRONG: { recovery: 'operator', means: 'the master key is not that of the directory' },
  KEY_PROVIDER_FAILED: { recovery: 'retry', means: 'the provider gave no master key in time' },
  DATA_LOCKED: { recovery: 'operator', means: 'another process owns the directory' },
  DATA_FOREIGN: { recovery: 'operator', means: 'the directory holds something else' },
  DATA_VERSION: { recovery: 'operator', means: 'another version wrote the directory' },
  DATA_DAMAGED: { recovery: 'operator', means: 'bytes in the directory are not what was written' },
  DISK_FULL: { recovery: 'degrade', means: 'the disk has no room' },
  DISK_READ_ONLY: { recovery: 'degrade', means: 'the disk admits no writes' },
  DISK_FAILED: { recovery: 'reopen', means: 'the disk failed to read or write, or in time' },
  AUDIT_QUEUE_FULL: { recovery: 'retry', means: 'as many records wait for the log as may' },
  AUDIT_UNAVAILABLE: { recovery: 'degrade', means: 'the log takes no records now' },
  AUDIT_RECORD_TOO_LARGE: { recovery: 'operator', means: 'the record has too many bytes' },
  AUDIT_SHREDDED: { recovery: 'operator', means: 'the records were shredded' },
  AUDIT_UNPROVEN: {
    recovery: 'operator',
    means: 'a checkpoint, a receipt or a proof does not show what it should',
  },
  AUDIT_HELD: { recovery: 'operator', means: 'a hold keeps the records: release it first' },
  WITNESS_REFUSED: {
    recovery: 'operator',
    means: 'the witness knows another log under this name, or trusts none of its keys',
  },
  WITNESS_UNAVAILABLE: { recovery: 'retry', means: 'the witness does not answer now' },
  AUDIT_KEY_MISSING: { recovery: 'operator', means: 'the key of a segment is missing' },
  KEY_PAGE_FULL: { recovery: 'rotate', means: 'there are as many segments as keys: shred some' },
  PEER_UNREACHABLE: { recovery: 'retry', means: 'no connection leads to the peer now' },
  PEER_REFUSED: { recovery: 'retry', means: 'the other side lets nobody in now, or not this one' },
  PEER_IDENTITY_CHANGED: {
    recovery: 'operator',
    means: 'another peer answers there than is expected',
  },
  PEER_LOST: { recovery: 'retry', means: 'the connection ended before there was an answer' },
  PEERS_LIMIT: { recovery: 'degrade', means: 'as many peers are dialled as may' },
  REQUEST_TIMEOUT: { recovery: 'retry', means: 'the peer gave no answer within the deadline' },
  REQUEST_CANCELLED: { recovery: 'retry', means: 'nobody waits for the answer any more' },
  REQUEST_DEFERRED: {
    recovery: 'retry',
    means: 'the handler of the peer refused the request for now',
  },
  REQUEST_REFUSED: { recovery: 'operator', means: 'the handler of the peer refused the request' },
  REQUESTS_FULL: { recovery: 'retry', means: 'as many requests wait for the peer as may' },
  RATE_LIMITED: { recovery: 'retry', means: 'more requests were made than the peer answers' },
  METHOD_UNKNOWN: { recovery: 'operator', means: 'the peer has no such method' },
  LEVEL_TOO_LOW: { recovery: 'operator', means: 'the method needs more trust than there is' },
  PAYLOAD_INVALID: { recovery: 'operator', means: 'the payload is not what the method takes' },
  ANSWER_INVALID: { recovery: 'operator', means: 'what the peer answered cannot be read' },
  HANDLER_FAILED: { recovery: 'retry', means: 'the handler of the peer failed' },
  LISTEN_FAILED: { recovery: 'operator', means: 'the address cannot be listened at' },
  ISOLATION_UNAVAILABLE: {
    recovery: 'degrade',
    means: 'no isolation down to the floor of the work can be had: nothing has run',
  },
  SANDBOXES_FULL: {
    recovery: 'retry',
    means: 'as many sandboxes, or calls of one, run as may, or as there is time to make others',
  },
  VM_ERROR: { recovery: 'operator', means: 'the code in the sandbox threw' },
  VM_TIMEOUT: { recovery: 'operator', means: 'the code in the sandbox took too long' },
  VM_CPU: { recovery: 'operator', means: 'the code in the sandbox computed for too long' },
  VM_MEMORY: { recovery: 'operator', means: 'the code in the sandbox took too much memory' },
  VM_OUTPUT: {
    recovery: 'operator',
    means: 'the code in the sandbox printed too much, or asked the host too often or for too much',
  },
  VM_RESULT: {
    recovery: 'operator',
    means: 'what the code in the sandbox returned is too large, or no JSON',
  },
  VM_PROTOCOL: { recovery: 'operator', means: 'the sandbox said what none of ours says' },
  VM_CRASHED: { recovery: 'restart', means: 'the sandbox ended while the code ran' },
  VM_CANCELLED: { recovery: 'retry', means: 'the call was given up, and its sandbox ended' },
  READ_ONLY: {
    recovery: 'degrade',
    means: 'no effects while decisions cannot be recorded, or a mode says so',
  },
  MODE_REFUSING: { recovery: 'degrade', means: 'a mode that the call names refuses it now' },
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

/**
 * A thrown value as plain data, without what looks like a secret. Anything can be thrown, also what
 * throws when it is looked at.
 */
export function describeError(error: unknown): { name: string; message: string; code?: string } {
  try {
    if (error instanceof Error) {
      const { code } = error as { code?: unknown };
      const described = { name: masked(error.name), message: masked(error.message) };
      return typeof code === 'string' ? { ...described, code: masked(code) } : described;
    }
    return { name: 'NonError', message: masked(`a thrown ${typeof error}: ${String(error)}`) };
  } catch {
    return { name: 'NonError', message: `a thrown ${typeof error} that cannot be described` };
  }
}

const masked = (text: unknown): string => maskSecrets(String(text));
