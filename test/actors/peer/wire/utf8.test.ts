import { expect, it } from 'vitest';
import { cutUtf8, readUtf8, utf8Bytes, writeUtf8 } from '../../../../actors/peer/wire/utf8.ts';
import { text } from '../../../../storage/bytes.ts';

it('text goes there and back, a byte order mark too', () => {
  for (const sample of ['', 'orders.get', 'Grüße 🏠', '\uFEFFa']) {
    const bytes = new Uint8Array(40);
    const end = writeUtf8(sample, bytes, 3);
    expect(end).toBe(3 + utf8Bytes(sample));
    expect(bytes.slice(3, end)).toEqual(text(sample));
    expect(readUtf8(bytes.subarray(3, end))).toBe(sample);
  }
});

it('bytes that are no UTF-8 are no text', () => {
  const given = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]];
  expect(given.map((bytes) => readUtf8(Uint8Array.from(bytes)))).toEqual(
    given.map(() => undefined),
  );
});

it('text is cut where a character ends', () => {
  expect([4, 3, 2, 9].map((bytesMax) => cutUtf8('a🏠b', bytesMax))).toEqual([
    ...['a', 'a', 'a', 'a🏠b'],
  ]);
  expect([5, 6, 0].map((bytesMax) => cutUtf8('a🏠b', bytesMax))).toEqual(['a🏠', 'a🏠b', '']);
});
