import { describe, expect, it } from 'vitest';
import type { Kv } from '../../storage/ports.ts';
import { blockKey } from '../../storage/session.ts';
import { verifyLog } from '../../storage/verify.ts';
import {
  diskStage,
  killed,
  type LogStage,
  memoryStage,
  records,
  threeSegments,
} from './log-stage.ts';

/** Three segments, the first shredded, after a clean end. */
async function closed(stage: LogStage): Promise<LogStage> {
  const log = await threeSegments(stage, true);
  await log.close();
  return stage;
}

/** The same with the process still running, as its files lie. */
const open = async (): Promise<LogStage> => {
  const stage = diskStage();
  const log = await threeSegments(stage, true);
  const copy = await killed(stage);
  await log.close();
  return copy;
};

const paths = [
  'keys.a',
  'keys.b',
  'head',
  'segments/00000001.leaves',
  'segments/00000001.shred',
  'segments/00000002',
  'segments/00000002.note',
  'segments/00000003',
  'segments/00000003.rest',
];

describe('a verifier', () => {
  it('says that all is as it was, and writes nothing', async () => {
    for (const stage of [await closed(memoryStage()), await closed(diskStage()), await open()]) {
      const before = await stage.digest();
      expect(await stage.verdicts()).toBe('shredded: shredded ok ok');
      expect(await stage.digest()).toBe(before);
    }
  });

  it.each(paths)('misses %s after a clean end, and writes nothing', async (path) => {
    const stage = await closed(diskStage());
    await stage.files.remove(`${stage.root}/${path}`);
    const before = await stage.digest();
    expect((await stage.verify()).verdict).toMatch(/^(tampered|rolledBack)$/);
    expect(await stage.digest()).toBe(before);
  });

  it.each(paths.slice(0, -1))('misses %s after a kill', async (path) => {
    const stage = await open();
    await stage.files.remove(`${stage.root}/${path}`);
    expect((await stage.verify()).verdict).toMatch(/^(tampered|rolledBack)$/);
  });

  it.each(paths)('ends with a verdict if %s is a directory, or has nothing in it', async (path) => {
    const stage = await closed(memoryStage());
    const whole = `${stage.root}/${path}`;
    await stage.files.remove(whole);
    await stage.files.makeDirectory(whole);
    expect((await stage.verify()).verdict).toMatch(/^(tampered|rolledBack)$/);
    await stage.files.remove(whole);
    await stage.files.create(whole, new Uint8Array());
    expect((await stage.verify()).verdict).toMatch(/^(tampered|rolledBack)$/);
  });

  it.each([
    ['the stores of two segments', 'segments/00000002', 'segments/00000003'],
    ['the notes of two segments', 'segments/00000002.note', 'segments/00000003.note'],
    ['the papers of two kinds', 'segments/00000002.note', 'segments/00000003.rest'],
  ])('sees that %s were swapped', async (_, one, other) => {
    const stage = await closed(diskStage());
    await stage.copy(
      `${stage.root}/segments/00000002.note`,
      `${stage.root}/segments/00000003.note`,
    );
    if (!other.endsWith('.note')) await stage.files.remove(`${stage.root}/segments/00000003.note`);
    await stage.swap(`${stage.root}/${one}`, `${stage.root}/${other}`);
    expect((await stage.verify()).verdict).toBe('tampered');
  });

  it('takes no older key page for the new one', async () => {
    const stage = diskStage();
    const log = await threeSegments(stage);
    for (const name of ['keys.a', 'keys.b']) {
      await stage.copy(`${stage.root}/${name}`, `${stage.root}-old/${name}`);
    }
    await log.shred(1, 'it is old');
    await log.close();
    for (const name of ['keys.a', 'keys.b']) {
      await stage.copy(`${stage.root}-old/${name}`, `${stage.root}/${name}`);
    }
    expect(await stage.verdicts()).toBe('rolledBack: rolledBack ok ok');
  });

  it('takes no older directory of the active segment for the new one', async () => {
    const stage = diskStage();
    const log = await stage.open();
    await log.append(records('a', 3));
    const old = await killed(stage);
    await log.append(records('b', 3));
    await log.writeHead();
    const copy = await killed(stage);
    await log.close();
    await copy.files.remove(copy.place.layout.store(1));
    await copy.copy(old.place.layout.store(1), copy.place.layout.store(1));
    expect(await copy.verdicts()).toBe('rolledBack: rolledBack');
  });

  it.each([
    ['the paper on a doubt', 'segments/00000003.doubt'],
    ['the note of a shredded segment', 'segments/00000001.note'],
  ])('misses %s', async (_, path) => {
    const stage = await closed(memoryStage());
    await stage.flip(`${stage.place.layout.store(3)}/store`, 300);
    await (await stage.open()).close();
    expect(await stage.verdicts()).toBe('tampered: shredded ok tampered ok');
    await stage.files.remove(`${stage.root}/${path}`);
    const { segments } = await stage.verify();
    const segment = Number(path.slice(9, 17));
    expect(segments[segment - 1]).toMatchObject({
      verdict: 'tampered',
      because: expect.stringContaining('is missing'),
    });
  });

  it('says nothing of segments whose keys it does not have', async () => {
    const stage = await closed(memoryStage());
    const other = memoryStage();
    const log = await other.open();
    await log.close();
    await stage.files.replace(
      '/audit/keys.a',
      (await other.files.read('/audit/keys.a')) ?? new Uint8Array(),
    );
    expect((await stage.verify()).verdict).toBe('tampered');
  });

  it('follows a log that is open while it rotates, seals and shreds', async () => {
    const stage = diskStage();
    const log = await threeSegments(stage);
    const old = await log.rotate();
    await log.append(records('f', 2));
    expect(await stage.verdicts(log)).toBe('ok: ok ok ok ok');
    const [busy] = await Promise.all([
      stage.verdicts(log),
      log.seal(old),
      log.shred(1, 'it is old'),
      log.append(records('g', 2)),
    ]);
    expect(busy.replace('shredded', 'ok').replace('shredded', 'ok')).toBe('ok: ok ok ok ok');
    expect(await stage.verdicts(log)).toBe('shredded: shredded ok ok ok');
    await log.close();
    expect(await stage.verdicts()).toBe('shredded: shredded ok ok ok');
  });
});

