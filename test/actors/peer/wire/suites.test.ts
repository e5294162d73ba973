import { describe, expect, it } from 'vitest';
import { chooseSuite, type Suite, suites } from '../../../../actors/peer/wire/suites.ts';

const numbered = (number: number): Suite[] => suites.map((suite) => ({ ...suite, number }));

describe('the suites', () => {
  it('are those of the specification', () => {
    expect(suites.map(({ number, protocol }) => [number, protocol])).toEqual([
      [1, 'Noise_XX_25519_ChaChaPoly_SHA256'],
    ]);
  });

  it('are chosen as the initiator likes best, of those that both accept', () => {
    const accepted = [...numbered(1), ...numbered(2)];
    const chosen = [[7, 2, 1], [1, 2], [7], []].map((offered) => chooseSuite(offered, accepted));
    expect(chosen.map((suite) => suite?.number)).toEqual([2, 1, undefined, undefined]);
  });
});
