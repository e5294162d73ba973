import { describe, expect, it } from 'vitest';
import { Log } from '../../storage/log.ts';
import {
  diskStage,
  killed,
  type LogStage,
  memoryStage,
  records,
  threeSegments,
} from './log-stage.ts';

/** As a kill leaves three segments, of 5, 4 and 5 records, of which the head promises 12. */
async function dead(): Promise<LogStage> {
  const stage = memoryStage();
  await threeSegments(stage);
  stage.kv.crash();
  return stage;
}

async function reopened(stage: LogStage) {
  const { log, findings } = await Log.open(stage.place);
  const { first } = await log.append(records('z', 1));
  const { segment } = log;
  await log.close();
  return { first, segment, findings, verdicts: await stage.verdicts() };
}

const { layout } = memoryStage().place;

describe('opening a log', () => {
  it('goes on in the active segment if nothing is in doubt', async () => {
    expect(await reopened(await dead())).toEqual({
      first: 14,
      segment: 3,
      findings: [],
      verdicts: 'ok: ok ok ok',
    });
  });

  it('seals what was rotated out before the process ended', async () => {
    const stage = memoryStage();
    const log = await threeSegments(stage);
    await log.rotate();
    await log.append(records('f', 1));
    await log.prepare();
    stage.kv.crash();
    expect(await reopened(stage)).toEqual({
      first: 15,
      segment: 4,
      findings: [{ kind: 'sealed', segment: 3 }],
      verdicts: 'ok: ok ok ok ok',
    });
    expect(await stage.files.stat(layout.store(5))).toBeUndefined();
  });

  const trouble: readonly [string, (stage: LogStage) => Promise<unknown>, object][] = [
    [
      'the active segment is gone',
      ({ files }) => files.remove(layout.store(3)),
      { first: 12, segment: 4, verdicts: 'rolledBack: ok ok rolledBack ok' },
    ],
    [
      'the note before it is gone',
      ({ files }) => files.remove(layout.paper(2, 'note')),
      { first: 14, segment: 3, verdicts: 'tampered: ok tampered ok' },
    ],
    [
      'the head is gone',
      ({ files }) => files.remove(layout.head),
      { first: 14, segment: 4, verdicts: 'tampered: ok ok tampered ok' },
    ],
    [
      'the head and the active segment are gone',
      async ({ files }) => {
        for (const path of [layout.head, layout.store(3)]) await files.remove(path);
      },
      { first: 9, segment: 4, verdicts: 'tampered: ok ok tampered ok' },
    ],
    [
      'all is gone but the keys',
      async ({ files }) => {
        for (const path of [layout.head, layout.segments]) await files.remove(path);
      },
      { first: 0, segment: 4, verdicts: 'tampered: tampered tampered ok' },
    ],
    [
      'a promised block is not as it was',
      (stage) => stage.flip(`${layout.store(3)}/store`, 300),
      { first: 14, segment: 4, verdicts: 'tampered: ok ok tampered ok' },
    ],
    [
      'a copy of a segment lies behind it',
      (stage) => stage.copy(layout.store(2), layout.store(4)),
      { first: 14, segment: 5, verdicts: 'unverifiable: ok ok ok unverifiable ok' },
    ],
  ];

  it.each(trouble)('goes on if %s, and keeps the verdict', async (_, hurt, expected) => {
    const stage = await dead();
    await hurt(stage);
    const before = await stage.digest(layout.store(3));
    const { findings, ...rest } = await reopened(stage);
    expect(rest).toEqual(expected);
    if (findings.some((each) => each.kind === 'quarantined' && each.segment === 3)) {
      expect(await stage.digest(layout.store(3))).toBe(before);
    }
    expect((await reopened(stage)).findings).toEqual([]);
  });

  it('takes an older key page for a rollback, and what it still opens stays readable', async () => {
    const stage = memoryStage();
    const log = await stage.open();
    await log.append(records('a', 2));
    await stage.copy('/audit/keys.a', '/old');
    await log.seal(await log.rotate());
    await log.append(records('b', 2));
    await log.writeHead();
    stage.kv.crash();
    for (const name of ['keys.a', 'keys.b']) await stage.copy('/old', `/audit/${name}`);
    expect(await reopened(stage)).toMatchObject({ first: 4, segment: 3 });
    expect(await stage.read()).toEqual(['a0', 'a1', '[2-4 keyMissing]', 'z0']);
    expect(await stage.verdicts()).toBe('rolledBack: ok rolledBack ok');
  });

  it('fails only if no copy of the key page is whole', async () => {
    const stage = await dead();
    for (const name of ['keys.a', 'keys.b']) await stage.flip(`/audit/${name}`, 900);
    await expect(stage.open()).rejects.toMatchObject({ code: 'CORRUPT' });
  });

  it('reads of a quarantined LevelDB what is left, and never opens it again', async () => {
    const stage = diskStage();
    const log = await stage.open();
    for (const name of ['a', 'b', 'c']) await log.append(records(name, 2));
    await log.writeHead();
    const copy = await killed(stage);
    await log.close();
    const [path = ''] = (await copy.paths(layoutOf(copy).store(1))).filter((it) =>
      it.endsWith('.log'),
    );
    await copy.flip(path, 400);
    const before = await copy.digest(layoutOf(copy).store(1));
    expect(await reopened(copy)).toMatchObject({ first: 6, segment: 2 });
    expect(await copy.digest(layoutOf(copy).store(1))).toBe(before);
    const read = await copy.read();
    expect([read.length, read.at(-1), read.join().includes('damaged')]).toEqual([6, 'z0', true]);
  });
});

const layoutOf = (stage: LogStage) => stage.place.layout;
