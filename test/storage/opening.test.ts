import { describe, expect, it } from 'vitest';
import { StorageError } from '../../storage/faults.ts';
import { Log } from '../../storage/log.ts';
import { giveKey, openParts } from '../../storage/opening.ts';
import { memoryStage, record, records, threeSegments } from './log-stage.ts';
import { MortalFiles } from './mortal-files.ts';

it('a log begins with one segment, its key and a head, and each segment has one key', async () => {
  const { place } = memoryStage();
  const { pages, head, active, position, findings } = await openParts(place, false);
  expect([active.segment, position.size, findings]).toEqual([1, 0, []]);
  expect(head.head).toMatchObject({ generation: 1, segment: 1, openFrom: 1, isClosed: false });
  const key = pages.keyOf(1);
  expect(await giveKey(place, pages, 1)).toBe(key);
  expect(await giveKey(place, pages, 2)).not.toBe(key);
  expect(pages.segments()).toEqual([1, 2]);
});

it('a log whose keys are gone is not begun anew', async () => {
  const stage = memoryStage();
  await (await stage.open()).close();
  for (const name of ['keys.a', 'keys.b']) await stage.files.remove(`${stage.root}/${name}`);
  await expect(openParts(stage.place, true)).rejects.toMatchObject({ code: 'CORRUPT' });
});

describe('a segment of which the head promises no record yet', () => {
  const losses: readonly [string, (stage: Stage, store: string) => Promise<unknown>][] = [
    ['is gone', ({ files }, store) => files.remove(store)],
    [
      'is empty',
      async ({ kv, files }, store) => {
        await files.remove(store);
        await (await kv.create(store)).close();
      },
    ],
  ];

  it.each(losses)('is missed if it %s after a crash', async (_, lose) => {
    for (const isRotated of [false, true]) {
      const stage = memoryStage();
      const log = await stage.open();
      if (isRotated) {
        await log.append(records('a', 2));
        await log.seal(await log.rotate());
      }
      await log.append(records('b', 3));
      stage.kv.crash();
      await lose(stage, layout.store(log.segment));
      expect([isRotated, isBad(await stage.verify())]).toEqual([isRotated, true]);
      const found = (await stage.findings()).map(({ kind }) => kind);
      expect([isRotated, found]).toEqual([isRotated, ['quarantined']]);
      expect([isRotated, isBad(await stage.verify())]).toEqual([isRotated, true]);
    }
  });
});

it('a head without a whole slot is put aside with all its bytes', async () => {
  const stage = memoryStage();
  await (await stage.open()).close();
  const { head } = stage.place.layout;
  for (const at of [10, 4_106]) await stage.flip(head, at);
  const damaged = await stage.files.read(head);
  await (await stage.open()).close();
  expect(await stage.files.read(`${head}.damaged`)).toEqual(damaged);
});

it('an active segment that is gone since a clean end is missed in one way ever after', async () => {
  const stage = memoryStage();
  await (await threeSegments(stage)).close();
  await stage.files.remove(stage.place.layout.store(3));
  const said = [await stage.verdicts()];
  for (let round = 0; round < 2; round++) {
    await (await stage.open()).close();
    said.push(await stage.verdicts());
  }
  const missed = 'rolledBack: ok ok rolledBack';
  expect(said).toEqual([missed, `${missed} ok`, `${missed} ok`]);
});

describe('a log that is gone', () => {
  const gone = { kind: 'mended', verdict: 'rolledBack', because: 'the log is gone' };

  it('is begun anew, which stays an alarm if it had begun before', async () => {
    const stage = memoryStage();
    for (const [hasBegun, wanted] of [
      [false, []],
      [true, [gone]],
    ] as const) {
      await stage.files.remove('/audit');
      const { log, findings } = await Log.open(stage.place, hasBegun);
      await log.append(records('a', 2));
      await log.close();
      const { verdict, size } = await stage.verify();
      expect([findings, verdict, size]).toEqual([wanted, hasBegun ? 'rolledBack' : 'ok', 2]);
    }
  });

  it('but for its head is begun anew, too', async () => {
    const stage = memoryStage();
    await (await stage.open()).close();
    for (const name of ['keys.a', 'keys.b', 'segments']) await stage.files.remove(`/audit/${name}`);
    expect(await stage.findings()).toContainEqual(gone);
    expect(await stage.findings()).toEqual([]);
    expect((await stage.verify()).verdict).toBe('tampered');
  });
});

/** Three segments, the first shredded, after a clean end; `/old` has the keys from before. */
async function closed(files = new MortalFiles()) {
  const stage = memoryStage(files);
  const log = await threeSegments(stage);
  await stage.copy('/audit', '/old');
  await log.shred(1, 'it is old');
  await log.close();
  return stage;
}

type Stage = Awaited<ReturnType<typeof closed>>;

const { layout } = memoryStage().place;
const putBack = (stage: Stage, name: string) => stage.copy(`/old/${name}`, `/audit/${name}`);

const attacks: readonly [string, (stage: Stage) => Promise<unknown>][] = [
  ['a copy of the key page was changed', (stage) => stage.flip('/audit/keys.a', 900)],
  ['a copy of the key page is gone', ({ files }) => files.remove('/audit/keys.b')],
  [
    'a copy of the key page is a directory',
    async ({ files }) => {
      await files.remove('/audit/keys.a');
      await files.makeDirectory('/audit/keys.a');
    },
  ],
  ['a copy of the key page is too long', ({ files }) => files.append('/audit/keys.a', record('x'))],
  ['a copy of the key page is old', (stage) => putBack(stage, 'keys.b')],
  ['a slot of the head was changed', (stage) => stage.flip('/audit/head', 4_100)],
  ['a sealed segment has leaves', ({ files }) => files.create(layout.leaves(2), record('x'))],
  ['a shredded store is back', (stage) => putBack(stage, 'segments/00000001')],
  [
    'a shredded key is back',
    async (stage) => {
      for (const name of ['keys.a', 'keys.b']) await putBack(stage, name);
    },
  ],
  ['an empty store lies behind', async ({ kv }) => (await kv.create(layout.store(4))).close()],
  ['a note lies behind', ({ files }) => files.create(layout.paper(4, 'note'), record('x'))],
];

