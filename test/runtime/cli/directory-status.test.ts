import { describe, expect, it } from 'vitest';
import { statusOf } from '../../../runtime/cli/directory-status.ts';
import { diskFiles } from '../../../runtime/world/files.ts';
import { dataDir, openDataDir, owner, time } from './data-dir.fixture.ts';

const head = {
  generation: 4,
  size: 8,
  chain: new Uint8Array(32),
  segment: 2,
  isClosed: true,
  found: 'ok' as const,
  keyGeneration: 3,
  wallMs: Date.parse(time),
  openFrom: 2,
};

describe('the status of a directory', () => {
  it('tells of each segment what its paper says, and of the head its age', async () => {
    const { path } = await dataDir({ isShredded: true });
    const status = await statusOf(diskFiles, path, head, Date.parse(time) + 1_500.4);
    const bytes = expect.any(Number);
    expect(status).toEqual({
      source: 'offline',
      directory: path,
      owner,
      isInUse: false,
      head: { size: 8, segment: 2, isClosed: true, writtenAt: time, ageMs: 1_500 },
      bytes: status.segments[1]?.bytes,
      segments: [
        { segment: 1, stage: 'shredded', first: 0, size: 5, bytes: 0 },
        { segment: 2, stage: 'resting', first: 5, size: 8, bytes },
      ],
    });
    expect(status.bytes).toBeGreaterThan(500);
  });

  it('tells what it can of one that was left open, or holds nothing', async () => {
    const left = await statusOf(diskFiles, (await dataDir({ isClosed: false })).path, undefined, 0);
    const { path, log, release } = await openDataDir();
    await log.abandon();
    await release();
    const empty = await statusOf(diskFiles, `${path}/audit`, undefined, 0);
    expect([left.head, left.segments.map(({ bytes: _, ...each }) => each)]).toEqual([
      null,
      [
        { segment: 1, stage: 'sealed', first: 0, size: 5 },
        { segment: 2, stage: 'open' },
      ],
    ]);
    expect([empty.owner, empty.segments, empty.bytes]).toEqual([null, [], 0]);
  });
});
