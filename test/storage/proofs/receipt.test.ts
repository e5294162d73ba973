import { describe, expect, it } from 'vitest';
import { signingKey } from '../../../storage/ed25519.ts';
import { formatCheckpoint } from '../../../storage/proofs/checkpoint.ts';
import { Frontier } from '../../../storage/proofs/frontier.ts';
import { proveInclusion } from '../../../storage/proofs/inclusion.ts';
import { formatNote } from '../../../storage/proofs/note.ts';
import { noteKeyTypes } from '../../../storage/proofs/note-key.ts';
import { noteKeyOf, signNote } from '../../../storage/proofs/note-signature.ts';
import {
  formatReceipt,
  parseReceipt,
  type Receipt,
  verifyReceipt,
} from '../../../storage/proofs/receipt.ts';
import { leafHash, type Subtree } from '../../../storage/proofs/tree.ts';
import fc from '../../fast-check.ts';
import { bytes32, secretOf } from '../store.fixture.ts';
import { bitsFlipped, reasonOf } from './rfc6962.ts';

const salt = bytes32(4).slice(0, 16);
const recordAt = (index: number): Uint8Array => Buffer.from(`{"id":"${index}"}`);

const log = { name: 'example.com/log', key: signingKey(secretOf(1)) };
const trust = {
  origin: 'example.com/log',
  log: [noteKeyOf(log, noteKeyTypes.signature)],
  witnesses: [],
};

/** A receipt for record 5 of 7. */
async function receiptOf5(): Promise<Receipt> {
  const hashes = new Map<string, Uint8Array>();
  const frontier = new Frontier();
  for (let index = 0; index < 7; index++) {
    frontier.append(leafHash(salt, recordAt(index)), (subtree, hash) =>
      hashes.set(JSON.stringify(subtree), hash),
    );
  }
  const hashOf = async ({ level, index }: Subtree) =>
    hashes.get(JSON.stringify({ level, index })) ?? new Uint8Array();
  const root = frontier.root();
  const text = formatCheckpoint({ origin: trust.origin, size: 7, root, extensions: [] });
  const proof = await proveInclusion(5, 7, hashOf);
  return { index: 5, proof, note: { text, signatures: [signNote(text, log)] } };
}

const receipt = await receiptOf5();
const [, , root = ''] = receipt.note.text.split('\n');
const file = Buffer.from(formatReceipt(receipt)).toString();

const unread = (text: string | Uint8Array): string | undefined =>
  reasonOf(() => parseReceipt(Buffer.from(text)))?.replace('the receipt does not hold: ', '');

const refused = (of: Receipt, disclosed = { salt, record: recordAt(5) }): string | undefined =>
  reasonOf(() => verifyReceipt(of, disclosed, trust));

