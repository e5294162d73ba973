import { expect, it } from 'vitest';
import { MemoryPins } from '../../runtime/pins.ts';

it('pins hold the newest ten thousand', () => {
  const pins = new MemoryPins();
  pins.set('ws://first', 'a');
  for (let nth = 0; nth < 9_999; nth++) pins.set(`ws://${nth}`, 'b');
  pins.set('ws://first', 'c');
  pins.set('ws://last', 'd');
  const found = ['ws://first', 'ws://last', 'ws://0', 'ws://1'].map((url) => pins.get(url));
  expect(found).toEqual(['c', 'd', undefined, 'b']);
});
