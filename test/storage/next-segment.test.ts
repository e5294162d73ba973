import { describe, expect, it } from 'vitest';
import { memoryStage, records } from './log-stage.ts';

describe('the next segment', () => {
  it('that was made ahead goes over to the next audit key, too', async () => {
    const stage = memoryStage();
    const log = await stage.open();
    await log.append(records('a', 2));
    await log.prepare();
    await log.rotateKey(log.size);
    await log.seal(await log.rotate());
    await log.append(records('b', 2));
    expect([log.generationOf(2), log.isKeyRetired]).toEqual([1, false]);
    await log.close();
    expect(await stage.read()).toEqual(['a0', 'a1', 'b0', 'b1']);
  });

  it('that was made ahead and never begun leaves nothing behind', async () => {
    const stage = memoryStage();
    const log = await stage.open();
    await log.append(records('a', 2));
    await log.prepare();
    expect(log.keyOf(2)).toBeDefined();
    await log.close();
    expect([log.keyOf(2), await stage.verdicts()]).toEqual([undefined, 'ok: ok']);
  });
});
