import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { cases, endsOfV8 } from './vm-cases.ts';

const tests = fileURLToPath(new URL('..', import.meta.url));
const escapes = readFileSync(`${tests}/../runtime/world/vm/process/escapes.mjs`, 'utf8');

/** As many as it takes: the number of an attack stands once for each way in which it is made. */
const attacks = [
  ...[1, 2, 3, 4, 5, 7, 8, 10, 12, 14, 15, 16, 17, 18, 19, 20, 21, 23, 25, 26, 27, 28],
  ...[30, 31, 32, 33, 34, 35, 36, 37, 38, 40, 41, 42, 44, 45, 47, 48],
];

interface Row {
  readonly number: number;
  readonly held: string;
  readonly ends: readonly string[];
}

const code = (cell: string): string => cell.replace(/^`(.*)`$/, '$1');

const rows: readonly Row[] = readFileSync(`${tests}/contracts/README.md`, 'utf8')
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, attack = '', held = '', isolate = '', others = '']) => ({
    number: Number.parseInt(attack, 10),
    held,
    ends: [code(isolate), code(others)],
  }));

/** What is true of what a row names: how its case ends, or that it is there. */
function truthOf({ held }: Row): readonly string[] {
  const one = cases.find(({ name }) => held === `\`${name}\``);
  if (one !== undefined) return [one.ends, endsOfV8[one.name] ?? one.ends];
  const isThere = held.split('; ').every((entry) => {
    if (entry.startsWith('escape: ')) return escapes.includes(`'${entry.slice(8)}'`);
    const [, file = '', title = ''] = /^`([^`]+)` :: (.+)$/.exec(entry) ?? [];
    const path = `${tests}/${file}.ts`;
    return existsSync(path) && readFileSync(path, 'utf8').includes(title);
  });
  return isThere ? ['-', '-'] : [];
}

it('each attack on sandboxes that is known is tried, and ends as the table says', () => {
  expect([...new Set(rows.map(({ number }) => number))]).toEqual(attacks);
  expect(rows.filter((row) => String(truthOf(row)) !== String(row.ends))).toEqual([]);
});

it('more are tried than are known', () => {
  const known = new Set(rows.map(({ held }) => code(held)));
  const ours = cases.filter(({ name }) => !known.has(name));
  expect(ours.length).toBeGreaterThanOrEqual(20);
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
});
