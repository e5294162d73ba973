import { describe, expect, it } from 'vitest';
import { FeedActor, type FeedBreaker } from '../../actors/feed.actor.ts';
import type { RangeTable } from '../../actors/peer/door/range-table.ts';
import { RangesReader } from '../../actors/ranges-reader.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { kernelOn } from './audit-stage.ts';

const PATH = '/drop.txt';
const text = (...lines: string[]): Uint8Array => Buffer.from(`${lines.join('\n')}\n`);

async function watched(content: Uint8Array | undefined, room = 1_000) {
  const [files, clock] = [new MemoryFiles(), new VirtualClock()];
  const told: unknown[] = [];
  const reports: string[] = [];
  const gate = { isOpen: false };
  if (content !== undefined) await files.create(PATH, content);
  const breaker: FeedBreaker = {
    admit: () =>
      gate.isOpen
        ? { admitted: false, retryAfterMs: 5_000 }
        : {
            admitted: true,
            succeed: () => reports.push('succeeded'),
            fail: () => reports.push('failed'),
            ignore: () => reports.push('ignored'),
          },
  };
  let table: RangeTable | undefined;
  const actor = new FeedActor({
    ...{ kernel: kernelOn(clock, told), files, breaker, path: PATH, bytesMax: 100_000 },
    settings: { everyMs: 60_000, settleMs: 1_000, overdueMs: 30_000 },
    reader: (held) =>
      new RangesReader(clock, room - (table?.size ?? 0) + held, (taken) => {
        table = taken;
      }),
    describe: (error) => (error instanceof Error ? error.message : ''),
  });
  await clock.advanceAsync(0);
  const has = (address: string): boolean => table?.find(address) !== undefined;
  const write = (...lines: string[]) => files.replace(PATH, text(...lines));
  const types = () => told.map((fact) => (fact as [string])[0]);
  return { files, clock, told, types, reports, gate, actor, has, write };
}

describe('a feed that is watched', () => {
  it('is read at once; what it changes to is taken once it has settled, and told', async () => {
    const { actor, clock, has, write, told } = await watched(text('192.0.2.0/24', 'what', ...many));
    await actor.read;
    expect([has('192.0.2.1'), actor.standing.status]).toEqual([true, 'fresh']);
    await write('198.51.100.0/24');
    await clock.advanceAsync(60_999);
    expect([has('192.0.2.1'), has('198.51.100.1')]).toEqual([true, false]);
    await clock.advanceAsync(1);
    expect([has('192.0.2.1'), has('198.51.100.1')]).toEqual([false, true]);
    const bad = { bad: 1, badLines: [{ line: 2, because: 'no address' }] };
    expect(told).toMatchObject([
      ['feed.taken', PATH, { prefixes: 11, ...bad }],
      ['feed.taken', PATH, { prefixes: 1, bad: 0 }],
    ]);
    expect(actor.standing).toMatchObject({ prefixes: 1, bytes: 13, because: undefined });
  });

  it('that says nothing any more is refused, and what it said stays', async () => {
    const { actor, clock, has, write } = await watched(text('192.0.2.0/24'));
    await actor.read;
    await write('# come back later');
    await clock.advanceAsync(61_000);
    expect([has('192.0.2.1'), actor.standing.because]).toEqual([
      true,
      'nothing is in it, and 1 prefixes were',
    ]);
    await write('198.51.100.0/24');
    await clock.advanceAsync(122_000);
    expect([has('192.0.2.1'), has('198.51.100.1')]).toEqual([false, true]);
  });

  it('is not taken while it is written', async () => {
    const { actor, clock, files, has, reports } = await watched(text('192.0.2.1'));
    await files.append(PATH, text('192.0.2.2'));
    await clock.advanceAsync(60_500);
    await files.append(PATH, text('192.0.2.3'));
    await clock.advanceAsync(500);
    expect([has('192.0.2.2'), actor.standing.because]).toEqual([
      false,
      'it is still being written',
    ]);
    await clock.advanceAsync(61_000);
    expect([has('192.0.2.2'), has('192.0.2.3')]).toEqual([true, true]);
    expect(reports).toEqual(['succeeded', 'succeeded', 'ignored', 'succeeded', 'succeeded']);
  });

  it.each<[string, Uint8Array, RegExp]>([
    [
      'binary',
      Uint8Array.from({ length: 9_000 }, (_, at) => (at * 7) & 255),
      /lines of it are bad/,
    ],
    ['cut to nothing', new Uint8Array(0), /^it is an empty file$/],
    [
      'another kind of text',
      text('<html>', 'not found', '</html>'),
      /^3 lines .*line 1: no address/,
    ],
    ['too large', new Uint8Array(100_001), /^it has 100001 bytes, of at most 100000$/],
    ['too many', text(...Array.from({ length: 9 }, (_, at) => `10.0.0.${at}`)), /than the 8 prefi/],
  ])('keeps what it has once the file is %s, and tells why once', async (_, content, because) => {
    const { actor, clock, files, has, types, told } = await watched(text('192.0.2.1'), 8);
    await files.replace(PATH, content);
    await clock.advanceAsync(600_000);
    expect([has('192.0.2.1'), actor.standing.status]).toEqual([true, 'stale']);
    expect(actor.standing.because).toMatch(because);
    expect(types()).toEqual(['feed.taken', 'feed.refused']);
    expect(told.at(-1)).toMatchObject(['feed.refused', PATH, { prefixes: 1 }]);
    await files.replace(PATH, text('192.0.2.1'));
    await clock.advanceAsync(120_000);
    expect([actor.standing.status, actor.standing.because]).toEqual(['fresh', undefined]);
  });

  it('is waited for if there is none, and asked no more while its breaker is open', async () => {
    const { actor, clock, gate, has, reports, write } = await watched(undefined);
    await actor.read;
    expect([actor.standing.status, actor.standing.because]).toEqual([
      'empty',
      'there is no such file',
    ]);
    gate.isOpen = true;
    await clock.advanceAsync(600_000);
    expect(reports).toEqual(['failed']);
    gate.isOpen = false;
    await write('192.0.2.1');
    await clock.advanceAsync(6_000);
    expect(has('192.0.2.1')).toBe(true);
  });

  it('on a disk that hangs is given up, and heeded no more when it comes after all', async () => {
    const { actor, clock, files, has, reports, write } = await watched(text('192.0.2.1'));
    const readAt = files.readAt.bind(files);
    let release = (): void => {};
    files.readAt = async (...asked) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return await readAt(...asked);
    };
    await clock.advanceAsync(90_000);
    expect(actor.standing).toMatchObject({
      status: 'stale',
      because: 'it was not read within 30000 ms',
    });
    files.readAt = readAt;
    await write('192.0.2.2');
    release();
    await clock.advanceAsync(10);
    expect([has('192.0.2.1'), reports.at(-1)]).toEqual([true, 'failed']);
    await clock.advanceAsync(61_000);
    expect(has('192.0.2.2')).toBe(true);
  });

  it('that is stopped takes nothing more', async () => {
    const { actor, clock, write, types } = await watched(text('192.0.2.1'));
    actor.stop();
    await write('192.0.2.2');
    await clock.advanceAsync(600_000);
    expect([types(), clock.pending]).toEqual([['feed.taken'], 0]);
  });
});

const many = Array.from({ length: 10 }, (_, at) => `10.1.0.${at}`);
