import { describe, expect, it } from 'vitest';
import { writeBatchOf } from '../../../storage/level-raw/write-batch.ts';
import { batchOf, bytesFrom, uint32, uint64 } from './records.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

describe('a batch', () => {
  it('numbers its writes one after the other', () => {
    expect(writeBatchOf(batchOf(40, ['a', 'x'], ['b'], ['', '']))).toEqual({
      sequence: 40,
      next: 43,
      entries: [
        { key: bytes('a'), value: bytes('x'), sequence: 40 },
        { key: bytes('b'), value: undefined, sequence: 41 },
        { key: bytes(''), value: bytes(''), sequence: 42 },
      ],
    });
  });

  it('may hold no write', () => {
    expect(writeBatchOf(batchOf(40))).toEqual({ sequence: 40, next: 40, entries: [] });
  });

  it('is none if any of it is wrong', () => {
    const sound = batchOf(40, ['a', 'x'], ['b']);
    const wrong = [...sound.keys()].map((length) => sound.subarray(0, length));
    const others = [
      bytesFrom(sound, 0),
      bytesFrom(sound, 2, 1, 65),
      bytesFrom(uint64(40), uint32(3), sound.subarray(12)),
      bytesFrom(uint64(2 ** 53), uint32(0)),
    ];
    for (const payload of [...wrong, ...others]) expect(writeBatchOf(payload)).toBeUndefined();
  });
});
