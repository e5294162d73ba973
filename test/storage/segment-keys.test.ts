import { describe, expect, it } from 'vitest';
import { readKeys } from '../../storage/segment-keys.ts';
import { memoryStage } from './log-stage.ts';

describe('the keys of segments', () => {
  it('are derived of an audit key, and the key page has but a salt', async () => {
    const stage = memoryStage();
    const log = await stage.open();
    await log.rotateKey(0);
    await log.rotate();
    const { page, keyOf } = await readKeys(stage.place);
    const [salt, key] = [page?.keys.get(2), keyOf(2)];
    expect(salt && key?.equals(salt)).toBe(false);
    expect(key && log.keyOf(2)?.equals(key)).toBe(true);
    await log.close();
  });
});
