import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { loadEngine } from '../../../../../runtime/world/vm/isolate/engine-file.ts';

it('is read once, and known by its bytes', async () => {
  const [first, second] = await Promise.all([loadEngine(), loadEngine()]);
  const { resolve } = createRequire(import.meta.url);
  const bytes = readFileSync(resolve('@jitl/quickjs-ng-wasmfile-release-sync/wasm'));
  const digest = createHash('sha256').update(bytes).digest('hex');
  expect(Object.entries(first.digests)[0]).toEqual(['engine', digest]);
  expect(second).toBe(first);
});
