import { describe, expect, it } from 'vitest';
import {
  applyCommit,
  decodeStore,
  encodeCommit,
  encodeStore,
  type LiveEntries,
  sorted,
} from '../../../runtime/world/commit-log.ts';
import type { KvPut } from '../../../storage/ports.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

const put = (key: string, value: string): KvPut => ({ key: bytes(key), value: bytes(value) });

const shown = (live: LiveEntries): string =>
  sorted(live)
    .map(({ key, value }) => `${Buffer.from(key)}=${Buffer.from(value)}`)
    .join(' ');

const commits = [
  encodeCommit([put('a', '1')], []),
  encodeCommit([put('b', '22'), put('c', '')], []),
  encodeCommit([put('a', '333')], [bytes('b')]),
];

const header = encodeStore(new Map());

const store = Buffer.concat([header, ...commits]);

/** Where each commit begins. */
const starts = commits.map((_, count) => {
  return header.length + commits.slice(0, count).reduce((sum, { length }) => sum + length, 0);
});

describe('a log of commits', () => {
  it('gives what they left, in the order of the keys', () => {
    const { live, damage } = decodeStore(store, 'store');
    expect([shown(live), damage]).toEqual(['a=333 c=', []]);
  });

  it('is the same whether its commits are applied or read', () => {
    const live: LiveEntries = new Map();
    for (const commit of commits) applyCommit(live, commit);
    expect(live).toEqual(decodeStore(store, 'store').live);
    expect(decodeStore(encodeStore(live), 'store')).toEqual({ live, damage: [] });
    expect(encodeStore(live).length < store.length).toBe(true);
  });

  it('cut anywhere, loses the commit that was cut, and calls that a torn tail', () => {
    for (let length = header.length; length < store.length; length++) {
      const whole = starts.filter((_, count) => (starts[count + 1] ?? store.length) <= length);
      const { live, damage } = decodeStore(store.subarray(0, length), 'store');
      const left: LiveEntries = new Map();
      for (const commit of commits.slice(0, whole.length)) applyCommit(left, commit);
      const offset = starts[whole.length] ?? 0;
      const torn = { file: 'store', offset, what: 'the last commit is cut off', isTornTail: true };
      expect([live, damage]).toEqual([left, length === offset ? [] : [torn]]);
    }
  });

  it('with any byte another, loses the commit it was in, and calls that no torn tail', () => {
    for (let at = header.length; at < store.length; at++) {
      const other = Buffer.from(store);
      other[at] = (other[at] ?? 0) ^ 0xff;
      const { live, damage } = decodeStore(other, 'store');
      const hit = starts.findLastIndex((start) => start <= at);
      const left: LiveEntries = new Map();
      for (const commit of commits.filter((_, count) => count !== hit)) applyCommit(left, commit);
      const part = at - (starts[hit] ?? 0) < 8 ? 'head' : 'body';
      const what = `the ${part} of a commit is damaged`;
      expect([live, damage]).toEqual([
        left,
        [{ file: 'store', offset: starts[hit], what, isTornTail: false }],
      ]);
    }
  });

  it('is read although its header is another', () => {
    const other = Buffer.from(store).fill('x', 0, 1);
    const { live, damage } = decodeStore(other, 'store');
    const what = 'the header is not that of a store';
    expect([shown(live), damage]).toEqual([
      'a=333 c=',
      [{ file: 'store', offset: 0, what, isTornTail: false }],
    ]);
  });

  it('that is trusted never throws, and finds what makes no sense', () => {
    for (let at = header.length; at < store.length; at++) {
      const other = Buffer.from(store);
      other[at] = 0xff;
      expect(() => decodeStore(other, 'store', true)).not.toThrow();
    }
    const other = Buffer.from(store);
    other.writeUInt32BE(1_000, (starts[0] ?? 0) + 18);
    expect(decodeStore(other, 'store', true).damage).toEqual([
      { file: 'store', offset: starts[0], what: 'a commit makes no sense', isTornTail: false },
    ]);
  });
});
