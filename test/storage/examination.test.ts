import { describe, expect, it } from 'vitest';
import { examine } from '../../storage/examination.ts';
import type { Head } from '../../storage/head.ts';
import type { RawStore } from '../../storage/ports.ts';
import { type LogStage, memoryStage, records, storeId } from './log-stage.ts';

/** Two sessions in one segment: blocks at 0 and 3, then one at 5. */
async function twoSessions() {
  const stage = memoryStage();
  const log = await stage.open();
  await log.append(records('a', 3));
  await log.append(records('b', 2));
  await log.close();
  const again = await stage.open();
  await again.append(records('c', 4));
  await again.writeHead();
  const key = again.keyOf(1);
  if (key === undefined) throw new TypeError('segment 1 must have a key');
  const raw = await stage.kv.readRaw(stage.place.layout.store(1));
  return { stage, raw, head: again.promise, look: looker(key) };
}

const looker =
  (key: NonNullable<ReturnType<Awaited<ReturnType<LogStage['open']>>['keyOf']>>) =>
  (entries: RawStore['entries'], head?: Head, segment = 1) =>
    examine({ entries, damage: [] }, segment, key, storeId, head);

describe('an examination', () => {
  it('follows the chain through all sessions, and meets the head', async () => {
    const { raw, head, look } = await twoSessions();
    expect(look(raw.entries, head)).toMatchObject({
      first: 0,
      size: 9,
      reach: { size: 9 },
      sessions: 2,
      records: 9,
      problems: [],
      agreesWithHead: true,
    });
    expect(look(raw.entries, { ...head, size: 4 }).agreesWithHead).toBeUndefined();
    expect(look(raw.entries, { ...head, size: 5 }).agreesWithHead).toBe(false);
  });

  it('names what is missing, and says how far the rest reaches', async () => {
    const { raw, look } = await twoSessions();
    const without = (at: number) => look(raw.entries.filter((_, index) => index !== at));
    const seen = raw.entries.map((_, at) => {
      const { size, reach, problems } = without(at);
      return [size, reach.size, problems[0]];
    });
    expect(seen).toEqual([
      [0, 9, 'block 3 is out of its order'],
      [3, 9, 'records 3 to 4 are missing'],
      [5, 5, undefined],
      [5, 9, 'block 0 belongs to no session'],
      [5, 5, 'block 5 belongs to no session'],
    ]);
  });

  it('misses what a later session says was there', async () => {
    const { raw, look } = await twoSessions();
    const cut = raw.entries.filter((_, at) => at !== 1 && at !== 2);
    expect(look(cut)).toMatchObject({ size: 3, problems: ['records 3 to 4 are missing'] });
  });

  it('takes a block for itself only in its own place, segment and order', async () => {
    const { raw, look } = await twoSessions();
    const [a, b, c, ...sessions] = raw.entries;
    if (!a || !b || !c) throw new TypeError('there must be three blocks');
    const moved = look([a, { key: b.key, value: c.value }, ...sessions]);
    expect(moved.problems[0]).toBe('block 3 is no block of this segment');
    expect(look(raw.entries, undefined, 2).problems[0]).toBe(
      'the header of session 0 is not authentic',
    );
    expect(look([...raw.entries, { key: Uint8Array.of(1), value: a.value }]).problems).toEqual([
      'there is an entry of no known kind',
    ]);
  });

  it('finds any bit of any entry that was changed', async () => {
    const { raw, look } = await twoSessions();
    const unseen = raw.entries.flatMap((entry, which) =>
      Array.from(entry.value, (byte, at) => {
        const value = Uint8Array.from(entry.value);
        value[at] = byte ^ (1 << (at % 8));
        const changed = raw.entries.map((each, index) =>
          index === which ? { ...each, value } : each,
        );
        return look(changed).problems.length > 0 ? [] : [`${which} at ${at}`];
      }).flat(),
    );
    expect(unseen).toEqual([]);
  });
});
