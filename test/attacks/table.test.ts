import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const tests = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(`${tests}/attacks/README.md`, 'utf8');
const rows = page.split('\n').filter((line) => /^\| T\d\d /.test(line));

const hasTest = (entry: string): boolean => {
  const [, file = '', title = ''] = /^`([^`]+)` :: (.+)$/.exec(entry) ?? [];
  const path = `${tests}/${file}.test.ts`;
  return existsSync(path) && readFileSync(path, 'utf8').includes(title);
};

it('each attack that is known has tests, and they are where the table says', () => {
  const numbers = rows.map((row) => row.slice(2, 5));
  const all = Array.from({ length: 30 }, (_, nth) => `T${String(nth + 1).padStart(2, '0')}`);
  expect(numbers).toEqual(all);
  const entries = rows.flatMap((row) => {
    const [, , held = '', bare = ''] = row.split('|').map((cell) => cell.trim());
    return [...held.split('; '), ...(bare === '-' ? [] : [bare])];
  });
  expect(entries.filter((entry) => !hasTest(entry))).toEqual([]);
});
