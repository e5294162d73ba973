import { describe, expect, it } from 'vitest';
import { refuse } from '../../actors/refusals.ts';

describe('a refusal', () => {
  it('says why, and when to come again where that is known', () => {
    expect([
      refuse('breaker.open', 250),
      refuse('breaker.probing', 0),
      refuse('breaker.isolated'),
    ]).toStrictEqual([
      { admitted: false, because: 'breaker.open', retryAfterMs: 250 },
      { admitted: false, because: 'breaker.probing', retryAfterMs: 0 },
      { admitted: false, because: 'breaker.isolated' },
    ]);
  });
});
