import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PROTOCOL } from '../../../runtime/inspector/protocol.ts';

it('is described as the version that it is', () => {
  const page = new URL('../../../runtime/inspector/PROTOCOL.md', import.meta.url);
  expect(readFileSync(page, 'utf8')).toContain(`version ${PROTOCOL}.`);
});
