import { describe, expect, it } from 'vitest';
import { HoldfastError } from '../../runtime/errors.ts';
import { Redactor, redactedLog, redactor } from '../../runtime/redaction.ts';
import { MemoryLog } from '../../runtime/sim/log.ts';
import { logContract } from '../contracts/log.contract.ts';
import fc from '../fast-check.ts';

const throwing = (): never => {
  throw new Error('do not look');
};

logContract('a redacted log', () => {
  const memory = new MemoryLog();
  const told = () =>
    memory.lines
      .filter(({ level }) => level === 'warn' || level === 'error')
      .map(({ level, message, fields }) => [level, message, fields] as const);
  return { log: redactedLog(memory, new Redactor({ allow: ['peer'] })), told };
});

describe('what may be told', () => {
  it('is numbers, booleans, and text under known names, at any depth', () => {
    const data = {
      because: 'window',
      incarnation: 2,
      isLast: true,
      nothing: null,
      error: { name: 'Error', message: 'down', code: 'ECONNREFUSED' },
      subjects: ['pool/a', 'pool/b'],
      digests: [`node ${'0f'.repeat(32)}`],
      parts: ['hello', { because: 'you', count: 3 }],
    };
    expect(redactor.redact(data)).toEqual(data);
    expect(redactor.redact(data)).not.toBe(data);
  });

  it('is no text under any other name', () => {
    const data = { iban: 'DE00', inner: [{ email: 'a@b.c', age: 7 }], list: ['x', 1] };
    expect(redactor.redact(data)).toEqual({
      iban: '[redacted 4 chars]',
      inner: [{ email: '[redacted 5 chars]', age: 7 }],
      list: ['[redacted 1 chars]', 1],
    });
    expect(redactor.redact('bare')).toBe('[redacted 4 chars]');
  });

  it('is text under further names, if they are allowed', () => {
    const own = new Redactor({ allow: ['city'] });
    expect(own.redact({ city: 'Ulm', street: 'Hof', inner: { city: 'at password=x' } })).toEqual({
      city: 'Ulm',
      street: '[redacted 3 chars]',
      inner: { city: 'at password=[secret]' },
    });
  });

  it('is never what stands under the name of a secret, even if that is allowed', () => {
    const own = new Redactor({ allow: ['authorization', 'headers', 'pin'] });
    const data = {
      authorization: 'x',
      'Set-Cookie': ['a=b'],
      'x-api-key': { a: 1 },
      pin: 1234,
      hasToken: true,
      headers: ['Cookie', 'a=b', 'Host', 'c'],
    };
    expect(own.redact(data)).toEqual({
      authorization: '[secret]',
      'Set-Cookie': '[secret]',
      'x-api-key': '[secret]',
      pin: '[secret]',
      hasToken: true,
      headers: ['Cookie', '[secret]', 'Host', 'c'],
    });
  });

  it('is no name of a field that is data itself', () => {
    const data = { 'ann@example.com': 1, [`ghp_${'a1'.repeat(10)}`]: 2, ['__proto__']: 3, ok: 4 };
    expect(redactor.redact(data)).toEqual({
      '[redacted 15 chars]': 1,
      '[redacted 24 chars]': 2,
      '[redacted 9 chars]': 3,
      ok: 4,
    });
  });

  it('is no card number, not even as a number', () => {
    expect(redactor.redact([4111111111111111, 4111111111111111n, 1767225600000])).toEqual([
      '[secret]',
      '[secret]',
      1767225600000,
    ]);
  });

  it('is of an error its name, code and message, without what looks like a secret', () => {
    const cause = new Error('password=a');
    const error = new HoldfastError('ACTOR_DEAD', 'gone: token=b', { path: 'p' }, { cause });
    expect(redactor.redact({ error })).toEqual({
      error: { name: 'HoldfastError', message: 'gone: token=[secret]', code: 'ACTOR_DEAD' },
    });
  });
});