const isBad = ({ verdict }: { readonly verdict: string }): boolean =>
  verdict === 'tampered' || verdict === 'rolledBack';

/** What an opening mended, in the words of a verifier. */
const mended = async (stage: Stage) =>
  (await stage.findings()).flatMap((found) => {
    if (found.kind !== 'mended') return [];
    return { verdict: found.verdict, because: found.because };
  });

describe('after a kill a verifier says what an opening will mend', () => {
  it.each<[string, string, (stage: Stage) => Promise<unknown>]>([
    ['an empty store lies beyond the end', 'tampered', ({ kv }) => kv.create(layout.store(42))],
    [
      'a note lies beyond the end',
      'tampered',
      ({ files }) => files.create(layout.paper(42, 'note'), record('x')),
    ],
    [
      'a sealed segment has leaves',
      'tornTail',
      ({ files }) => files.create(layout.leaves(2), record('x')),
    ],
    ['a copy of the key page is torn', 'tornTail', (stage) => stage.flip('/audit/keys.b', 900)],
    [
      'a copy of the key page was changed once the head had named it',
      'tampered',
      (stage) => stage.flip('/audit/keys.a', 900),
    ],
    [
      'a copy of the key page is older than the head',
      'tampered',
      (stage) => putBack(stage, 'keys.a'),
    ],
    ['a copy of the key page is gone', 'tampered', ({ files }) => files.remove('/audit/keys.b')],
  ])('%s: %s', async (_, verdict, lay) => {
    const stage = memoryStage(new MortalFiles());
    const log = await stage.open();
    await log.append(records('a', 1));
    await stage.copy('/audit', '/old');
    await log.close();
    await threeSegments(stage);
    stage.kv.crash();
    await lay(stage);
    stage.kv.crash();
    const said = await stage.verify();
    expect([said.verdict, said.problems.length]).toEqual([verdict, 1]);
    expect(await mended(stage)).toEqual(said.problems);
    expect((await stage.verify()).verdict).toBe(verdict === 'tampered' ? 'tampered' : 'ok');
  });
});

describe('what an opening mends is on record', () => {
  it.each(attacks)('and a later verifier sees it: %s', async (_, attack) => {
    const stage = await closed();
    expect(await stage.verdicts()).toBe('shredded: shredded ok ok');
    await attack(stage);
    const { verdict, problems } = await stage.verify();
    expect(['tampered', 'rolledBack']).toContain(verdict);
    expect(await mended(stage)).toEqual(problems);
    expect(problems.map((each) => each.verdict)).toContain(verdict);
    for (let round = 0; round < 2; round++) {
      const log = await stage.open();
      await log.append(records('z', 1));
      await log.seal(await log.rotate());
      expect(isBad(await stage.verify(log))).toBe(true);
      await log.close();
      expect(isBad(await stage.verify())).toBe(true);
    }
    expect(await mended(stage)).toEqual([]);
  });

  it.each(attacks)('whatever write of it the process ends at: %s', async (_, attack) => {
    for (let n = 1; ; n++) {
      const files = new MortalFiles();
      const stage = await closed(files);
      await attack(stage);
      files.dieAt = files.writes + n;
      const log = await stage.open().catch(() => undefined);
      const isOver = !files.isDead;
      files.revive();
      if (isOver) return await log?.close();
      stage.kv.crash();
      expect([n, isBad(await stage.verify())]).toEqual([n, true]);
      await (await stage.open()).close();
      expect([n, isBad(await stage.verify())]).toEqual([n, true]);
    }
  });

  it('and so is what may come from a crash, which is no alarm', async () => {
    const stage = memoryStage();
    await threeSegments(stage);
    stage.kv.crash();
    await stage.flip('/audit/keys.b', 900);
    await stage.files.create(layout.leaves(1), record('x'));
    expect((await stage.verify()).verdict).toBe('tornTail');
    expect(await stage.findings()).toEqual([
      {
        kind: 'mended',
        verdict: 'tornTail',
        because: 'of the copies of the key page, a is whole and b is damaged',
      },
      {
        kind: 'mended',
        verdict: 'tornTail',
        because: 'segment 1: it has leaves, and is not shredded',
      },
    ]);
    expect(await stage.verdicts()).toBe('ok: ok ok ok');
  });

  it('and so is a copy of the key page the disk does not give, which is no alarm', async () => {
    const stage = await closed();
    const { readAt } = stage.files;
    stage.files.readAt = (path, ...rest) =>
      path.endsWith('keys.b')
        ? Promise.reject(new StorageError('DISK_FAILED', 'EIO'))
        : readAt.call(stage.files, path, ...rest);
    const because = 'of the copies of the key page, a is whole and b is unreadable';
    expect((await stage.verify()).problems).toEqual([{ verdict: 'unverifiable', because }]);
    expect(await stage.findings()).toEqual([{ kind: 'mended', verdict: 'unverifiable', because }]);
    stage.files.readAt = readAt;
    expect(await stage.verdicts()).toBe('shredded: shredded ok ok');
  });

  it('as far as it is not too much to tell', async () => {
    const stage = await closed();
    for (let segment = 100; segment < 150; segment++) {
      await stage.files.create(layout.paper(segment, 'note'), record('x'));
    }
    expect((await stage.findings()).length).toBe(16);
  });
});
