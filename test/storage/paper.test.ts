import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type DoubtPaper,
  decodePaper,
  decodePaperUnkeyed,
  encodePaper,
  type NotePaper,
  type Paper,
  type RestPaper,
  type ShredPaper,
} from '../../storage/paper.ts';
import fc from '../fast-check.ts';
import { bytes32, cutAndGrown, flipped, otherStoreId, secretOf, storeId } from './store.fixture.ts';

const key = secretOf(6);
const hashes = ['0', '1', '2', 'e', 'f'].map((digit) => digit.repeat(64));
const [zeros = '', ones = '', twos = '', es = '', fs = ''] = hashes;

const common = {
  v: 1,
  segment: 3,
  first: 10,
  size: 20,
  chainBefore: zeros,
  chainAfter: ones,
  openedMs: 1_764_000_000_000,
  writtenMs: 1_764_000_000_001,
} as const;

const files = [
  ['000005.ldb', 1_000, es],
  ['CURRENT', 16, fs],
] as const;

const note: NotePaper = { ...common, kind: 'note', files };
const rest: RestPaper = { ...common, kind: 'rest', files: [] };
const shred: ShredPaper = {
  ...common,
  kind: 'shred',
  leaves: twos,
  because: 'retention: 90 days are over',
  keyGeneration: 7,
};
const doubt: DoubtPaper = {
  ...common,
  kind: 'doubt',
  verdict: 'tampered',
  because: 'block 10 is not “good”',
  lost: 2,
  files,
  copy: [],
};
const papers: readonly Paper[] = [note, rest, shred, doubt];

const nameOf = (paper: Paper): string => `${String(paper.segment).padStart(8, '0')}.${paper.kind}`;
const encode = (paper: Paper): Uint8Array => encodePaper(paper, nameOf(paper), key, storeId);
const decode = (bytes: Uint8Array, name: string): Paper | undefined =>
  decodePaper(bytes, name, key, storeId);

/** The line with its fields in their order, if they are in `paper`. */
const lineOf = (paper: object): string => JSON.stringify({ v: 1, kind: undefined, ...paper });

const firstLineOf = (paper: Paper): string =>
  Buffer.from(encode(paper)).toString().split('\n')[0] ?? '';

/** A paper of this line, with the MAC that is right for it. */
function signed(line: string | Uint8Array, name: string): Uint8Array {
  const hmac = createHmac('sha256', bytes32(6)).update('paper').update(storeId).update(name);
  const digits = hmac.update(line).digest('hex');
  return Buffer.concat([Buffer.from(line), Buffer.from(`\n${digits}\n`)]);
}

