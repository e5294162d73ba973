import { describe, expect, it } from 'vitest';
import { readBlock } from '../../../storage/level-raw/block.ts';
import { bytesFrom, uint32, varint } from './records.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

const pair = (shared: number, rest: string, value: string) =>
  bytesFrom(varint(shared), varint(rest.length), varint(value.length), bytes(rest), bytes(value));

const blockOf = (...pairs: readonly Uint8Array[]) => bytesFrom(...pairs, uint32(0), uint32(1));

function read(block: Uint8Array, from = 0, to = block.length) {
  const pairs: string[] = [];
  const isBlock = readBlock(block, from, to, (keys, keyBytes, valueFrom, valueTo) => {
    const key = Buffer.from(keys.subarray(0, keyBytes)).toString();
    pairs.push(`${key}=${Buffer.from(block.subarray(valueFrom, valueTo)).toString()}`);
  });
  return { isBlock, pairs };
}

describe('a block', () => {
  const block = blockOf(pair(0, 'abc', '1'), pair(2, 'd', ''), pair(0, 'b', '22'));

  it('holds pairs whose keys leave out what they share with the one before', () => {
    const whole = { isBlock: true, pairs: ['abc=1', 'abd=', 'b=22'] };
    expect(read(block)).toEqual(whole);
    expect(read(bytesFrom(9, 9, block, 9), 2, 2 + block.length)).toEqual(whole);
  });

  it('may have a key of any length', () => {
    const long = 'k'.repeat(1000);
    expect(read(blockOf(pair(0, 'k', '1'), pair(1, long, '2')))).toEqual({
      isBlock: true,
      pairs: ['k=1', `k${long}=2`],
    });
  });

  it('is none if any of it is wrong', () => {
    const wrong = [
      new Uint8Array(),
      uint32(0),
      bytesFrom(uint32(0), uint32(2)),
      bytesFrom(uint32(0), uint32(0xffffffff)),
      blockOf(pair(1, 'a', '1')),
      blockOf(pair(0, 'a', '1'), pair(2, 'a', '1')),
      blockOf(pair(0, 'a', '1').subarray(0, -1)),
      blockOf(bytesFrom(0, varint(2 ** 40), 0)),
    ];
    expect(wrong.map((bytesOfBlock) => read(bytesOfBlock).isBlock)).toEqual(wrong.map(() => false));
  });

  it('is none if its keys would fill the memory', () => {
    const repeated = Array.from({ length: 1000 }, (_, index) => pair(100 + index, 'k', ''));
    const { isBlock, pairs } = read(blockOf(pair(0, 'k'.repeat(100), ''), ...repeated));
    expect(isBlock).toBe(false);
    expect(pairs.length).toBeLessThan(600);
  });
});
