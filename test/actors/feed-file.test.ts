import { describe, expect, it } from 'vitest';
import { inTurns, readFeed } from '../../actors/feed-file.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';

const PATH = '/drop.txt';

async function given(bytes: Uint8Array) {
  const [files, clock] = [new MemoryFiles(), new VirtualClock()];
  await files.create(PATH, bytes);
  const read = async (bytesMax = 2 ** 30, take = (_: Uint8Array): boolean => true) => {
    const reading = readFeed({ files, clock }, PATH, bytesMax, take).then(
      (digest) => digest,
      (error: unknown) => String(error),
    );
    await clock.advanceAsync(0);
    return await reading;
  };
  return { files, clock, read };
}

describe('a feed in a file', () => {
  it('is read in pieces of 4,096 bytes, each on a later turn, and has one digest', async () => {
    const whole = new Uint8Array(200_000).map((_, at) => at % 251);
    const { files, clock, read } = await given(whole);
    const seen: (number | 'another')[] = [];
    const digest = await read(2 ** 30, (piece) => {
      clock.soon(() => seen.push('another'));
      return seen.push(piece.length) > 0;
    });
    const turns = Array.from({ length: 48 }, () => [4_096, 'another']).flat();
    expect([seen, digest]).toEqual([[...turns, 3_392, 'another'], await read()]);
    await files.overwrite(PATH, 100_000, Uint8Array.of(0));
    expect(await read()).not.toBe(digest);
  });

  it.each([
    [200_000, 199_999, 'FeedRefusal: it has 200000 bytes, of at most 199999'],
    [0, 100, 'FeedRefusal: it is an empty file'],
  ])('of %i bytes where %i may be is not read: %s', async (bytes, max, refusal) => {
    const { read } = await given(new Uint8Array(bytes));
    const pieces: Uint8Array[] = [];
    expect(await read(max, (piece) => pieces.push(piece) > 0)).toBe(refusal);
    expect(pieces).toEqual([]);
  });

  it('that has grown since it was looked at is read to its limit', async () => {
    const { files, read } = await given(new Uint8Array(131_072));
    const stat = files.stat.bind(files);
    files.stat = async (path) => {
      const found = await stat(path);
      return found && { ...found, sizeBytes: 10 };
    };
    expect(await read(100_000)).toBe('FeedRefusal: it has 131072 bytes, of at most 100000');
  });

  it('is no directory, and may be absent', async () => {
    const { files, read } = await given(Uint8Array.of(1));
    await files.remove(PATH);
    expect(await read()).toBe('FeedRefusal: there is no such file');
    await files.makeDirectory(PATH);
    expect(await read()).toBe('FeedRefusal: it is no file');
  });
});

it('work in turns lets others have theirs between its steps', async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const work = function* (): Generator<void, string> {
    for (const step of ['first', 'second']) {
      seen.push(step);
      clock.soon(() => seen.push('another'));
      yield;
    }
    return 'done';
  };
  const over = inTurns(clock, work());
  await clock.advanceAsync(0);
  expect([await over, seen]).toEqual(['done', ['first', 'another', 'second', 'another']]);
});
