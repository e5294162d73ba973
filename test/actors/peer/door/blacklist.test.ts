import { describe, expect, it } from 'vitest';
import {
  BLACKLISTED_MAX,
  Blacklist,
  blacklistText,
  isSignerName,
  readBlacklist,
} from '../../../../actors/peer/door/blacklist.ts';
import { peerIdOf } from '../../../../actors/peer/wire/peer-id.ts';

const idOf = (seed: number): string => {
  const key = new Uint8Array(32);
  new DataView(key.buffer).setUint32(0, seed);
  return peerIdOf(key);
};
const [ANN, EVE] = [idOf(1), idOf(2)];

describe('the text of a blacklist', () => {
  it('is read as it was written, each identity with its line', () => {
    const blamed = [
      { id: ANN, reason: 'floods, and lies' },
      { id: EVE, reason: 'ärgert alle' },
    ];
    expect(readBlacklist(blacklistText(1_700_000_000_000, blamed))).toEqual({
      timeMs: 1_700_000_000_000,
      blamed: blamed.map((blame, at) => ({ ...blame, line: at + 3 })),
    });
    expect(readBlacklist(blacklistText(0, [])).blamed).toEqual([]);
  });

  it.each<readonly [string, string]>([
    ['another list\n', 'line 1 of the blacklist is malformed: it is not holdfast-blacklist/v1'],
    ['holdfast-blacklist/v1\ntime -1\n', 'line 2 of the blacklist is malformed: it is no time'],
    ...[ANN, `${ANN} `, `${ANN.slice(1)} floods`, ` ${ANN} floods`, '', `${ANN} a\u2028b`].map(
      (line) =>
        [
          `holdfast-blacklist/v1\ntime 1\n${EVE} floods\n${line}\n`,
          'line 4 of the blacklist is malformed: it is no peer id with a reason',
        ] as const,
    ),
  ])('is refused if it is %j', (text, refusal) => {
    expect(() => readBlacklist(text)).toThrow(refusal);
  });
});

describe('a blacklist', () => {
  const entry = (id: string, by = 'here') => ({ id, by, reason: 'floods', sinceMs: 1 });

  it('names who said so, and why; the first word about somebody stays', () => {
    const list = new Blacklist();
    list.add([{ ...entry(ANN, 'shop'), line: 7 }]);
    list.add([entry(ANN), entry(EVE)]);
    expect([list.verdict(ANN), list.verdict(EVE), list.verdict(idOf(3))]).toEqual([
      { because: 'blacklisted', list: 'shop', line: 7, reason: 'floods' },
      { because: 'blacklisted', list: 'here', reason: 'floods' },
      undefined,
    ]);
    list.remove(ANN);
    expect([list.verdict(ANN), list.has(EVE), list.size]).toEqual([undefined, true, 1]);
  });

  it('knows what the lines of our own word take, and of no other', () => {
    const list = new Blacklist();
    const said = { ...entry(ANN), reason: 'ärgert alle' };
    list.add([said, entry(EVE, 'shop'), said, { ...said, reason: 'x' }]);
    const text = blacklistText(0, [said]);
    const bytes = Buffer.byteLength(text) - Buffer.byteLength(blacklistText(0, []));
    expect(list.saidBytes).toBe(bytes);
    list.remove(EVE);
    list.remove(idOf(3));
    expect(list.saidBytes).toBe(bytes);
    list.remove(ANN);
    expect(list.saidBytes).toBe(0);
  });

  it('has room for 100,000, and takes all of a list or nothing', () => {
    const list = new Blacklist();
    expect(list.add(Array.from({ length: BLACKLISTED_MAX - 1 }, (_, at) => entry(idOf(at))))).toBe(
      true,
    );
    const [last, over] = [idOf(2_000_000), idOf(2_000_001)];
    expect([list.add([entry(last), entry(over)]), list.has(last)]).toEqual([false, false]);
    expect([list.add([entry(last), entry(last)]), list.add([entry(over)])]).toEqual([true, false]);
  });
});

it('nobody signs by the name of our own word', () => {
  expect(['shop', 'here', 'a b', ''].map(isSignerName)).toEqual([true, false, false, false]);
});