describe('a paper', () => {
  it('is one line of JSON and its MAC', () => {
    const line =
      '{"v":1,"kind":"note","segment":3,"first":10,"size":20,' +
      `"chainBefore":"${zeros}","chainAfter":"${ones}",` +
      '"openedMs":1764000000000,"writtenMs":1764000000001,' +
      `"files":[["000005.ldb",1000,"${es}"],["CURRENT",16,"${fs}"]]}`;
    expect(Buffer.from(encode(note))).toEqual(signed(line, '00000003.note'));
    expect(papers.map(lineOf)).toEqual(papers.map(firstLineOf));
  });

  it.each(papers)('comes back as it was written: a $kind', (paper) => {
    expect(decode(encode(paper), nameOf(paper))).toEqual(paper);
    expect(decodePaperUnkeyed(encode(paper), nameOf(paper))).toEqual(paper);
  });

  it('comes back whatever its reason says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.maxSafeNat(), (because, lost) => {
        const paper = { ...doubt, because, lost };
        expect(decode(encode(paper), '00000003.doubt')).toEqual(paper);
      }),
    );
  });

  it.each(papers)('is refused with any byte changed, cut or added: a $kind', (paper) => {
    const broken = [...flipped(encode(paper)), ...cutAndGrown(encode(paper))];
    expect(broken.filter((bytes) => decode(bytes, nameOf(paper)))).toEqual([]);
  });

  it('is refused under another key, and in another store', () => {
    expect([
      decodePaper(encode(note), '00000003.note', secretOf(7), storeId),
      decodePaper(encode(note), '00000003.note', key, otherStoreId),
    ]).toEqual([undefined, undefined]);
  });

  it('is refused under another name, even one that it is signed for', () => {
    const line = firstLineOf(note);
    const names = ['00000004.note', '00000003.rest', '3.note', 'segments/00000003.note'];
    expect(decode(signed(line, '00000003.note'), '00000003.note')).toEqual(note);
    const papersOf = names.flatMap((name) => [
      decode(encode(note), name),
      decode(signed(line, name), name),
      decodePaperUnkeyed(encode(note), name),
    ]);
    expect(papersOf.filter((paper) => paper)).toEqual([]);
  });

  it.each<[string, object]>([
    ['is of another version', { ...note, v: 2 }],
    ['lacks its kind', { ...common, files }],
    ['lacks a field', { ...common, kind: 'note' }],
    ['has a field too many', { ...note, lost: 0 }],
    ['has a negative number', { ...note, openedMs: -1 }],
    ['has half a number', { ...note, openedMs: 0.5 }],
    ['has a number beyond 2^53', { ...note, size: 2 ** 53 }],
    ['has a number as text', { ...note, first: '10' }],
    ['ends before it begins', { ...note, first: 21 }],
    ['has a hash in capitals', { ...note, chainAfter: 'F'.repeat(64) }],
    ['has a hash that is cut', { ...note, chainBefore: '0'.repeat(63) }],
    ['has its files out of order', { ...note, files: [files[1], files[0]] }],
    ['has a file twice', { ...note, files: [files[0], files[0]] }],
    ['has a file without a name', { ...note, files: [['', 1, fs]] }],
    ['has a file without a hash', { ...note, files: [['a', 1]] }],
    ['has a file that has no bytes', { ...note, files: [['a', null, fs]] }],
    ['has files that are none', { ...note, files: { length: 0 } }],
    ['gives no reason', { ...doubt, because: 7 }],
    ['gives a verdict that is none', { ...doubt, verdict: 'fine' }],
    ['is a list', [note]],
  ])('is refused, with a MAC that is right, if it %s', (_, paper) => {
    const name = 'kind' in paper && paper.kind === 'doubt' ? '00000003.doubt' : '00000003.note';
    const bytes = signed(lineOf(paper), name);
    expect(decode(bytes, name)).toBeUndefined();
    expect(decodePaperUnkeyed(bytes, name)).toBeUndefined();
  });

  it.each<[string, (line: string) => string | Uint8Array]>([
    ['has spaces', (line) => line.replace(':', ': ')],
    [
      'has its fields in another order',
      (line) => line.replace('"v":1,', '').replace('}', ',"v":1}'),
    ],
    ['has a field twice', (line) => line.replace('"v":1', '"v":1,"v":1')],
    ['has a number with an exponent', (line) => line.replace('"first":10', '"first":1e1')],
    ['has a letter escaped', (line) => line.replace('CURRENT', '\\u0043URRENT')],
    ['has a byte order mark', (line) => `\ufeff${line}`],
    ['is no JSON', (line) => line.slice(1)],
    ['is null', () => 'null'],
    ['is no UTF-8', (line) => Buffer.from(line.replace('CURRENT', 'CURREN\xff'), 'latin1')],
    ['has two lines', (line) => `${line}\n`],
  ])('is refused, with a MAC that is right, if it %s', (_, change) => {
    const name = '00000003.note';
    const line = firstLineOf(note);
    const bytes = signed(change(line), name);
    expect(decode(bytes, name)).toBeUndefined();
    expect(decodePaperUnkeyed(bytes, name)).toBeUndefined();
  });

  it('is refused if it is of no kind, even under that name', () => {
    const bytes = signed(lineOf({ ...common, kind: 'toString' }), '00000003.toString');
    expect(decode(bytes, '00000003.toString')).toBeUndefined();
  });

  it('is refused if it is of no segment, even under that name', () => {
    const bytes = signed(lineOf({ ...note, segment: 0 }), '00000000.note');
    expect(decode(bytes, '00000000.note')).toBeUndefined();
  });

  it('is told by its form, without a key, from what is none', () => {
    const bytes = encode(note);
    const tails = [`\n${'F'.repeat(64)}\n`, `\n${'f'.repeat(63)}\n`, `\n${'f'.repeat(64)}\n\n`];
    const line = firstLineOf(note);
    const odd = [...cutAndGrown(bytes), ...tails.map((tail) => Buffer.from(line + tail))];
    expect(odd.filter((other) => decodePaperUnkeyed(other, '00000003.note'))).toEqual([]);
    const forged = Buffer.from(`${line}\n${'f'.repeat(64)}\n`);
    expect(decodePaperUnkeyed(forged, '00000003.note')).toEqual(note);
  });

  it('is never written so that it could not be read', () => {
    const wrong = [
      { ...note, files: [files[1], files[0]] },
      { ...note, size: Number.NaN },
      { ...note, writtenMs: 0.5 },
      { ...note, chainAfter: '' },
    ];
    const message = 'paper must have the fields of its kind';
    for (const paper of wrong) expect(() => encode(paper)).toThrow(new TypeError(message));
    expect(() => encodePaper(note, '00000003.rest', key, storeId)).toThrow(
      new TypeError('fileName must be 00000003.note, got 00000003.rest'),
    );
  });
});
