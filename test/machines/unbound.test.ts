import { expect, it } from 'vitest';
import { unbound } from '../../machines/unbound.ts';

it('an actor slot that nobody bound says which one it is', () => {
  expect(unbound('draining')).toThrow(new Error('the actor slot "draining" is not bound'));
});
