import { describe, expect, it } from 'vitest';
import { RecordedFacts } from '../../actors/recorded-facts.ts';
import { SegmentActors } from '../../actors/segment.actor.ts';
import { Shredder } from '../../actors/shredder.ts';
import { memoryStage, threeSegments } from '../storage/log-stage.ts';
import { kernelOn } from './audit-stage.ts';

async function shredder() {
  const stage = memoryStage();
  const log = await threeSegments(stage);
  const kernel = kernelOn(stage.clock);
  const segments = new SegmentActors(kernel);
  segments.opened(3, false, []);
  const all = new Shredder(kernel, new RecordedFacts(kernel, async () => {}), segments);
  const orders = async () => (await log.ended()).map((ended) => ({ ended, because: 'it is old' }));
  const stages = () => [...segments.stages()].map(([segment, at]) => `${segment} ${at}`);
  return { all, log, orders, stages };
}

describe('a shredder', () => {
  it('looks what there is when its turn has come, so that nothing is shredded twice', async () => {
    const { all, log, orders } = await shredder();
    const shreddings = [all.shred(log, orders), all.shred(log, orders)];
    expect(await Promise.all(shreddings)).toEqual([[1, 2], []]);
  });

  it('goes on behind what it could not shred, and says what stands', async () => {
    const { all, log, orders, stages } = await shredder();
    const shred = log.shred.bind(log);
    log.shred = (segment, because) =>
      segment === 1 ? Promise.reject(new Error('no room')) : shred(segment, because);
    await expect(all.shred(log, orders)).rejects.toThrow('no room');
    expect(stages()).toEqual(['3 active', '1 closed']);
    log.shred = shred;
    expect(await all.shred(log, orders)).toEqual([1]);
  });
});
