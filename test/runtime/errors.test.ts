import { describe, expect, it } from 'vitest';
import { codes, describeError, HoldfastError, withoutStack } from '../../runtime/errors.ts';
import fc from '../fast-check.ts';

describe('an operational error', () => {
  it('carries code, recovery, details and cause', () => {
    const cause = new Error('disk');
    const error = new HoldfastError('ASK_TIMEOUT', 'no reply', { timeoutMs: 5 }, { cause });
    expect(error).toBeInstanceOf(Error);
    expect({ ...error, name: error.name, message: error.message, cause: error.cause }).toEqual({
      name: 'HoldfastError',
      message: 'no reply',
      code: 'ASK_TIMEOUT',
      recovery: 'retry',
      retryable: true,
      details: { timeoutMs: 5 },
      cause,
    });
  });

  it('has neither details nor cause unless it is given some', () => {
    const error = new HoldfastError('ACTOR_DEAD', 'gone');
    expect([error.details, 'cause' in error]).toEqual([{}, false]);
  });

  it('says how long to wait before another try, where its details do', () => {
    const details = [{ retryAfterMs: 250 }, { retryAfterMs: 0 }, { retryAfterMs: 'soon' }, {}];
    const said = details.map((given) => new HoldfastError('BREAKER_OPEN', '', given).retryAfterMs);
    expect(said).toEqual([250, 0, undefined, undefined]);
  });

  it('is worth a retry only if nobody has to step in first', () => {
    const names = Object.keys(codes) as (keyof typeof codes)[];
    const retryable = names.filter((code) => new HoldfastError(code, '').retryable);
    expect(retryable).toEqual([
      ...['MAILBOX_FULL', 'ACTOR_FAILED', 'ASK_TIMEOUT'],
      ...['BREAKER_OPEN', 'BULKHEAD_FULL', 'CALL_TIMEOUT', 'CALL_REJECTED'],
      ...['KEY_PROVIDER_FAILED', 'AUDIT_QUEUE_FULL', 'WITNESS_UNAVAILABLE'],
      ...['PEER_UNREACHABLE', 'PEER_REFUSED', 'PEER_LOST'],
      ...[
        'REQUEST_TIMEOUT',
        'REQUEST_CANCELLED',
        'REQUEST_DEFERRED',
        'REQUESTS_FULL',
        'RATE_LIMITED',
      ],
      ...['HANDLER_FAILED', 'SANDBOXES_FULL', 'VM_CANCELLED'],
    ]);
  });
});

describe('an error without a stack', () => {
  const lines = ({ stack = '' }: Error): number => stack.split('\n').length;

  it('has none, and is the same in all else', () => {
    const cause = new Error('down');
    const made = withoutStack(() => new HoldfastError('BREAKER_OPEN', 'open', { a: 1 }, { cause }));
    const { message, details, code } = made;
    expect([lines(made), message, details, code, made.cause]).toEqual([
      ...[1, 'open', { a: 1 }, 'BREAKER_OPEN', cause],
    ]);
  });

  it('costs no other error its own, not even if it cannot be made', () => {
    const { stackTraceLimit } = Error;
    withoutStack(() => new Error('made'));
    const failing = () =>
      withoutStack(() => {
        throw new TypeError('not made');
      });
    expect(failing).toThrow('not made');
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
    expect(lines(new Error('another'))).toBeGreaterThan(1);
  });
});

const unmentionable = new Proxy(
  {},
  {
    get: () => {
      throw new Error('do not look');
    },
    getPrototypeOf: () => {
      throw new Error('do not ask');
    },
  },
);

const touchy = Object.defineProperty(new Error('x'), 'message', {
  get: () => {
    throw new Error('do not read');
  },
});

describe('a thrown value', () => {
  it.each([
    [new TypeError('no'), { name: 'TypeError', message: 'no' }],
    [new Error('at password=abc'), { name: 'Error', message: 'at password=[secret]' }],
    ['token=abc', { name: 'NonError', message: 'a thrown string: token=[secret]' }],
    [
      new HoldfastError('ACTOR_DEAD', 'gone'),
      { name: 'HoldfastError', message: 'gone', code: 'ACTOR_DEAD' },
    ],
    [
      Object.assign(new Error('no file'), { code: 'ENOENT' }),
      { name: 'Error', message: 'no file', code: 'ENOENT' },
    ],
    [Object.assign(new Error('odd'), { code: 7 }), { name: 'Error', message: 'odd' }],
    [Object.freeze(new Error('cold')), { name: 'Error', message: 'cold' }],
    [undefined, { name: 'NonError', message: 'a thrown undefined: undefined' }],
    [null, { name: 'NonError', message: 'a thrown object: null' }],
    ['text', { name: 'NonError', message: 'a thrown string: text' }],
    [7n, { name: 'NonError', message: 'a thrown bigint: 7' }],
    [Symbol('s'), { name: 'NonError', message: 'a thrown symbol: Symbol(s)' }],
    [{}, { name: 'NonError', message: 'a thrown object: [object Object]' }],
    [
      Object.create(null),
      { name: 'NonError', message: 'a thrown object that cannot be described' },
    ],
    [touchy, { name: 'NonError', message: 'a thrown object that cannot be described' }],
  ])('becomes plain data (%#)', (thrown, described) => {
    expect(describeError(thrown)).toEqual(described);
  });

  it('may be one that throws whenever it is looked at', () => {
    expect(describeError(unmentionable)).toEqual({
      name: 'NonError',
      message: 'a thrown object that cannot be described',
    });
  });

  it('of any kind is described in text', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (thrown) => {
        const { name, message } = describeError(thrown);
        return typeof name === 'string' && typeof message === 'string';
      }),
    );
  });
});