describe('what is no plain data', () => {
  it.each<[string, unknown, unknown]>([
    ['nothing', undefined, null],
    ['a bigint', 7n, '7'],
    ['a long bigint', 10n ** 50n, '[51 digits]'],
    ['no number', [Number.NaN, Number.NEGATIVE_INFINITY], ['NaN', '-Infinity']],
    ['a symbol and a function', [Symbol('s'), throwing], ['[symbol]', '[function]']],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['no date', new Date(Number.NaN), '[no date]'],
    [
      'bytes',
      [Buffer.from('ab'), new Float64Array(2), new ArrayBuffer(3)],
      ['[2 bytes]', '[16 bytes]', '[3 bytes]'],
    ],
    ['a map and a set', [new Map([['a', 'b']]), new Set(['c'])], ['[map of 1]', '[set of 1]']],
    ['a gap', { a: [undefined], b: undefined }, { a: [null] }],
    [
      'a getter that throws',
      Object.defineProperty({ n: 1 }, 'x', { enumerable: true, get: throwing }),
      { n: 1, x: '[unreadable]' },
    ],
    [
      'a proxy that throws',
      { n: 1, x: new Proxy({}, { ownKeys: throwing, getPrototypeOf: throwing }) },
      { n: 1, x: '[unreadable]' },
    ],
    ['a toJSON', { toJSON: throwing, n: 1 }, { toJSON: '[function]', n: 1 }],
  ])('is told as such: %s', (_, data, plain) => {
    expect(redactor.redact(data)).toEqual(plain);
  });

  it('may go round in a circle, but not if it is only there twice', () => {
    const twice = { n: 1 };
    const data: Record<string, unknown> = { a: twice, b: twice };
    data.self = { data };
    expect(redactor.redact(data)).toEqual({ a: { n: 1 }, b: { n: 1 }, self: { data: '[cycle]' } });
  });

  it('has no fields to read, as a record', () => {
    const given = [[1], 'x', 7, null, undefined, new Date(0)];
    expect(given.map((data) => redactor.fields(data))).toEqual(
      given.map(() => ({ unreadable: true })),
    );
    expect(redactor.fields({ n: 1 })).toEqual({ n: 1 });
  });
});

describe('what is too much', () => {
  it('is cut at 8 levels', () => {
    const nest = (depth: number): unknown => (depth === 0 ? 1 : { in: nest(depth - 1) });
    expect(JSON.stringify(redactor.redact(nest(10)))).toBe(
      `${'{"in":'.repeat(8)}"[too deep]"${'}'.repeat(8)}`,
    );
  });

  it('is cut at 64 entries', () => {
    const list = Array.from({ length: 70 }, (_, n) => n);
    const record = Object.fromEntries(list.map((n) => [`n${n}`, n]));
    expect(redactor.redact(list)).toEqual([...list.slice(0, 64), '[cut 6 entries]']);
    expect(Object.entries(Object(redactor.redact(record))).slice(63)).toEqual([
      ['n63', 63],
      ['more', '[cut 6 entries]'],
    ]);
  });

  it('is cut at 1,000 values and 64 KiB of text', () => {
    const wide = Array.from({ length: 64 }, () => Array.from({ length: 64 }, () => 1));
    const ones = JSON.stringify(redactor.redact(wide)).match(/\b1\b/g) ?? [];
    // The lists are values too: the outermost, and those of which something is left.
    expect(ones.length).toBe(1_000 - 1 - 16);
    const text = 'word '.repeat(2_000);
    const parts = Array.from({ length: 10 }, () => text);
    const told = redactor.redact({ parts });
    expect(JSON.stringify(told).length).toBeLessThan(64 * 1024);
    expect(JSON.stringify(told)).toContain(`"[cut ${text.length} chars]"`);
  });

  it('never makes it throw, and what it gives is JSON', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        (data) => {
          const plain = redactor.redact(data);
          expect(JSON.parse(JSON.stringify(plain))).toEqual(plain);
        },
      ),
      { examples: [[{ balance: -0 }]] },
    );
  });
});

it('lists the names of what has very many once, however often it is told', () => {
  let listed = 0;
  const many = new Proxy(
    Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`n${n}`, n])),
    {
      ownKeys: (target) => {
        listed += 1;
        return Reflect.ownKeys(target);
      },
    },
  );
  const first = redactor.fields(many);
  expect([redactor.fields(many), listed]).toEqual([first, 1]);
  expect(first.more).toBe('[cut 4936 entries]');
});

describe('a redacted log', () => {
  it('lets no line through but redacted', () => {
    const memory = new MemoryLog();
    const log = redactedLog(memory);
    log.info({ actor: 'pool/a', email: 'a@b.c' }, 'sent with token=abc');
    expect(memory.lines).toEqual([
      {
        level: 'info',
        message: 'sent with token=[secret]',
        fields: { actor: 'pool/a', email: '[redacted 5 chars]' },
      },
    ]);
  });
});
