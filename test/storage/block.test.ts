import { createCipheriv, createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  BLOCK_BYTES_MAX,
  type BlockView,
  BlockWriter,
  canOpen,
  openBlock,
  parseBlock,
  RECORD_BYTES_MAX,
  RECORDS_PER_BLOCK_MAX,
} from '../../storage/block.ts';
import { hex } from '../../storage/bytes.ts';
import { chainAfter } from '../../storage/chain.ts';
import { StorageError } from '../../storage/faults.ts';
import { hashesIn } from '../../storage/proofs/tiles.ts';
import { blockKey } from '../../storage/session.ts';
import fc from '../fast-check.ts';
import {
  bytes32,
  cutAndGrown,
  flipped,
  keysByHand,
  keysOf,
  otherStoreId,
  storeId,
} from './store.fixture.ts';

const chain = bytes32(5);
const keys = keysOf(7, 2);
const writerOf = (segment = 7, session = 2, id = storeId): BlockWriter =>
  new BlockWriter({ storeId: id, segment, session, keys: keysOf(segment, session, id) });

const record = (text: string): Uint8Array => new TextEncoder().encode(text);
const recordsOf = (...lengths: readonly number[]): readonly Uint8Array[] =>
  lengths.map((length, index) => new Uint8Array(length).fill(index + 1));
const three = ['{"a":1}', '{"a":1}', '{"bc":"ü"}'].map(record);

function open(value: Uint8Array, its = keys, id = storeId): readonly Uint8Array[] | undefined {
  const view = parseBlock(value);
  if (view === undefined) return undefined;
  const records = openBlock(view, its, id);
  expect(canOpen(view, its, id)).toBe(records !== undefined);
  return records;
}

const uint = (value: number, bytes: 4 | 8): Buffer => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(BigInt(value));
  return buffer.subarray(8 - bytes);
};

interface Parts {
  readonly counter: number;
  readonly first: number;
  readonly count: number;
  readonly plaintext: Uint8Array;
  readonly leaves: Uint8Array;
}

const framed = (records: readonly Uint8Array[]): Buffer =>
  Buffer.concat(records.flatMap((it) => [uint(it.length, 4), it]));

/** What FORMAT.md says of these records, in segment 7, session 2. */
function partsOf(records: readonly Uint8Array[], first: number, counter: number): Parts {
  const start = Buffer.concat([uint(first, 8), uint(counter % 2 ** 32, 4), uint(0, 4)]);
  const { leaf } = keysByHand(7, 2, bytes32(9));
  const salts = createCipheriv('aes-256-ctr', leaf, start).update(Buffer.alloc(4_096));
  const hashes = records.map((it, index) => {
    const salt = salts.subarray(16 * index, 16 * index + 16);
    return createHash('sha256').update(Uint8Array.of(0)).update(salt).update(it).digest();
  });
  const [plaintext, leaves] = [framed(records), Buffer.concat(hashes)];
  return { counter, first, count: records.length, plaintext, leaves };
}

function blockByHand({ counter, first, count, plaintext, leaves }: Parts): Uint8Array {
  const head = Buffer.concat([
    Buffer.from('HFB\x01', 'latin1'),
    ...[uint(7, 4), uint(2, 4), uint(counter, 8), uint(first, 8)],
    ...[uint(count, 4), uint(plaintext.length, 4), chain],
  ]);
  const { block } = keysByHand(7, 2, bytes32(9));
  const nonce = Buffer.concat([uint(0, 4), uint(counter, 8)]);
  const cipher = createCipheriv('aes-256-gcm', block, nonce, { authTagLength: 16 });
  cipher.setAAD(Buffer.concat([Buffer.from('block'), storeId, head, leaves]));
  const encrypted = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Uint8Array.of(...head, ...cipher.getAuthTag(), ...leaves, ...encrypted);
}

