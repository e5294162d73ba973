import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  pruneSnapshots,
  removeSnapshots,
} from '../../../../../runtime/world/vm/microvm/snapshot-files.ts';
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

  it('are eight at most, whatever the time that others have', async () => {
    const states = [...'012345678'].map((digit) => `${KEY}.${digit.repeat(64)}.state`);
    const directory = imageWith(...states);
    const place = join(directory, 'snapshots');
    for (const [index, name] of states.entries()) {
      const at = Date.now() / 1_000 + (index + 1) * 3_600;
      if (index > 0) utimesSync(join(place, name), at, at);
    }
    const [saved = '', oldest = ''] = states;
    await pruneSnapshots(place, join(place, saved), Date.now());
    expect(readdirSync(place).sort()).toEqual(states.filter((name) => name !== oldest));
  });

  it('are rid of what nobody saves any more, and of nothing of somebody else', async () => {
    const [saved = '', ...leftOver] = ours;
    const young = `${KEY}.${randomUUID()}.new`;
    const directory = imageWith(...ours, young, 'draft.new');
    const place = join(directory, 'snapshots');
    const hoursAgo = Date.now() / 1_000 - 2 * 3_600;
    for (const name of [...leftOver, 'draft.new']) {
      utimesSync(join(place, name), hoursAgo, hoursAgo);
    }
    await pruneSnapshots(place, join(place, saved), Date.now());
    expect(readdirSync(place).sort()).toEqual([saved, young, 'draft.new'].sort());
  });
});