describe('a receipt', () => {
  it('is the file of tlog-proof', () => {
    const hashes = receipt.proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`);
    const note = Buffer.from(formatNote(receipt.note)).toString();
    const head = 'c2sp.org/tlog-proof@v1\n';
    expect(file).toBe(`${head}index 5\n${hashes.join('')}\n${note}`);
    const extra = Buffer.from('AB');
    expect(Buffer.from(formatReceipt({ ...receipt, extra })).toString()).toBe(
      `${head}extra QUI=\nindex 5\n${hashes.join('')}\n${note}`,
    );
  });

  it('comes back as it was', () => {
    const receipts = fc.record(
      {
        index: fc.maxSafeNat(),
        proof: fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 53 }),
        note: fc.constant(receipt.note),
        extra: fc.uint8Array(),
      },
      { requiredKeys: ['index', 'proof', 'note'] },
    );
    fc.assert(
      fc.property(receipts, (one) => {
        expect(parseReceipt(formatReceipt(one))).toEqual(one);
      }),
    );
  });

  it('shows that the record was logged', () => {
    const { checkpoint, signatures } = verifyReceipt(
      parseReceipt(Buffer.from(file)),
      { salt, record: recordAt(5) },
      trust,
    );
    expect([checkpoint.origin, checkpoint.size]).toEqual(['example.com/log', 7]);
    expect(signatures).toEqual(trust.log.map((key) => ({ key })));
  });

  it('shows nothing of another record, salt, place or log', () => {
    const record = recordAt(5);
    const elsewhere = 'the inclusion proof does not hold: it leads to another root';
    expect(refused(receipt, { salt, record: recordAt(4) })).toBe(elsewhere);
    expect(refused(receipt, { salt: bytes32(5).slice(0, 16), record })).toBe(elsewhere);
    expect(refused({ ...receipt, index: 4 })).toBe(elsewhere);
    expect(refused({ ...receipt, index: 7 })).toBe(
      'the inclusion proof does not hold: there is no leaf 7 in a tree of 7',
    );
    const other = { ...trust, origin: 'example.com/other' };
    expect(reasonOf(() => verifyReceipt(receipt, { salt, record }, other))).toBe(
      'the checkpoint is not to be trusted: it is of another log',
    );
  });

  it('shows nothing of a record whose beginning is passed off as salt', () => {
    const whole = Buffer.concat([salt, recordAt(5)]);
    const disclosed = { salt: whole.subarray(0, 18), record: whole.subarray(18) };
    expect(refused(receipt, disclosed)).toBe(
      'the receipt does not hold: the salt has 18 bytes instead of 16',
    );
  });

  it('is refused with any bit of it flipped', () => {
    const held = bitsFlipped(Buffer.from(file)).filter(
      (bytes) =>
        !reasonOf(() => {
          const disclosed = { salt, record: recordAt(5) };
          verifyReceipt(parseReceipt(bytes), disclosed, trust);
        }),
    );
    expect(held.map((bytes) => Buffer.from(bytes).toString())).toEqual([]);
  });

  it.each([
    ['nothing', '', 'no empty line comes before its checkpoint'],
    [
      'another heading',
      file.replace('@v1', '@v2'),
      'it does not begin with c2sp.org/tlog-proof@v1',
    ],
    ['no index', file.replace('index 5\n', ''), 'its index is no decimal number up to 2^53 - 1'],
    ['a leading zero', file.replace(' 5', ' 05'), 'its index is no decimal number up to 2^53 - 1'],
    [
      'its extra data after its index',
      file.replace('index 5\n', 'index 5\nextra QUI=\n'),
      'hash 1 of its proof is not 32 bytes in base64',
    ],
    [
      'extra data twice',
      file.replace('index', 'extra QUI=\nextra QUI=\nindex'),
      'its index is no decimal number up to 2^53 - 1',
    ],
    [
      'extra data that is no base64',
      file.replace('index', 'extra QUI\nindex'),
      'its extra data is no base64',
    ],
    [
      'too much extra data',
      file.replace('index', `extra ${'QUJD'.repeat(21_846)}\nindex`),
      'its extra data has 65538 bytes of at most 65536',
    ],
    [
      'half a hash',
      file.replace('index 5\n', 'index 5\nQUI=\n'),
      'hash 1 of its proof is not 32 bytes in base64',
    ],
    [
      '54 hashes',
      file.replace('index 5\n', `index 5\n${`${root}\n`.repeat(51)}`),
      'its proof has 54 hashes of at most 53',
    ],
    [
      'carriage returns',
      file.replaceAll('\n', '\r\n'),
      'no empty line comes before its checkpoint',
    ],
    ['1,100,001 bytes', 'x'.repeat(1_100_001), 'it has 1100001 bytes of at most 1100000'],
    [
      'no checkpoint',
      file.slice(0, file.indexOf('\n\n') + 2),
      'the note is malformed: no empty line comes before its signatures',
    ],
  ])('is refused with %s', (_, text, reason) => expect(unread(text)).toBe(reason));

  it('is refused if it is no UTF-8', () => {
    expect(unread(Buffer.concat([Buffer.from(file), Buffer.of(0xff)]))).toBe('it is no UTF-8');
  });

  it('is not made beyond its limits', () => {
    const wrong: [Partial<Receipt>, string][] = [
      [{ index: -1 }, 'index must be a whole number from 0 to 2^53 - 1, got -1'],
      [{ proof: Array(54).fill(bytes32(1)) }, 'proof must have at most 53 hashes, got 54'],
      [{ extra: new Uint8Array(65_537) }, 'extra must have at most 65536 bytes, got 65537'],
    ];
    for (const [part, reason] of wrong) {
      expect(() => formatReceipt({ ...receipt, ...part })).toThrow(new RangeError(reason));
    }
  });
});
