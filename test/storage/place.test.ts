import { expect, it } from 'vitest';
import { derive } from '../../storage/derivation.ts';
import { placeOf } from '../../storage/place.ts';
import { Secret } from '../../storage/secret.ts';
import { memoryStage, storeId } from './log-stage.ts';

it('a place has a key of its own for the key page, the head and the papers', () => {
  const { files, kv } = memoryStage();
  const master = Secret.of(new Uint8Array(32).fill(9));
  const { keys, layout } = placeOf({ files, kv }, '/audit', storeId, master);
  const purposes = ['keys', 'head', 'papers'] as const;
  const isRight = purposes.map((purpose) => keys[purpose].equals(derive(master, storeId, purpose)));
  expect([layout.root, ...isRight]).toEqual(['/audit', true, true, true]);
});
