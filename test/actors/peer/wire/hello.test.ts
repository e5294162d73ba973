import { describe, expect, it } from 'vitest';
import {
  bodyOf,
  readHello,
  readPrefer,
  tagged,
  tags,
  writeHello,
  writePrefer,
} from '../../../../actors/peer/wire/hello.ts';
import { hex } from '../../../../storage/bytes.ts';
import fc from '../../../fast-check.ts';
import { unhex } from './backends.ts';

const suite = fc.nat({ max: 65_535 });

describe('a hello', () => {
  it('stands byte by byte as the specification has it', () => {
    const hello = { offered: [258, 1], chosen: 1, noise: Uint8Array.of(0xaa) };
    expect(hex(writeHello(hello))).toBe('0102010200010001aa');
  });

  it('is read as it was written', () => {
    const offers = fc.uniqueArray(suite, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(offers, fc.nat(), fc.uint8Array(), (offered, at, noise) => {
        const hello = { offered, chosen: offered[at % offered.length] ?? 0, noise };
        expect(readHello(writeHello(hello))).toEqual(hello);
      }),
    );
  });

  it.each([
    ['of nothing', ''],
    ['of a tag alone', '01'],
    ['with another tag', '0201000100 01'],
    ['that offers nothing', '01000001'],
    ['that offers nine suites', '0109000100020003000400050006000700080009 0001'],
    ['that offers one twice', '010200010001 0001'],
    ['that chooses what it does not offer', '01010001 0002'],
    ['that is cut within its suites', '0102000100'],
    ['that is cut within its choice', '0101000100'],
  ])('%s is none', (_, digits) => {
    expect(readHello(unhex(digits.replaceAll(' ', '')))).toBeUndefined();
  });

  it('is any bytes or none, and never an exception', () => {
    const read = fc.property(fc.uint8Array(), (bytes) => {
      const hello = readHello(tagged(tags.hello, bytes));
      if (hello) expect(hex(writeHello(hello))).toBe(`01${hex(bytes)}`);
    });
    fc.assert(read, { numRuns: 5000 });
  });
});

describe('a preference', () => {
  it('is one suite, and not a byte more', () => {
    const read = fc.property(suite, (number) => {
      expect(readPrefer(writePrefer(number))).toBe(number);
    });
    fc.assert(read);
    const others = ['', '02', '0200', '02000100', '010001'].map(unhex);
    expect(others.map(readPrefer)).toEqual(others.map(() => undefined));
  });
});

describe('a tag', () => {
  it('tells one message from another', () => {
    const message = tagged(tags.reply, Uint8Array.of(7));
    expect([bodyOf(tags.reply, message), bodyOf(tags.finish, message)]).toEqual([
      Uint8Array.of(7),
      undefined,
    ]);
  });
});
