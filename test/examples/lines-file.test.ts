import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { LinesFile } from '../../examples/orders/lines-file.mjs';

it('keeps the newest lines in two files, neither larger than its limit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lines-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'deep', 'facts');
  new LinesFile(path, 12).append('of a run before');
  const file = new LinesFile(path, 12);
  for (const line of ['one', 'two', 'three', 'four', 'fünf']) file.append(line);
  const texts = readdirSync(join(folder, 'deep')).map((name) => [
    name,
    readFileSync(join(folder, 'deep', name), 'utf8'),
  ]);
  expect(texts).toEqual([
    ['facts', 'fünf\n'],
    ['facts.old', 'three\nfour\n'],
  ]);
});

it('loses what the disk does not take, says so, and goes on', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lines-'));
  const file = new LinesFile(join(folder, 'deep', 'facts'), 12);
  rmSync(folder, { recursive: true });
  for (const line of ['one', 'two', 'three', 'four']) file.append(line);
  expect(file.isLost).toBe(true);
});
