import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeSnapshots } from '../../../../../runtime/world/vm/microvm/snapshot-files.ts';
import { temporaryDirectory } from '../../../../storage/disk.ts';

const KEY = '0123456789abcdef'.repeat(2);

function imageWith(...names: readonly string[]): string {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'snapshots'));
  for (const name of names) writeFileSync(join(directory, 'snapshots', name), name);
  return directory;
}

const ours = [
  `${KEY}.${KEY}${KEY}.state`,
  `${KEY}.${randomUUID()}.new`,
  ...[`${KEY}.state`, `${KEY}.json`, `${KEY}.state.${randomUUID()}.new`],
];

describe('the snapshots of an image', () => {
  it('are removed with their place', async () => {
    const directory = imageWith(...ours);
    await removeSnapshots(directory);
    expect(readdirSync(directory)).toEqual([]);
    await removeSnapshots(directory);
  });

  it('are removed without anything of somebody else', async () => {
    const others = ['holiday.state', 'notes.json', `${KEY}.state.bak`, 'draft.new'].sort();
    const directory = imageWith(...ours, ...others);
    await removeSnapshots(directory);
    expect(readdirSync(join(directory, 'snapshots')).sort()).toEqual(others);
  });
});
