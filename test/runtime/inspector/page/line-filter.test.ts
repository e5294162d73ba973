import { describe, expect, it } from 'vitest';
import { History, traceBounds } from '../../../../runtime/inspector/page/history.ts';
import { firstAfter, LineFilter } from '../../../../runtime/inspector/page/line-filter.ts';
import { note } from './happened.ts';
import { opened, shopLines } from './opened-trace.ts';

const all = new Set(['fact', 'event', 'move', 'log', 'note', 'fault', 'violation'] as const);
const shop = opened(shopLines());

describe('lines that are looked for', () => {
  it('are those of some kinds, of an actor and what is under it, with all words', () => {
    const found = (wanted: Partial<ConstructorParameters<typeof LineFilter>[0]>) =>
      new LineFilter({ kinds: all, path: '', words: [], ...wanted }).in(shop).length;
    expect(found({})).toBe(150);
    expect(found({ kinds: new Set(['fact']) })).toBe(38);
    expect(found({ path: 'workers/till' })).toBe(25);
    expect(found({ path: 'work' })).toBe(0);
    expect(found({ path: 'workers', kinds: new Set(['fact']), words: ['fingers'] })).toBe(3);
  });

  it('are found as they come, and are forgotten with the others', () => {
    const history = new History({ weightMax: 4100, ageMaxMs: 1e9 });
    const filter = new LineFilter({ kinds: all, path: '', words: ['even'] });
    const say = (from: number, to: number) => {
      for (let at = from; at < to; at++) {
        const text = at % 2 === 0 ? 'even' : 'odd';
        history.take({ atMs: at, lines: [['note', at, text, {}]] });
      }
      const found = filter.in(history);
      return [found.length, found[0]?.line[1], found.at(-1)?.line[1]];
    };
    expect(say(0, 10)).toEqual([5, 0, 8]);
    expect(say(10, 20)).toEqual([10, 0, 18]);
    const [count, first, last] = say(20, 3000);
    expect([first, last]).toEqual([history.forgotten, 2998]);
    expect(count).toBe((3000 - history.forgotten) / 2);
    expect(filter.in(new History(traceBounds))).toEqual([]);
  });
});

describe('the first line after a moment', () => {
  it('is found among lines of one moment, before all, and behind all', () => {
    const lines = [1, 2, 2, 2, 5].map((atMs) => note(atMs, 'a'));
    expect([0, 1, 2, 4, 5].map((atMs) => firstAfter(lines, atMs))).toEqual([0, 1, 4, 4, 5]);
  });
});
