import { describe, expect, it } from 'vitest';
import { parseRange, type Range, RangeMap } from '../../../../actors/peer/door/cidr.ts';
import fc from '../../../fast-check.ts';

const range = (text: string): Range => {
  const parsed = parseRange(text);
  if (parsed === undefined) throw new TypeError(text);
  return parsed;
};

describe('a range', () => {
  it.each<[string, Range | undefined]>([
    ['192.0.2.1', { family: 'ipv4', address: '192.0.2.1', bits: 32 }],
    ['192.0.2.0/24', { family: 'ipv4', address: '192.0.2.0', bits: 24 }],
    ['::ffff:192.0.2.0/120', { family: 'ipv4', address: '192.0.2.0', bits: 24 }],
    ['::FFFF:c000:201', { family: 'ipv4', address: '192.0.2.1', bits: 32 }],
    ['0.0.0.0/0', { family: 'ipv4', address: '0.0.0.0', bits: 0 }],
    ['::/0', { family: 'ipv6', address: '::', bits: 0 }],
    ['2001:DB8::/32', { family: 'ipv6', address: '2001:db8::', bits: 32 }],
    ['fe80::1%eth0', { family: 'ipv6', address: 'fe80::1', bits: 128 }],
    ['localhost', undefined],
    ['10.0.0.0/33', undefined],
    ['10.0.0.0/-1', undefined],
    ['10.0.0.0/8/8', undefined],
    ['10.0.0.0/', undefined],
    ['::/129', undefined],
    ['::ffff:10.0.0.0/95', undefined],
    ['/8', undefined],
    ['', undefined],
    ['10.0.0.0/8 ', undefined],
    ['10.0.0.0/0x8', undefined],
    ['10/8', undefined],
    ['1.2.3.4/1e1', undefined],
  ])('is written %j: %j', (text, parsed) => {
    expect(parseRange(text)).toEqual(parsed);
  });

  it.each([
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.7/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.128/25', '192.0.2.127', false],
    ['192.0.2.128/25', '192.0.2.128', true],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '2001:db8::', true],
    ['::/0', '192.0.2.1', false],
    ['2001:db8::/33', '2001:db8:7fff::', true],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['::1', '::1', true],
    ['::1', '::2', false],
  ])('%s has %s: %s', (text, address, has) => {
    const ranges = new RangeMap<string>();
    ranges.set(range(text), text);
    expect(ranges.covering(address)).toEqual(has ? [text] : []);
  });
});

describe('values of ranges', () => {
  it('are those of all ranges that an address is in, and one for each range', () => {
    const ranges = new RangeMap<number>();
    for (const [index, text] of ['10.0.0.0/8', '10.1.0.0/16', '10.9.9.9/8', '::/0'].entries()) {
      ranges.set(range(text), index);
    }
    expect([ranges.size, ranges.covering('10.1.2.3'), [...ranges.values()]]).toEqual([
      3,
      [2, 1],
      [2, 1, 3],
    ]);
    ranges.delete(range('10.77.0.0/8'));
    ranges.delete(range('10.77.0.0/8'));
    expect([ranges.size, ranges.covering('10.1.2.3'), ranges.get(range('::/0'))]).toEqual([
      2,
      [1],
      3,
    ]);
  });

  it('are found as if one looked at each', () => {
    const bytes = fc.constantFrom(0, 1, 127, 128, 192, 255);
    const ipv4 = fc.array(bytes, { minLength: 4, maxLength: 4 }).map((all) => all.join('.'));
    const numberOf = (address: string): number =>
      address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
    const entries = fc.array(fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })), { maxLength: 20 });
    fc.assert(
      fc.property(entries, ipv4, (all, address) => {
        const ranges = new RangeMap<string>();
        const expected = new Set<string>();
        for (const [first, bits] of all) {
          const unit = 2 ** (32 - bits);
          const at = Math.floor(numberOf(first) / unit);
          const name = `${at}/${bits}`;
          ranges.set(range(`${first}/${bits}`), name);
          if (Math.floor(numberOf(address) / unit) === at) expected.add(name);
        }
        expect(new Set(ranges.covering(address))).toEqual(expected);
      }),
    );
  });
});
