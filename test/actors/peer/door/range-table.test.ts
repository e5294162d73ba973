import { describe, expect, it } from 'vitest';
import { canonicalAddress } from '../../../../actors/peer/address.ts';
import { parseRange, type Range } from '../../../../actors/peer/door/cidr.ts';
import { RangeTable } from '../../../../actors/peer/door/range-table.ts';

const range = (text: string): Range => {
  const parsed = parseRange(text);
  if (parsed === undefined) throw new TypeError(text);
  return parsed;
};

const tableOf = (...texts: string[]): RangeTable =>
  RangeTable.of(texts.map((text, at) => [range(text), at + 1]));

const found = (table: RangeTable, address: string) =>
  table.find(canonicalAddress(address) ?? 'none');

describe('a table of ranges', () => {
  const table = tableOf(
    ...['192.0.2.0/24', '192.0.2.64/26', '::ffff:198.51.100.7', '2001:db8::/32', '2001:db8:1::5'],
  );

  it.each([
    ['192.0.2.1', '192.0.2.0/24', 1],
    ['::ffff:192.0.2.1', '192.0.2.0/24', 1],
    ['0:0:0:0:0:ffff:c000:0201', '192.0.2.0/24', 1],
    ['192.0.2.65', '192.0.2.64/26', 2],
    ['198.51.100.7', '198.51.100.7/32', 3],
    ['2001:db8:7::1', '2001:db8::/32', 4],
    ['2001:0DB8:0007::0001%eth0', '2001:db8::/32', 4],
  ])('has %s by %s, in line %i', (address, cidr, line) => {
    expect(found(table, address)).toEqual({ cidr, line });
  });

  it('T22: has every address of a /64 of which one is listed', () => {
    for (const hop of ['0:0:0:5', '0:0:0:6', 'ffff:ffff:ffff:ffff', '1:2:3:4']) {
      const at = `2001:db8:1:0:${hop}`;
      expect(found(table, at)).toEqual({ cidr: '2001:db8:1::/64', line: 5 });
    }
    expect(found(table, '2001:db8:1:1::5')).toEqual({ cidr: '2001:db8::/32', line: 4 });
  });

  it('has nothing of what is beside, nor of the other family', () => {
    const beside = ['192.0.3.1', '198.51.100.6', '2001:db9::1', '::192.0.2.1', '255.255.255.255'];
    expect(beside.map((address) => found(table, address))).toEqual(Array(5).fill(undefined));
    expect(found(tableOf('::/0'), '192.0.2.1')).toBe(undefined);
    expect(found(tableOf('0.0.0.0/0'), '2001:db8::1')).toBe(undefined);
  });
});