describe('a block', () => {
  it('is on the disk as FORMAT.md says', () => {
    const writer = writerOf();
    const one = writer.write(three.slice(0, 1), 2 ** 32, chain);
    const two = writer.write(three, 2 ** 32 + 1, chain);
    const blocks = [
      [blockByHand(partsOf(three.slice(0, 1), 2 ** 32, 0)), 2 ** 32],
      [blockByHand(partsOf(three, 2 ** 32 + 1, 1)), 2 ** 32 + 1],
    ] as const;
    const puts = blocks.map(([value, first]) => ({ key: blockKey(first), value }));
    expect([...one.puts, ...two.puts]).toEqual(puts);
  });

  it('says what is in it before it is opened', () => {
    const parts = partsOf(three, 5, 3);
    const value = blockByHand(parts);
    const view: BlockView = {
      segment: 7,
      session: 2,
      counter: 3,
      first: 5,
      count: 3,
      plainBytes: parts.plaintext.length,
      chainBefore: chain,
      tag: value.subarray(68, 84),
      leaves: new Uint8Array(parts.leaves),
      cipher: value.subarray(180),
      head: value.subarray(0, 68),
    };
    expect(parseBlock(value)).toEqual(view);
  });

  it('gives back the records that were written, for any records', () => {
    const records = fc.array(fc.uint8Array({ minLength: 1, maxLength: 600 }), {
      maxLength: 600,
      size: 'max',
    });
    fc.assert(
      fc.property(records, fc.nat(), (given, first) => {
        const written = writerOf().write(given, first, chain);
        const views = written.puts.flatMap(({ value }) => parseBlock(value) ?? []);
        let link = chain;
        for (const view of views) {
          expect(view.chainBefore).toEqual(link);
          link = chainAfter(link, view.first, view.count, view.leaves);
        }
        expect(written.puts.flatMap(({ value }) => open(value) ?? [])).toEqual(given);
        expect({ ...written, puts: [], leaves: written.leaves }).toEqual({
          puts: [],
          leaves: views.flatMap(({ leaves }) => hashesIn(leaves).map(hex)),
          chain: link,
          size: first + given.length,
        });
      }),
      { numRuns: 20 },
    );
  });

  it('is refused with any byte changed, cut or added', () => {
    const value = blockByHand(partsOf(three, 5, 3));
    expect(open(value)).toEqual(three);
    expect([...flipped(value), ...cutAndGrown(value)].filter((it) => open(it))).toEqual([]);
  });

  it('is refused in another segment, session or store', () => {
    const value = blockByHand(partsOf(three, 5, 3));
    expect([
      open(value, keysOf(8, 2)),
      open(value, keysOf(7, 3)),
      open(value, keysOf(7, 2, otherStoreId)),
      open(value, keys, otherStoreId),
    ]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('is refused at another place of the log, or of its session', () => {
    const value = blockByHand(partsOf(three, 5, 3));
    const moved = [
      [7, 8],
      [11, 1],
      [19, 4],
      [27, 6],
    ].map(([at = 0, byte = 0]) => Uint8Array.from(value).fill(byte, at, at + 1));
    expect(moved.map((it) => parseBlock(it)?.count)).toEqual([3, 3, 3, 3]);
    expect(moved.filter((it) => open(it))).toEqual([]);
  });

  it('is refused if its tag is right and a leaf hash is not', () => {
    const parts = partsOf(three, 5, 3);
    const forged = flipped(parts.leaves).map((leaves) => blockByHand({ ...parts, leaves }));
    expect(forged.filter((value) => open(value))).toEqual([]);
  });

  it.each([
    ['two records', framed(three.slice(0, 2))],
    ['four records', framed([...three, record('{}')])],
    ['a length beyond its end', Buffer.from('ffffffff00000001', 'hex')],
    ['an empty record', framed([...three.slice(0, 2), new Uint8Array()])],
    ['nothing', new Uint8Array()],
  ])('is refused if its tag is right and it has %s instead of three', (_, plaintext) => {
    expect(open(blockByHand({ ...partsOf(three, 5, 3), plaintext }))).toBeUndefined();
  });

  it('cannot be opened with keys that were wiped', () => {
    const view = parseBlock(blockByHand(partsOf(three, 5, 3)));
    const wiped = keysOf(7, 2);
    wiped.block.wipe();
    expect(view && (() => canOpen(view, wiped, storeId))).toThrow(
      new StorageError('KEY_MISSING', 'the key was wiped'),
    );
  });
});

describe('bytes that are no block', () => {
  it.each([
    ['fewer records than are there', 28, 2],
    ['257 records', 28, 257],
    ['4,294,967,295 records', 28, 0xffff_ffff],
    ['a plaintext of 65,537 bytes', 32, 65_537],
    ['a plaintext of 4 GiB', 32, 0xffff_ffff],
    ['a counter beyond 2^53', 12, 0xffff_ffff],
    ['a first record beyond 2^53', 20, 0xffff_ffff],
    ['another magic', 0, 0x4846_4202],
  ])('are told by %s', (_, at, value) => {
    const bytes = Buffer.from(blockByHand(partsOf(three, 5, 3)));
    bytes.writeUInt32BE(value, at);
    expect(parseBlock(bytes)).toBeUndefined();
  });

  it('are told by a last record beyond 2^53', () => {
    const bytes = Buffer.from(blockByHand(partsOf(three, 5, 3)));
    bytes.writeBigUInt64BE(BigInt(Number.MAX_SAFE_INTEGER - 2), 20);
    expect(parseBlock(bytes)).toBeUndefined();
    bytes.writeBigUInt64BE(BigInt(Number.MAX_SAFE_INTEGER - 3), 20);
    expect(parseBlock(bytes)?.first).toBe(Number.MAX_SAFE_INTEGER - 3);
  });

  it('are told by more than 65,536 bytes of plaintext, or 256 records, if those are there', () => {
    const plaintext = framed(recordsOf(32_764, 32_765));
    const many = partsOf(recordsOf(...Array.from({ length: 256 }, () => 1)), 0, 0);
    const leaves = Buffer.concat([many.leaves, bytes32(1)]);
    const long = blockByHand({ ...partsOf(recordsOf(1, 1), 0, 0), plaintext });
    const full = blockByHand({ ...many, count: 257, leaves });
    expect([parseBlock(long), parseBlock(full)]).toEqual([undefined, undefined]);
    expect(parseBlock(blockByHand(many))?.count).toBe(256);
  });

  it('are told by having no record, and nothing else either', () => {
    expect(parseBlock(blockByHand(partsOf([], 5, 3)))).toBeUndefined();
  });

  it('are told by a length that is not the one they promise', () => {
    const value = blockByHand(partsOf(three, 5, 3));
    expect(cutAndGrown(value).filter((it) => parseBlock(it))).toEqual([]);
  });

  it('never make it throw', () => {
    const start = Uint8Array.from(blockByHand(partsOf(three, 5, 3)).subarray(0, 28));
    const bytes = fc.tuple(fc.nat(28), fc.uint8Array({ maxLength: 400 }));
    fc.assert(
      fc.property(bytes, ([kept, rest]) => {
        const value = Uint8Array.of(...start.subarray(0, kept), ...rest);
        expect(open(value)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});

describe('the records of a commit', () => {
  const countsOf = (records: readonly Uint8Array[]): readonly unknown[] =>
    writerOf()
      .write(records, 0, chain)
      .puts.map(({ value }) => parseBlock(value))
      .map((view) => [view?.first, view?.count, view?.counter]);

  it('have a limit of number and of bytes for each block', () => {
    expect([RECORDS_PER_BLOCK_MAX, BLOCK_BYTES_MAX, RECORD_BYTES_MAX]).toEqual([
      256, 65_536, 65_519,
    ]);
  });

  it('are none, and make no block', () => {
    const expected = { puts: [], leaves: [], chain, size: 9 };
    expect(writerOf().write([], 9, chain)).toEqual(expected);
  });

  it('are split where a block has 256', () => {
    const small = (count: number) => recordsOf(...Array.from({ length: count }, () => 1));
    expect(countsOf(small(256))).toEqual([[0, 256, 0]]);
    expect(countsOf(small(257))).toEqual([
      [0, 256, 0],
      [256, 1, 1],
    ]);
    expect(countsOf(small(513)).length).toBe(3);
  });

  it('are split where a block has 65,536 bytes', () => {
    expect(countsOf(recordsOf(32_764, 32_764))).toEqual([[0, 2, 0]]);
    expect(countsOf(recordsOf(32_764, 32_765, 1))).toEqual([
      [0, 1, 0],
      [1, 2, 1],
    ]);
    expect(countsOf(recordsOf(1, 65_519, 1, 65_519))).toEqual([
      [0, 3, 0],
      [3, 1, 1],
    ]);
  });

  it('may have 65,519 bytes each, and come back', () => {
    const records = recordsOf(65_519, 65_519);
    const { puts } = writerOf().write(records, 0, chain);
    const opened = puts.flatMap(({ value }) => open(value) ?? []);
    expect(opened.map((it) => Buffer.from(it))).toEqual(records.map((it) => Buffer.from(it)));
  });

  it('are refused together if one has 65,520 bytes, or none, and no counter is used up', () => {
    const writer = writerOf();
    expect(() => writer.write(recordsOf(1, 65_520), 0, chain)).toThrow(
      new StorageError('RECORD_TOO_LARGE', 'a record may have 65519 bytes, got 65520'),
    );
    expect(() => writer.write(recordsOf(1, 0), 0, chain)).toThrow(
      new RangeError('a record must have at least 1 byte, got 0'),
    );
    const [put] = writer.write(three, 5, chain).puts;
    expect(put?.value).toEqual(blockByHand(partsOf(three, 5, 0)));
  });

  it('are not changed, and may be changed afterwards', () => {
    const records = three.map((it) => Uint8Array.from(it));
    const [put] = writerOf().write(records, 5, chain).puts;
    expect(records).toEqual(three);
    for (const it of records) it.fill(0);
    writerOf().write(recordsOf(9, 9, 9), 5, chain);
    expect(put && open(put.value)).toEqual(three);
  });

  it('have different leaf hashes each time, though they are the same', () => {
    const it = record('{}');
    const same = (segment: number, session: number, first: number, id = storeId) => {
      return writerOf(segment, session, id).write([it, it], first, chain).leaves;
    };
    const writer = writerOf();
    const twice = [6, 6].flatMap((first) => writer.write([it], first, chain).leaves);
    const leaves = [
      ...same(7, 2, 2),
      ...same(7, 2, 4),
      ...same(7, 3, 2),
      ...same(8, 2, 2),
      ...same(7, 2, 2, otherStoreId),
      ...twice,
    ];
    expect(new Set(leaves).size).toBe(12);
  });
});
