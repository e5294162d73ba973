import { expect, it } from 'vitest';
import { cleared, PrefixDraft, Prefixes } from '../../../../actors/peer/door/prefixes.ts';
import fc from '../../../fast-check.ts';

/** Words that share many first bits. */
const word = fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1, 0x0a000000, 0x0a000001, 0x0affffff);
const entry = fc.tuple(word, word, fc.integer({ min: 0, max: 64 }));

const isIn = (prefix: ReturnType<typeof cleared>, high: number, low: number): boolean => {
  const of = cleared(high, low, prefix.bits);
  return of.high === prefix.high && of.low === prefix.low;
};

function made(hasLow: boolean, entries: readonly (readonly [number, number, number])[]) {
  const draft = new PrefixDraft(hasLow);
  const all = entries.map(([high, low, bits]) =>
    cleared(high, hasLow ? low : 0, hasLow ? bits : bits >> 1),
  );
  for (const [at, prefix] of all.entries()) draft.add(prefix, at + 1);
  const making = Prefixes.of(draft);
  for (;;) {
    const { done, value } = making.next();
    if (done === true) return { prefixes: value, all };
  }
}

it.each([false, true])('the longest prefix is found, and its first line (IPv6: %s)', (hasLow) => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 40 }), word, word, (entries, high, low) => {
      const { prefixes, all } = made(hasLow, entries);
      const around = all.filter((prefix) => isIn(prefix, high, hasLow ? low : 0));
      const longest = around.toSorted((a, b) => b.bits - a.bits)[0];
      const row = prefixes.find(high, hasLow ? low : 0);
      const found = row < 0 ? undefined : [prefixes.prefixAt(row), prefixes.lineAt(row)];
      const lines = all.map((prefix, at) => [prefix, at + 1] as const);
      const first = lines.find(([{ bits, ...words }]) => {
        return bits === longest?.bits && isIn({ ...words, bits }, high, hasLow ? low : 0);
      });
      expect(found).toEqual(longest === undefined ? undefined : [longest, first?.[1]]);
    }),
  );
});

it('100,000 prefixes take 13 bytes each of IPv4, 17 of IPv6, and are made in pieces', () => {
  const sizes = [false, true].map((hasLow) => {
    const draft = new PrefixDraft(hasLow);
    for (let at = 0; at < 100_000; at++) draft.add(cleared((at * 40_503) << 8, at, 24), at);
    for (let at = 0; at < 100_000; at++) draft.add(cleared((at * 40_503) << 8, at, 24), at);
    const making = Prefixes.of(draft);
    let pieces = 1;
    for (;;) {
      const { done, value } = making.next();
      if (done === true) return [value.bytes / value.size, value.size <= 100_000, pieces > 50];
      pieces += 1;
    }
  });
  expect(sizes).toEqual([
    [13, true, true],
    [17, true, true],
  ]);
});
