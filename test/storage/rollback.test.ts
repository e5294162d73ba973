import { describe, expect, it } from 'vitest';
import { KeyPages } from '../../storage/key-pages.ts';
import { diskStage, killed, type LogStage, records, threeSegments } from './log-stage.ts';

/** What was copied at some moment of the life of a log. */
type Moment = LogStage;

/**
 * Segments 1 and 2 sealed, 3 active, four records each, of a process that was killed, or after a
 * clean end; and a copy from before the first rotation, before and after the second, and now.
 */
async function aged(isClosed: boolean) {
  const stage = diskStage();
  const moments: Moment[] = [];
  const keep = async () => void moments.push(await killed(stage));
  const log = await stage.open();
  await log.append(records('a', 4));
  await log.writeHead();
  await keep();
  await log.seal(await log.rotate());
  await log.append(records('b', 4));
  await log.prepare();
  await log.writeHead();
  await keep();
  const old = await log.rotate();
  await keep();
  await log.seal(old);
  await log.append(records('c', 4));
  await log.writeHead();
  const now = isClosed ? stage : await killed(stage);
  await log.close();
  const [first, second, third] = moments as [Moment, Moment, Moment];
  return { now, first, second, third };
}

async function putBack(from: Moment, to: LogStage, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await to.files.remove(`${to.root}/${name}`);
    await to.copy(`${from.root}/${name}`, `${to.root}/${name}`);
  }
}

const remove = async (stage: LogStage, ...names: readonly string[]): Promise<void> => {
  for (const name of names) await stage.files.remove(`${stage.root}/segments/${name}`);
};

const alarm = /^(rolledBack|tampered)$/;

/** It is seen, opening destroys nothing and goes on beside it, and the same is said ever after. */
async function expectSeen(stage: LogStage, kept: readonly string[]): Promise<void> {
  const { verdict } = await stage.verify();
  expect(verdict).toMatch(alarm);
  const digests = () => Promise.all(kept.map((each) => stage.digest(`${stage.root}/${each}`)));
  const before = await digests();
  for (let round = 0; round < 2; round++) {
    const log = await stage.open();
    await log.append(records('z', 1));
    await log.seal(await log.rotate());
    expect((await stage.verify(log)).verdict).toBe(verdict);
    await log.close();
    expect((await stage.verify()).verdict).toBe(verdict);
  }
  expect(await digests()).toEqual(before);
}

const [one, two, three] = [1, 2, 3].map((segment) => `segments/0000000${segment}`) as [
  string,
  string,
  string,
];

describe.each([
  ['after a kill', false],
  ['after a clean end', true],
])('an older head %s', (_, isClosed) => {
  it('beside all that came later is seen, and nothing is lost', async () => {
    const { now, first } = await aged(isClosed);
    await putBack(first, now, 'head');
    await expectSeen(now, [one, `${one}.note`, two, `${two}.note`, three]);
    const read = await now.read({ to: 12 });
    expect(read.map((text) => text[0]).join('')).toBe('aaaabbbbcccc');
  });

  it('beside what came later but for one segment is seen, and nothing more is lost', async () => {
    const { now, first } = await aged(isClosed);
    await putBack(first, now, 'head');
    await remove(now, '00000002', '00000002.note');
    await expectSeen(now, [one, `${one}.note`, three]);
  });

  it('beside a segment that was cut back to it is seen', async () => {
    const { now, second, third } = await aged(isClosed);
    await putBack(second, now, 'head');
    await putBack(third, now, three);
    await remove(now, '00000002.note', '00000003.rest');
    await expectSeen(now, [one, `${one}.note`, two, three]);
  });

  it('beside an older key page, and what neither knows, is seen, and nothing is lost', async () => {
    const { now, first } = await aged(isClosed);
    await putBack(first, now, 'head', 'keys.a', 'keys.b');
    await expectSeen(now, [one, `${one}.note`, two, `${two}.note`, three]);
  });

  it('beside an older key page is seen by the notes that are left', async () => {
    const { now, first } = await aged(isClosed);
    await putBack(first, now, 'head', 'keys.a', 'keys.b');
    await remove(now, '00000003', '00000003.rest');
    expect((await now.verify()).verdict).toBe('rolledBack');
    await (await now.open()).close();
    expect((await now.verify()).verdict).toBe('rolledBack');
  });
});

it('a head from before a restart, or a clean end, is older than the key page says', async () => {
  const stage = diskStage();
  const log = await stage.open();
  await log.append(records('a', 2));
  await log.writeHead();
  const before = await killed(stage);
  await log.append(records('b', 2));
  const crashed = await killed(stage);
  await log.close();
  const again = await crashed.open();
  await again.append(records('c', 2));
  const restarted = await killed(crashed);
  await again.close();
  for (const later of [stage, restarted]) {
    await putBack(before, later, 'head', one);
    await remove(later, '00000001.rest');
    await expectSeen(later, [one]);
  }
});

it('an older head is followed by one that is younger than the key page says', async () => {
  const { now, first } = await aged(true);
  await putBack(first, now, 'head');
  const { files, keys, storeId, layout } = now.place;
  const { page } = await KeyPages.read({ files, key: keys.keys, storeId }, layout.keys);
  const log = await now.open();
  expect(log.promise.generation).toBeGreaterThan(page?.headGeneration ?? Infinity);
  await log.close();
});

it('a head and a key page from a clean end are older than the notes that are left', async () => {
  const stage = diskStage();
  await (await threeSegments(stage)).close();
  const before = await killed(stage);
  const log = await stage.open();
  await log.append(records('f', 2));
  await log.seal(await log.rotate());
  await log.close();
  await putBack(before, stage, 'head', 'keys.a', 'keys.b');
  await remove(stage, '00000004', '00000004.rest');
  await expectSeen(stage, [one, two, three]);
});

it('a key page from before a shredding is told once, and one that is younger follows', async () => {
  const stage = diskStage();
  await (await threeSegments(stage)).close();
  const before = await killed(stage);
  for (let round = 0; round < 4; round++) await (await stage.open()).close();
  const log = await stage.open();
  for (const segment of [1, 2]) await log.shred(segment, 'it is old');
  await log.close();
  await putBack(before, stage, 'keys.a', 'keys.b');
  expect((await stage.verify()).verdict).toBe('rolledBack');
  const again = await stage.open();
  expect(again.keyGeneration).toBeGreaterThan(log.keyGeneration);
  await again.close();
  expect([(await stage.verify()).verdict, await stage.findings()]).toEqual(['rolledBack', []]);
});

it('a head may be as old as the key page says: that is a crash', async () => {
  const { now, first, second, third } = await aged(false);
  for (const moment of [first, second, third, now]) {
    expect(['ok', 'tornTail']).toContain((await moment.verify()).verdict);
    await (await moment.open()).close();
    expect((await moment.verify()).verdict).toBe('ok');
  }
});
