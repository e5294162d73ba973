import { expect, it } from 'vitest';
import { Timed } from '../../actors/timed.ts';

it('what has a deadline begins without one, and in no list', () => {
  class Bell extends Timed {
    expire(): void {}
    abandon(): void {}
  }
  expect({ ...new Bell() }).toEqual({ dueTick: 0, next: undefined, previous: undefined });
});