it('does not blame a segment for what was done to the one before', async () => {
  const stage = memoryStage();
  const log = await threeSegments(stage);
  await log.prepare();
  stage.kv.crash();
  const { layout } = stage.place;
  const note = layout.paper(2, 'note');
  await stage.flip(note, 20);
  expect(await stage.verdicts()).toBe('tampered: ok tampered ok ok');
  await stage.flip(note, 20);
  await stage.files.remove(layout.store(3));
  expect(await stage.verdicts()).toBe('rolledBack: ok ok rolledBack ok');
  await (await stage.open()).close();
  expect(await stage.verdicts()).toBe('rolledBack: ok ok rolledBack ok');
});

it('misses the key page of a log that is open', async () => {
  const stage = memoryStage();
  const log = await threeSegments(stage);
  await stage.files.remove('/audit/keys.a');
  expect(await stage.verdicts(log)).toBe('ok: ok ok ok');
  await stage.files.remove('/audit/keys.b');
  expect(await stage.verdicts(log)).toBe('tampered: ok ok ok');
});

it('looks again at what the log sealed or shredded meanwhile', async () => {
  const stage = memoryStage();
  const log = await threeSegments(stage);
  const old = await log.rotate();
  const works: Promise<void>[] = [];
  const onProgress = (done: number): void => {
    if (done === old - 1) works.push(log.seal(old));
  };
  const kv: Kv = Object.create(stage.kv);
  kv.readRaw = async (path, options) => {
    await log.shred(1, 'it is old');
    return await stage.kv.readRaw(path, options);
  };
  const { segments } = await verifyLog({ ...stage.place, kv }, { log, onProgress });
  await Promise.all(works);
  expect(segments.map(({ verdict }) => verdict)).toEqual(['shredded', 'ok', 'ok', 'ok']);
});

/** The active segment has blocks at 0, 3 and 6; the head promises all. */
async function threeBlocks(): Promise<LogStage> {
  const stage = diskStage();
  const log = await stage.open();
  for (const name of ['a', 'b', 'c']) await log.append(records(name, 3));
  await log.writeHead();
  const copy = await killed(stage);
  await log.close();
  return copy;
}

describe('blocks that somebody put back with the engine', () => {
  const [a, b, c] = [blockKey(0), blockKey(3), blockKey(6)];
  const tricks: readonly [
    string,
    (get: (key: Uint8Array) => Uint8Array) => readonly [Uint8Array, Uint8Array][],
  ][] = [
    [
      'swapped',
      (get) => [
        [a, get(b)],
        [b, get(a)],
      ],
    ],
    ['doubled', (get) => [[blockKey(9), get(c)]]],
    ['moved', (get) => [[b, get(c)]]],
    ['made up', () => [[blockKey(9), new Uint8Array(200)]]],
  ];

  it.each(tricks)('%s are seen', async (name, trick) => {
    const stage = await threeBlocks();
    const store = await stage.kv.open(stage.place.layout.store(1));
    const values = new Map<string, Uint8Array>();
    for (const key of [a, b, c]) values.set(key.join(), (await store.get(key)) ?? new Uint8Array());
    const changes = trick((key) => values.get(key.join()) ?? new Uint8Array());
    await store.commit(changes.map(([key, value]) => ({ key, value })));
    await store.close();
    const isBehindTheHead = name === 'doubled' || name === 'made up';
    expect((await stage.verify()).verdict).toBe(isBehindTheHead ? 'tornTail' : 'tampered');
  });

  it.each([
    ['the first', a, 'tampered'],
    ['one between', b, 'tampered'],
    ['the last', c, 'rolledBack'],
  ])('%s is missed if it was taken out', async (_, key, verdict) => {
    const stage = await threeBlocks();
    const store = await stage.kv.open(stage.place.layout.store(1));
    await store.commit([], [key]);
    await store.close();
    expect((await stage.verify()).verdict).toBe(verdict);
  });
});
