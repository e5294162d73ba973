import { describe, expect, it } from 'vitest';
import { decode, payloadOf } from '../../runtime/payload.ts';
import fc from '../fast-check.ts';

describe('a payload', () => {
  it('is what it was made of, for any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const same = JSON.parse(JSON.stringify(value));
        expect(decode(payloadOf('payload', value))).toEqual({ ok: true, value: same });
      }),
    );
  });

  it('is bytes as they are, and nothing for undefined', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    expect(payloadOf('payload', bytes)).toEqual({ encoding: 'bytes', bytes });
    expect(decode(payloadOf('payload', bytes))).toEqual({ ok: true, value: bytes });
    expect(payloadOf('payload', undefined).encoding).toBe('nothing');
    expect(decode(payloadOf('payload', undefined))).toEqual({ ok: true, value: undefined });
  });

  it('is neither a function, nor a circle, nor over 10 MB', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => payloadOf('payload', () => 1)).toThrow(
      new TypeError('payload must be JSON or bytes, got function'),
    );
    expect(() => payloadOf('payload', circle)).toThrow(
      new TypeError('payload must be JSON or bytes'),
    );
    expect(() => payloadOf('payload', 1n)).toThrow(TypeError);
    expect(() => payloadOf('payload', new Uint8Array(10_485_761))).toThrow(
      new RangeError('payload must have at most 10485760 bytes, got 10485761'),
    );
  });

  it('is nested 512 deep, and no deeper: a parser takes far more memory for it', () => {
    const nested = (depth: number): string =>
      `${'[{"[[":'.repeat(depth / 2)}"\\"${'['.repeat(999)}"${'}]'.repeat(depth / 2)}`;
    const deepest = JSON.parse(nested(512));
    expect(decode(payloadOf('payload', deepest))).toEqual({ ok: true, value: deepest });
    expect(() => payloadOf('payload', [deepest])).toThrow(
      new RangeError('payload may be nested 512 deep, no more'),
    );
  });

  it.each([
    ['ArrayBuffer', new ArrayBuffer(3)],
    ['Map', new Map([[1, 2]])],
    ['Set', new Set([1])],
    ['Promise', Promise.resolve(1)],
    ['Error', new Error('no')],
    ['Float64Array', Float64Array.of(1)],
    [
      'Generator',
      (function* () {
        yield 1;
      })(),
    ],
  ])('is no %s, of which nothing would be left', (kind, value) => {
    expect(() => payloadOf('payload', value)).toThrow(
      new TypeError(`payload must be JSON or a Uint8Array, got ${kind}`),
    );
  });

  it('is what a class says of itself, or an empty one', () => {
    class Price {
      readonly cents = 3;
    }
    class Nothing {}
    const decoded = [new Price(), new Nothing(), new Date(0), Object.create(null)].map((value) =>
      decode(payloadOf('payload', value)),
    );
    expect(decoded.map((each) => each.ok && each.value)).toEqual([
      ...[{ cents: 3 }, {}, '1970-01-01T00:00:00.000Z', {}],
    ]);
  });

  it('has 100,000 values and names, and no more, whatever stands in its texts', () => {
    const most = { ',:[{': Array.from({ length: 99_997 }, () => ',') };
    expect(decode(payloadOf('payload', most))).toEqual({ ok: true, value: most });
    most[',:[{'].push(',');
    expect(() => payloadOf('payload', most)).toThrow(
      new RangeError('payload may have 100000 values and names, no more'),
    );
  });

  it.each([
    ['of too many values', `[${'{},'.repeat(49_999)}1,1]`],
    ['of too many names', `{${'"a":1,'.repeat(49_999)}"b":[]}`],
    ['nested 513 deep', `${'['.repeat(513)}${']'.repeat(513)}`],
    ['no JSON', '{"a":'],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
  ])('that is %s is not read', (_, given) => {
    const bytes = typeof given === 'string' ? Buffer.from(given) : given;
    expect(decode({ encoding: 'json', bytes })).toEqual({ ok: false });
  });
});
