import { describe, expect, it } from 'vitest';
import { chooseSuite, postQuantumSuites, suites } from '../../../../actors/peer/wire/suites.ts';

describe('the suites', () => {
  it('are those of the specification', () => {
    expect(suites.map(({ number, protocol }) => [number, protocol])).toEqual([
      [2, 'Noise_XXhfs_25519+MLKEM768_ChaChaPoly_SHA256'],
      [1, 'Noise_XX_25519_ChaChaPoly_SHA256'],
    ]);
    expect(postQuantumSuites.map(({ number }) => number)).toEqual([2]);
  });

  it('are chosen as the initiator likes best, of those that both accept', () => {
    const chosen = [[7, 2, 1], [1, 2], [7], []].map((offered) => chooseSuite(offered, suites));
    expect(chosen.map((suite) => suite?.number)).toEqual([2, 1, undefined, undefined]);
  });
});
