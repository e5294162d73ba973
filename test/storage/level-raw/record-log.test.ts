import { describe, expect, it } from 'vitest';
import { readRecords } from '../../../storage/level-raw/record-log.ts';
import fc from '../../fast-check.ts';
import { bytesFrom, fragment, logOf } from './records.ts';
import { patternOf } from './stores.ts';

function read(bytes: Uint8Array, isTrusted = false) {
  const damage: string[] = [];
  const records = readRecords(bytes, isTrusted, (offset, what, isTornTail = false) => {
    damage.push(`${offset} ${what}${isTornTail ? ', torn' : ''}`);
  });
  return {
    lengths: records.map(({ payload }) => payload.length),
    afterDamage: records.flatMap(({ isAfterDamage }, index) => (isAfterDamage ? [index] : [])),
    damage,
    records,
  };
}

const lengths = fc.array(fc.oneof(fc.nat(50), fc.integer({ min: 32_740, max: 32_790 })), {
  maxLength: 8,
});

describe('a log of records', () => {
  it('is read as it was written, records of every length', () => {
    fc.assert(
      fc.property(lengths, fc.boolean(), (wanted, isTrusted) => {
        const payloads = wanted.map((length, index) => patternOf(length, index));
        const { records, damage } = read(logOf(...payloads), isTrusted);
        expect(records.map(({ payload }) => Buffer.from(payload).toString('latin1'))).toEqual(
          payloads.map((payload) => Buffer.from(payload).toString('latin1')),
        );
        expect(damage).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('takes a record that lies in one piece from the bytes of the file', () => {
    const log = logOf(patternOf(100, 1));
    expect(read(log).records[0]?.payload.buffer).toBe(log.buffer);
  });

  it('that ends within a record is torn there', () => {
    const log = logOf(patternOf(10, 1), patternOf(70_000, 2), patternOf(20, 3));
    expect(read(log.subarray(0, 5)).damage).toEqual(['0 the file ends within a record, torn']);
    expect(read(log.subarray(0, 40_000)).damage).toEqual([
      '17 the file ends within a record, torn',
    ]);
    expect(read(log.subarray(0, 32 * 1024))).toMatchObject({
      lengths: [10],
      damage: ['17 the record that begins here has no end, torn'],
    });
    expect(read(log.subarray(0, -1))).toMatchObject({
      lengths: [10, 70_000],
      damage: [`${log.length - 27} the file ends within a record, torn`],
    });
  });

  it('finds zeros where a record must be, and reads on in the next block', () => {
    const log = logOf(patternOf(10, 1), patternOf(32_744, 2), patternOf(30, 3), patternOf(5, 4));
    log.fill(0, 17, 1000);
    expect(read(log)).toMatchObject({
      lengths: [10, 30, 5],
      afterDamage: [1],
      damage: ['17 zeros where a record must be'],
    });
  });

  it('finds fragments that belong to no record', () => {
    const part = patternOf(10, 1);
    expect(read(bytesFrom(fragment(4, part), fragment(1, part)))).toMatchObject({
      lengths: [10],
      afterDamage: [0],
      damage: ['0 a record without its beginning'],
    });
    expect(read(bytesFrom(fragment(2, part), fragment(1, part)))).toMatchObject({
      lengths: [10],
      afterDamage: [0],
      damage: ['0 a record without its end'],
    });
    expect(read(bytesFrom(fragment(1, part), fragment(5, part)))).toMatchObject({
      lengths: [10],
      damage: ['17 the checksum of a record is wrong'],
    });
  });

  it('finds what stands where the end of a block must be zero', () => {
    const log = logOf(patternOf(32 * 1024 - 10, 1), patternOf(5, 2));
    log[32 * 1024 - 1] = 1;
    expect(read(log)).toMatchObject({
      lengths: [32 * 1024 - 10, 5],
      damage: [`${32 * 1024 - 3} the end of a block is not zero`],
    });
  });

  it('does not take a wrong length at its end for a crash', () => {
    const log = logOf(patternOf(10, 1), patternOf(20, 2), patternOf(30, 3));
    log[17 + 5] = 1;
    expect(read(log)).toMatchObject({
      lengths: [10, 20, 30],
      afterDamage: [1],
      damage: ['17 the length of a record is wrong'],
    });
  });

  it('searches each block once for the length of a record, for a search takes long', () => {
    const log = logOf(...[1, 2, 3, 4].map((seed) => patternOf(10, seed)), patternOf(40_000, 5));
    log[17 + 4] = 9;
    log[51 + 4] = 9;
    expect(read(log)).toMatchObject({
      lengths: [10, 10, 10],
      damage: ['17 the length of a record is wrong', '51 the checksum of a record is wrong'],
    });
  });

  it('reports a record that lost its beginning once', () => {
    const log = logOf(patternOf(70_000, 1), patternOf(10, 2));
    log[100] = (log[100] ?? 0) ^ 1;
    expect(read(log)).toMatchObject({
      lengths: [10],
      afterDamage: [0],
      damage: ['0 the checksum of a record is wrong'],
    });
  });
});
