const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;
const MESSAGE_CHARACTERS_MAX = 256;

export interface RefusalOptions extends ErrorOptions {
  /** When it may be tried again, in milliseconds. */
  readonly retryAfterMs?: number;
  readonly retryable?: boolean;
}

/**
 * What a handler throws for its caller to see: only code and message go over the wire. Of whatever
 * else it throws, the caller hears HANDLER_FAILED, and nothing more.
 */
export class RequestRefusal extends Error {
  override readonly name = 'RequestRefusal';
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number;

  /**
   * @param code of letters, digits and underscores, as in `OUT_OF_STOCK`; up to 64.
   * @param message up to 256 characters.
   * @throws {TypeError | RangeError} for others.
   */
  constructor(code: string, message: string, options: RefusalOptions = {}) {
    super(message, options);
    const { retryAfterMs = 0, retryable = retryAfterMs > 0 } = options;
    if (typeof code !== 'string' || !CODE.test(code)) {
      throw new TypeError('code must be 1 to 64 capital letters, digits and underscores');
    }
    if (typeof message !== 'string' || message.length > MESSAGE_CHARACTERS_MAX) {
      throw new RangeError(`message must have at most ${MESSAGE_CHARACTERS_MAX} characters`);
    }
    if (!Number.isInteger(retryAfterMs) || retryAfterMs < 0 || retryAfterMs > 3_600_000) {
      throw new RangeError(`retryAfterMs must be a whole number from 0 to 3600000`);
    }
    this.code = code;
    this.retryable = retryable;
    this.retryAfterMs = retryAfterMs;
  }
}
