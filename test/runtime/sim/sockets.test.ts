import { expect, it } from 'vitest';
import { lonelySockets } from '../../../runtime/sim/sockets.ts';

it('the sockets of a simulated world are never answered', async () => {
  const listening = await lonelySockets.listen('/data/control.sock', () => {
    throw new Error('somebody came');
  });
  expect(await lonelySockets.connect('/data/control.sock')).toBe(undefined);
  expect(await listening.close()).toBe(undefined);
});
