import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { describe, expect, it } from 'vitest';
import { concat, hex, u32, u64 } from '../../storage/bytes.ts';
import { AUDIT_KEYS_MAX, KeyArchive } from '../../storage/key-archive.ts';
import { drawn, flipped, secretOf, storeId } from './sealing.ts';

const tools = { key: secretOf(7), storeId };
const nonce = drawn()(24);
const entry = { madeMs: 1_700_000_000_000, size: 40, publicKey: new Uint8Array(32).fill(5) };

const archiveOf = (...keys: readonly number[]): KeyArchive =>
  keys.reduce((archive, key) => archive.with(entry, nonce, secretOf(key)), new KeyArchive(tools));

const shown = (archive: KeyArchive, generation: number) =>
  archive.keyOf(generation)?.use((bytes) => bytes[0]);

describe('an archive of audit keys', () => {
  it('is laid out as the format says', () => {
    const clear = concat(u32(1), u64(1_700_000_000_000), u64(40), new Uint8Array(32).fill(5));
    const aad = concat(Buffer.from('archive'), storeId, clear);
    const cipher = xchacha20poly1305(new Uint8Array(32).fill(7), nonce, aad);
    const magic = Uint8Array.from([...Buffer.from('HFARCH'), 0, 1]);
    const wrapped = cipher.encrypt(new Uint8Array(32).fill(9));
    expect(hex(archiveOf(9).bytes)).toBe(hex(concat(magic, clear, nonce, wrapped)));
    expect([archiveOf(9).bytes.length, archiveOf(9, 9).bytes.length]).toEqual([132, 256]);
  });

  it('gives each key, and none that it has not', () => {
    const archive = archiveOf(1, 2);
    expect([0, 1, 2, 3].map((each) => shown(archive, each))).toEqual([
      ...[undefined, 1, 2, undefined],
    ]);
    expect([archive.entryOf(2), archive.entryOf(3), archive.generations]).toEqual([
      ...[entry, undefined, 2],
    ]);
  });

  it('loses one key with any byte of its entry, and no other', () => {
    const archive = archiveOf(1, 2, 3);
    for (let at = 132; at < 256; at++) {
      const damaged = new KeyArchive(tools, flipped(archive.bytes, at));
      const keys = [1, 2, 3].map((each) => [shown(damaged, each), damaged.isWhole(each)]);
      expect(keys).toEqual([
        [1, true],
        [undefined, false],
        [3, true],
      ]);
    }
  });

  it('gives no key in the place of another one, for another store, or with another key', () => {
    const { bytes } = archiveOf(1, 2);
    const swapped = concat(bytes.slice(0, 8), bytes.slice(132), bytes.slice(8, 132));
    const others = [
      new KeyArchive(tools, swapped),
      new KeyArchive({ ...tools, storeId: storeId.toReversed() }, bytes),
      new KeyArchive({ ...tools, key: secretOf(8) }, bytes),
    ];
    const keys = others.flatMap((other) => [1, 2].map((each) => shown(other, each)));
    expect(keys).toEqual(Array(6).fill(undefined));
  });

  it('says of a key that it was lost', () => {
    const archive = archiveOf(1).with(entry, nonce);
    expect([shown(archive, 2), archive.isWhole(2), archive.entryOf(2)]).toEqual([
      ...[undefined, true, entry],
    ]);
  });

  it('is read at any length, up to 1,024 keys', () => {
    const lengths = [0, 7, 8, 131, 132, 8 + 124 * 1_025];
    const counts = lengths.map((length) => new KeyArchive(tools, new Uint8Array(length)));
    expect(counts.map(({ generations }) => generations)).toEqual([0, 0, 0, 0, 1, AUDIT_KEYS_MAX]);
  });
});
