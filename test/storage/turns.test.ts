import { describe, expect, it } from 'vitest';
import { Turns } from '../../storage/turns.ts';

describe('a turn', () => {
  it('begins when the one before has ended, and not earlier', async () => {
    const turns = new Turns();
    const told: string[] = [];
    const take = (name: string) =>
      turns.take(async () => {
        told.push(`${name} begins`);
        await null;
        await null;
        told.push(`${name} ends`);
        return name;
      });
    const names = await Promise.all([take('a'), take('b')]);
    expect([names, told]).toEqual([
      ['a', 'b'],
      ['a begins', 'a ends', 'b begins', 'b ends'],
    ]);
  });

  it('that fails fails its own taker only', async () => {
    const turns = new Turns();
    const broken = turns.take(() => Promise.reject(new Error('broken')));
    const thrown = turns.take(() => {
      throw new Error('thrown');
    });
    const next = turns.take(async () => 'next');
    expect(await Promise.allSettled([broken, thrown, next])).toEqual([
      { status: 'rejected', reason: new Error('broken') },
      { status: 'rejected', reason: new Error('thrown') },
      { status: 'fulfilled', value: 'next' },
    ]);
  });
});
