import { closeSync, openSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { Level } from 'level';
import { expect, it } from 'vitest';
import { inheritedDescriptors } from '../../../../runtime/world/vm/inherited.ts';
import { temporaryDirectory } from '../../../storage/disk.ts';

it('finds no descriptor that Node has opened', () => {
  const before = inheritedDescriptors();
  const file = openSync('/dev/null', 'r');
  expect(inheritedDescriptors()).toEqual(before);
  expect(before.filter((descriptor) => descriptor < 3)).toEqual([]);
  closeSync(file);
});

it('finds what LevelDB has opened since the last look, until that is closed', async () => {
  const before = inheritedDescriptors();
  const level = new Level(temporaryDirectory());
  await level.open();
  const opened = inheritedDescriptors().filter((descriptor) => !before.includes(descriptor));
  const places = opened.map((descriptor) => basename(readlinkSync(`/proc/self/fd/${descriptor}`)));
  await level.close();
  expect([places.sort(), inheritedDescriptors()]).toEqual([
    ['000003.log', 'LOCK', 'LOG', 'MANIFEST-000002'],
    before,
  ]);
});
