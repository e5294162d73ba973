import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { loadSimulated } from '../../../runtime/cli/simulated-module.ts';
import { diskFiles } from '../../../runtime/world/files.ts';
import { options, playbook } from './shop.fixture.mjs';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;

function moduleOf(text: string): string {
  const path = join(folder, `${files++}.mjs`);
  writeFileSync(path, text);
  return path;
}

describe('a module to simulate', () => {
  it('exports a playbook and the options of a search', async () => {
    const shop = fileURLToPath(new URL('shop.fixture.mjs', import.meta.url));
    expect(await loadSimulated(diskFiles, shop)).toEqual({ playbook, options });
    const made = moduleOf('export const playbook = () => 7, options = { horizonMs: 1 };');
    expect((await loadSimulated(diskFiles, made)).options).toEqual({ horizonMs: 1 });
  });

  it.each([
    ['export const options = {};', 'must export playbook: { start, workload?, invariants? }'],
    ['export const playbook = { start: 1 }, options = {};', 'must export playbook'],
    ['export const playbook = () => {};', 'must export options: { horizonMs, … }'],
    ['throw new Error("no such shop")', 'cannot be loaded: no such shop'],
  ])('is refused as %s', async (text, because) => {
    await expect(loadSimulated(diskFiles, moduleOf(text))).rejects.toThrow(because);
  });

  it('is refused if it is no file', async () => {
    const loading = loadSimulated(diskFiles, '/nowhere/shop.mjs');
    await expect(loading).rejects.toThrow('there is no file /nowhere/shop.mjs');
    await expect(loadSimulated(diskFiles, folder)).rejects.toThrow(`there is no file ${folder}`);
  });
});
