import { describe, expect, it } from 'vitest';
import type { AuditGap, AuditRecord } from '../../runtime/audit.ts';
import { audited, ended, own, settled, told } from './audit-stage.ts';
import { strayErrors } from './process-errors.ts';

const stray = strayErrors();

/** Appends events of these types, one after the other. */
async function appended({ world, log }: Awaited<ReturnType<typeof audited>>, ...types: string[]) {
  for (const type of types) await settled(world, log.append({ type }));
}

describe('a tail', () => {
  function following({ log }: Awaited<ReturnType<typeof audited>>, fromIndex?: number) {
    const heard: (AuditRecord | AuditGap)[] = [];
    const ends: string[] = [];
    const subscription = log.tail(fromIndex === undefined ? {} : { fromIndex }).subscribe({
      next: (read) => heard.push(read),
      complete: () => ends.push('complete'),
      error: (error) => ends.push(String(error)),
    });
    return { heard, ends, subscription };
  }

  it('hears what becomes durable from now on', async () => {
    const at = await audited();
    await appended(at, 'order.old');
    const { heard } = following(at);
    await appended(at, 'order.a', 'order.b');
    await at.clock.advanceAsync(0);
    expect(told(heard)).toEqual(['3 order.a', '4 order.b']);
  });

  it('hears what was there before too, from an index on', async () => {
    const at = await audited();
    await appended(at, 'order.a', 'order.b', 'order.c');
    const { heard } = following(at, 3);
    await appended(at, 'order.d');
    await at.clock.advanceAsync(0);
    expect(told(heard)).toEqual(['3 order.b', '4 order.c', '5 order.d']);
  });

  it('waits for an index that is yet to come', async () => {
    const at = await audited();
    const { heard } = following(at, 4);
    await appended(at, 'order.a', 'order.b', 'order.c');
    await at.clock.advanceAsync(0);
    expect(told(heard)).toEqual(['4 order.c']);
  });

  it('ends when the runtime does, after the last record', async () => {
    const at = await audited();
    const { heard, ends } = following(at);
    await ended(at.world, at.runtime);
    await at.clock.advanceAsync(0);
    expect([told(heard).at(-1), ends]).toEqual([
      expect.stringMatching(/ runtime\.stopped$/),
      ['complete'],
    ]);
    const late = following(at);
    await at.clock.advanceAsync(0);
    expect([late.heard, late.ends]).toEqual([[], ['complete']]);
  });

  it('of somebody who left hears nothing more', async () => {
    const at = await audited();
    const { heard, ends, subscription } = following(at);
    await appended(at, 'order.a');
    await at.clock.advanceAsync(0);
    await appended(at, 'order.b');
    await at.clock.advanceAsync(0);
    subscription.unsubscribe();
    await at.clock.advanceAsync(0);
    await appended(at, 'order.c');
    await at.clock.advanceAsync(0);
    await ended(at.world, at.runtime);
    expect([told(heard), ends]).toEqual([['2 order.a', '3 order.b'], []]);
  });

  it('of one that throws is over, and nobody else notices', async () => {
    const at = await audited();
    const facts: unknown[] = [];
    at.runtime.events$.subscribe(({ type, data }) => facts.push([type, data]));
    const { heard } = following(at);
    await appended(at, 'order.a');
    at.log.tail({ fromIndex: 0 }).subscribe(() => {
      throw new Error('mine');
    });
    await at.clock.advanceAsync(0);
    await expect.poll(() => facts.length).toBe(1);
    await appended(at, 'order.b');
    await at.clock.advanceAsync(0);
    expect(facts).toEqual([['subscriber.failed', { error: { name: 'Error', message: 'mine' } }]]);
    expect(own(heard)).toEqual(['2 order.a', expect.stringMatching(/ order\.b$/)]);
    expect(stray).toEqual([]);
  });

  it('is the same for all of a hundred, however they are interleaved', async () => {
    const at = await audited();
    const tails = Array.from({ length: 100 }, () => following(at, 2));
    const types = Array.from({ length: 300 }, (_, index) => `order.${index}`);
    await settled(at.world, Promise.all(types.map((type) => at.log.append({ type }))));
    await at.clock.advanceAsync(0);
    await at.clock.advanceAsync(0);
    const expected = types.map((type, index) => `${index + 2} ${type}`);
    expect(tails.filter(({ heard }) => told(heard).join() !== expected.join())).toEqual([]);
  });

  it('starts again with a log that was lost, and does not spin meanwhile', async () => {
    const at = await audited();
    await appended(at, 'order.a', 'order.b');
    const { heard } = following(at, 0);
    await at.clock.advanceAsync(0);
    at.world.files.removeAll();
    const late = following(at, 0);
    await at.clock.advanceAsync(120_000);
    await appended(at, 'order.c');
    await at.clock.advanceAsync(1_000);
    expect(own(heard).map((each) => each.replace(/^\d+ /, ''))).toEqual([
      ...['order.a', 'order.b', 'order.c'],
    ]);
    expect(own(late.heard).at(-1)).toMatch(/ order\.c$/);
    expect(at.log.status().mode).toBe('readWrite');
  });

  it('is refused for an index that is none', async () => {
    const { log } = await audited();
    expect(() => log.tail({ fromIndex: 0.5 })).toThrow(RangeError);
    expect(() => log.tail({ fromIndex: 'x' as never })).toThrow(TypeError);
  });
});
