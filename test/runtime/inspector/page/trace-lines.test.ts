import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type TraceLine,
  TraceReader,
  type TraceReading,
} from '../../../../runtime/inspector/page/trace-lines.ts';

const note = (text: string) =>
  JSON.stringify({ atMs: 1, process: 1, kind: 'note', text, fields: {} });

function read(text: string | Uint8Array, piece = 7): [readonly TraceLine[], TraceReading] {
  const lines: TraceLine[] = [];
  const reader = new TraceReader((line) => lines.push(line));
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  for (let at = 0; at < bytes.length; at += piece) {
    if (!reader.read(bytes.subarray(at, at + piece))) break;
  }
  return [lines, reader.end()];
}

const texts = (lines: readonly TraceLine[]) =>
  lines.map((line) => (line.kind === 'note' ? line.text : line.kind));

describe('a trace', () => {
  it('of strangers turns no text around: what would is told as its code', () => {
    const [lines] = read(`${note('exe.\u202etxt')}\n`);
    expect(texts(lines)).toEqual(['exe.\\u202etxt']);
  });

  it('is read as it was written, wherever it is cut into pieces', () => {
    const file = readFileSync(new URL('shop.trace.ndjson', import.meta.url));
    const whole = file.toString().trimEnd().split('\n');
    for (const piece of [1, 4096, file.length]) {
      const [lines, reading] = read(file, piece);
      expect(lines).toEqual(whole.map((line) => JSON.parse(line)));
      expect(reading).toEqual({
        lines: whole.length,
        skipped: new Map(),
        troubles: [],
        troubled: 0,
      });
    }
  });

  it('keeps letters whole that have several bytes', () => {
    expect(texts(read(`${note('süß 🏠')}\n`, 1)[0])).toEqual(['süß 🏠']);
  });

  it('shows what is whole around a broken line, and names the line', () => {
    const [lines, reading] = read(`${note('a')}\n{"atMs":\n\n${note('b')}\n`);
    expect(texts(lines)).toEqual(['a', 'b']);
    expect(reading.troubles).toEqual([{ line: 2, text: 'is no object of JSON' }]);
  });

  it('says of half a file where it ends, and needs no newline after the last line', () => {
    expect(read(`${note('a')}\n${note('b').slice(0, -9)}`)[1].troubles).toEqual([
      { line: 2, text: 'is cut off: the file ends within it' },
    ]);
    expect(texts(read(`${note('a')}\n${note('b')}`)[0])).toEqual(['a', 'b']);
  });

  it('counts kinds that nobody knows', () => {
    const strange =
      '{"atMs":1,"process":1,"kind":"toString"}\n{"atMs":1,"process":1,"kind":"soon"}\n';
    const [lines, reading] = read(`${strange}${note('a')}\n${strange}`);
    expect(texts(lines)).toEqual(['a']);
    expect(reading.skipped).toEqual(
      new Map([
        ['toString', 2],
        ['soon', 2],
      ]),
    );
    expect(reading.troubled).toBe(0);
  });

  it('tells which field of a line is not as it should be', () => {
    const fields = [
      { atMs: '1', kind: 'note', text: 'a', fields: {} },
      { atMs: 1, kind: 'move', subject: 'a', transitions: [1] },
      { atMs: 1, kind: 'fact', id: 'a', data: {} },
      { atMs: 1, kind: 'chart', chart: { hash: 'a', id: 'a', states: [''], edges: [], root: {} } },
      { atMs: 1 },
      { atMs: 1e308, kind: 'note', text: 'a', fields: {} },
    ];
    const [, reading] = read(
      `${note('a')}\n${fields.map((each) => JSON.stringify(each)).join('\n')}\n`,
    );
    expect(reading.troubles.map(({ text }) => text.replace('is no line of a trace: ', ''))).toEqual(
      [
        '"atMs" is of another shape',
        '"transitions" is of another shape',
        '"type" is missing',
        '"chart" is of another shape',
        '"kind" is missing',
        '"atMs" is of another shape',
      ],
    );
  });

  it('takes no chart that is nested without end', () => {
    const part = {
      path: '',
      key: 'a',
      type: 'compound',
      tags: [],
      entry: [],
      exit: [],
      invoke: [],
    };
    const deep = (depth: number): object => ({
      ...part,
      states: depth === 0 ? [] : [deep(depth - 1)],
    });
    const chart = (depth: number) => {
      const told = { hash: 'a', id: 'a', states: [''], edges: [], root: deep(depth), more: 0 };
      return JSON.stringify({ atMs: 0, process: 1, kind: 'chart', chart: told });
    };
    expect(read(`${chart(60)}\n${chart(64)}\n`, 4096)[1].troubles).toEqual([
      { line: 2, text: 'is no line of a trace: "chart" is of another shape' },
    ]);
  });
});

describe('a file that is no trace', () => {
  it('is refused with the first line that shows it, before all of it is read', () => {
    const page = `<!doctype html>\n${'<p>\n'.repeat(1000)}`;
    const [lines, reading] = read(page);
    expect(lines).toEqual([]);
    expect(reading.lines).toBe(20);
    expect(reading.refused).toBe('This is no trace of Holdfast: line 1 is no object of JSON.');
  });

  it('is refused if it is of another format of JSON, or empty', () => {
    expect(read('{"level":30,"msg":"hi"}\n')[1].refused).toBe(
      'This is no trace of Holdfast: line 1 is no line of a trace: "atMs" is missing.',
    );
    expect(read('')[1].refused).toBe('There is nothing in it.');
  });

  it('leaves out a line that never ends, and reads on behind it', () => {
    const [lines, reading] = read(`${'x'.repeat(3 << 20)}\n${note('a')}\n`, 1 << 16);
    expect(texts(lines)).toEqual(['a']);
    expect(reading.troubles).toEqual([{ line: 1, text: 'is longer than 1 MiB' }]);
  });
});
