import { closeSync, openSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inheritedDescriptors } from '../../../../runtime/world/vm/inherited.ts';

it('finds no descriptor that Node has opened', () => {
  const before = inheritedDescriptors();
  const file = openSync('/dev/null', 'r');
  expect(inheritedDescriptors()).toEqual(before);
  expect(before.filter((descriptor) => descriptor < 3)).toEqual([]);
  closeSync(file);
});
