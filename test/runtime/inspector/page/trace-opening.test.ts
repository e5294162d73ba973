import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type Bounds,
  openedTrace,
  remarksOn,
} from '../../../../runtime/inspector/page/trace-opening.ts';

const wide: Bounds = { bytesMax: 1 << 20, linesMax: 1000, charsMax: 1 << 20 };
const shop = readFileSync(new URL('shop.trace.ndjson', import.meta.url));

const note = (atMs: number) =>
  `${JSON.stringify({ atMs, process: 1, kind: 'note', text: `n${atMs}`, fields: {} })}\n`;
const notes = (count: number) => Array.from({ length: count }, (_, at) => note(at)).join('');

async function open(text: string | Uint8Array, limits = wide, breaksAfter = false) {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const seen = { pauses: 0, built: [] as number[] };
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
    if (breaksAfter) throw new Error('The file has changed');
  }
  const opened = await openedTrace(
    {
      pieces: pieces(),
      pause: async () => {
        seen.pauses += 1;
      },
      progress: ({ built }) => seen.built.push(built),
    },
    limits,
  );
  return { ...opened, seen, remarks: remarksOn(opened) };
}

const texts = (lines: readonly { readonly line: readonly unknown[] }[]) =>
  lines.map(({ line }) => line[2]);

describe('opening a trace', () => {
  it('shows all of it, with nothing to remark', async () => {
    const { history, remarks, seen } = await open(shop);
    expect([history.lines.length, history.toMs, remarks]).toEqual([150, 60_000, []]);
    expect(seen.pauses).toBeGreaterThan(20);
  });

  it('lets the page draw while it builds, and says how far it is', async () => {
    const { seen } = await open(notes(5000), { ...wide, linesMax: 9000 });
    expect(seen.built.filter((built) => built > 0)).toEqual([0.2, 0.4, 0.6, 0.8]);
  });

  it('keeps the newest lines of one that is too long, and counts the others', async () => {
    const actor = { atMs: 0, process: 1, kind: 'actor', subject: 'a', is: 'actor' };
    const first = JSON.stringify({ ...actor, life: 'running', states: [], incarnation: 1 });
    const { history, dropped, remarks } = await open(`${first}\n${notes(1300)}`);
    expect(texts(history.lines)[0]).toBe(`n${dropped}`);
    expect(texts(history.lines).at(-1)).toBe('n1299');
    expect(history.now.at('a')?.life).toBe('running');
    expect(remarks).toEqual([
      `It has 1301 lines: the ${dropped} oldest are left out, for want of room.`,
    ]);
    expect((await open(notes(100), { ...wide, charsMax: 2000 })).history.lines.length).toBeLessThan(
      40,
    );
  });

  it('stops at the size that a page takes, and says after which line', async () => {
    const { history, remarks } = await open(notes(60_000), { ...wide, linesMax: 90_000 });
    expect(texts(history.lines)[0]).toBe('n0');
    expect(remarks).toEqual([
      expect.stringMatching(/^It is larger than 1 MiB: what follows line \d+ is not shown\.$/),
    ]);
  });

  it('shows what was read of a file that cannot be read to its end', async () => {
    const { history, remarks } = await open(notes(10), wide, true);
    expect([history.lines.length, remarks]).toEqual([
      ...[10, ['The file has changed: what follows line 10 is not shown.']],
    ]);
  });

  it('names lines that are not whole, and kinds that nobody knows', async () => {
    const strange = '{"atMs":1,"process":1,"kind":"soon"}\n'.repeat(3);
    const { remarks } = await open(`${note(1)}?\n${strange}${note(2)}${'?\n'.repeat(24)}{`);
    expect(remarks.filter((_, at) => at < 2 || at > 19)).toEqual([
      'Line 2 is no object of JSON.',
      'Line 7 is no object of JSON.',
      '6 more lines are left out for reasons of this kind.',
      'Lines of kinds that this page does not know are left out: soon (3).',
    ]);
  });

  it('refuses what is no trace, and shows nothing of it', async () => {
    const { history, remarks } = await open('<!doctype html>');
    expect([history.lines, remarks]).toEqual([
      ...[[], ['This is no trace of Holdfast: line 1 is cut off: the file ends within it.']],
    ]);
  });
});
