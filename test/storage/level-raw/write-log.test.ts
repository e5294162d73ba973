import { describe, expect, it } from 'vitest';
import { readWriteLog, SequenceChain } from '../../../storage/level-raw/write-log.ts';
import { batchOf, logOf } from './records.ts';

function read(log: Uint8Array, chain: SequenceChain) {
  const damage: string[] = [];
  const entries = readWriteLog(log, false, chain, (offset, what) => {
    damage.push(`${offset} ${what}`);
  });
  return { sequences: entries.map(({ sequence }) => sequence), damage };
}

function changed(log: Uint8Array, at: number): Uint8Array {
  const copy = log.slice();
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

const three = logOf(batchOf(5, ['a', '1']), batchOf(6, ['b'], ['c']), batchOf(8, ['d', '']));

describe('a write-ahead log', () => {
  it('holds writes that follow each other, and those of the log before it', () => {
    const chain = new SequenceChain(3, 5);
    expect(read(three, chain)).toEqual({ sequences: [5, 6, 7, 8], damage: [] });
    expect(read(logOf(batchOf(9)), chain)).toEqual({ sequences: [], damage: [] });
    expect(read(logOf(batchOf(9, ['e'])), chain)).toEqual({ sequences: [9], damage: [] });
    expect(read(logOf(batchOf(11, ['e'])), chain)).toEqual({
      sequences: [11],
      damage: ['0 writes before this record are missing'],
    });
  });

  it('begins where the tables end', () => {
    const early = { sequences: [5, 6, 7, 8], damage: ['0 the sequence numbers are out of order'] };
    const late = { sequences: [5, 6, 7, 8], damage: ['0 writes before this record are missing'] };
    expect(read(three, new SequenceChain(6, 9))).toEqual(early);
    expect(read(three, new SequenceChain(1, 4))).toEqual(late);
  });

  it('reports a damaged record once, not as missing too', () => {
    expect(read(changed(three, 30), new SequenceChain(5, 5))).toEqual({
      sequences: [5, 8],
      damage: ['24 the checksum of a record is wrong'],
    });
    const chain = new SequenceChain(5, 5);
    expect(read(changed(three, three.length - 1), chain).sequences).toEqual([5, 6, 7]);
    expect(read(logOf(batchOf(9, ['e'])), chain)).toEqual({ sequences: [9], damage: [] });
  });

  it('reports a record that is no batch, and reads on', () => {
    const log = logOf(batchOf(5, ['a']), new Uint8Array(3), batchOf(7, ['b']));
    expect(read(log, new SequenceChain(5, 5))).toEqual({
      sequences: [5, 7],
      damage: ['22 a record does not hold writes'],
    });
  });
});
