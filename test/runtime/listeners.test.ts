import { expect, it } from 'vitest';
import { Listeners } from '../../runtime/listeners.ts';

it('whoever waits for somebody is told once, under each of its names, unless it gave up', () => {
  const listeners = new Listeners<[isThere: boolean]>();
  const heard: unknown[] = [];
  const hear = (id: string) => listeners.add(id, (isThere) => heard.push([id, isThere]));
  hear('old');
  hear('new');
  hear('other');
  hear('new')();
  listeners.tell(['old', 'new'], true);
  listeners.tell(['old', 'new'], false);
  expect(heard).toEqual([
    ['old', true],
    ['new', true],
  ]);
});
