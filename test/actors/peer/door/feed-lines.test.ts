import { describe, expect, it } from 'vitest';
import { FeedLines } from '../../../../actors/peer/door/feed-lines.ts';
import { RangeDraft, type RangeTable } from '../../../../actors/peer/door/range-table.ts';

function read(text: string | Uint8Array, { pieceBytes = 7, prefixesMax = 1_000 } = {}) {
  const draft = new RangeDraft();
  const lines = new FeedLines(draft, prefixesMax);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    lines.take(bytes.subarray(at, at + pieceBytes));
  }
  const making = draft.table();
  let made = making.next();
  while (made.done !== true) made = making.next();
  const table: RangeTable = made.value;
  return { reading: lines.end(), table, size: draft.size, isFull: lines.isFull };
}

const good = { bad: 0, badLines: [] };

describe('the lines of a feed', () => {
  it('are those of Spamhaus DROP, FireHOL netsets, plain lists, and lists of ranges', () => {
    const text = [
      ...['; Spamhaus DROP List 2026/11/30', '1.10.16.0/20 ; SBL256894', '# a netset', '#'],
      ...['', '5.188.10.0/23', '  203.0.113.9\t# one', '198.51.100.0/25,comment,7\r'],
      ...['192.0.2.16-192.0.2.47', '192.0.2.64 - 192.0.2.64 ; x', '2001:db8::/32 ; SBL1'],
      ...['2001:DB8:0:1::1 # six', '::ffff:9.9.9.9', '2a00::-2a00:0:0:2:ffff::', ''],
    ].join('\n');
    for (const pieceBytes of [1, 7, 1_000]) {
      const { reading, table } = read(text, { pieceBytes });
      expect(reading).toEqual({ entries: 10, ...good });
      const at = (address: string) => table.find(address);
      expect([at('1.10.31.255'), at('1.10.32.0'), at('5.188.11.1')]).toEqual([
        { cidr: '1.10.16.0/20', line: 2 },
        undefined,
        { cidr: '5.188.10.0/23', line: 6 },
      ]);
      expect(['203.0.113.9', '198.51.100.1', '9.9.9.9'].map((one) => at(one)?.line)).toEqual([
        ...[7, 8, 13],
      ]);
      const range = ['192.0.2.15', '192.0.2.16', '192.0.2.47', '192.0.2.48', '192.0.2.64'];
      expect(range.map((one) => at(one)?.cidr)).toEqual([
        ...[undefined, '192.0.2.16/28', '192.0.2.32/28', undefined, '192.0.2.64/32'],
      ]);
      expect(
        ['2001:db8:0:1::9', '2a00:0:0:2::1', '2a00:0:0:3::1'].map((one) => at(one)?.line),
      ).toEqual([12, 14, undefined]);
    }
  });

  it.each([
    ['256.1.1.1', 'no address'],
    ['1.2.3', 'no address'],
    ['1.2.3.4.5', 'no address'],
    ['1.2.3.4/33', 'no address'],
    ['1.2.3.4/', 'no address'],
    ['010.2.3.4', 'no address'],
    ['example.org', 'no address'],
    ['-', 'no address'],
    ['1.2.3.4-1.2.3.3', 'no address'],
    ['1.2.3.4-::1', 'no address'],
    ['\u0000\u0001\u00ff', 'no address'],
    ['0.0.0.0/0', 'too wide'],
    ['64.0.0.0/2', 'too wide'],
    ['0.0.0.0-255.255.255.255', 'too wide'],
    ['::/0', 'too wide'],
    ['2000::/3', 'too wide'],
    ['0::/1', 'too wide'],
    ['0.0.0.1-127.255.255.254', 'too wide'],
    ['32.0.0.0-64.0.0.0', 'too wide'],
    ['1::-3fff:ffff:ffff:fffe::', 'too wide'],
    ['2000:0:0:1::-3fff:ffff:ffff:fffe::', 'too wide'],
    ['2800::-3900::', 'too wide'],
    ['x'.repeat(2_000), 'too long'],
  ])('are bad if they are as %j: %s', (bad, because) => {
    expect(read(`# head\n${bad}\n192.0.2.1\n`).reading).toEqual({
      ...{ entries: 1, bad: 1 },
      badLines: [{ line: 2, because }],
    });
  });

  it('are bad as a whole: nothing of a range that is too wide is taken', () => {
    const { reading, table } = read('0.0.0.1-255.255.255.254\n');
    expect([reading.entries, reading.bad, table.size]).toEqual([0, 1, 0]);
  });

  it('may be as wide as bogons are', () => {
    const bogons = ['224.0.0.0/3', '8000::/1', '4000::/2', '2000::/4', '4000::-ffff::'];
    const { reading } = read(['16.0.0.0-47.255.255.255', ...bogons, ''].join('\n'));
    expect(reading).toEqual({ entries: 6, ...good });
  });

  it.each(['\n', '\r\n', '\r'])('may end with %j, and each counts once', (end) => {
    const text = ['# one', '192.0.2.1', '', 'three', '192.0.2.5', ''].join(end);
    for (const pieceBytes of [1, 7, 1_000]) {
      const { reading, table } = read(text, { pieceBytes });
      expect(reading).toEqual({
        entries: 2,
        bad: 1,
        badLines: [{ line: 4, because: 'no address' }],
      });
      expect(['192.0.2.1', '192.0.2.5'].map((one) => table.find(one)?.line)).toEqual([2, 5]);
    }
  });

  it('may end in several ways in one file', () => {
    const { table } = read('192.0.2.1\r192.0.2.2\n\r192.0.2.4\r\n192.0.2.5\n');
    const lines = [1, 2, 3, 4, 5].map((host) => table.find(`192.0.2.${host}`)?.line);
    expect(lines).toEqual([1, 2, undefined, 4, 5]);
  });

  it.each(['192.0.2.1', '# a head', '2001:db8::/32', '  192.0.2.1'])(
    'may begin with the mark of UTF-8: %j',
    (first) => {
      for (const pieceBytes of [1, 2, 1_000]) {
        const marked = read(`\ufeff${first}\n203.0.113.9\n`, { pieceBytes });
        const { reading, table, size } = read(`${first}\n203.0.113.9\n`);
        expect([marked.reading, marked.size]).toEqual([reading, size]);
        const at = ['192.0.2.1', '2001:db8::1', '203.0.113.9'];
        expect(at.map((one) => marked.table.find(one))).toEqual(at.map((one) => table.find(one)));
      }
      expect(read(`192.0.2.1\n\ufeff192.0.2.2\n`).reading.bad).toBe(1);
    },
  );

  it('have an end: a range that was cut off is not taken for a wider one', () => {
    const { reading, table } = read('192.0.2.1\n203.0.113.0/2');
    expect(reading).toEqual({ entries: 1, bad: 1, badLines: [{ line: 2, because: 'cut off' }] });
    expect(table.find('203.0.113.1')).toBe(undefined);
  });

  it('are read no further than there is room', () => {
    const all = Array.from({ length: 1_000 }, (_, at) => `10.0.${at >> 8}.${at & 255}`).join('\n');
    expect(read(`${all}\n`, { prefixesMax: 10 })).toMatchObject({ isFull: true, size: 11 });
    expect(read(`${all}\n`)).toMatchObject({ isFull: false, size: 1_000 });
  });
});
