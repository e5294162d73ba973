import { type Pattern, patterns } from './noise.ts';

/** SPEC section 3: a number, and the Noise protocol it stands for. */
export interface Suite {
  readonly number: number;
  readonly protocol: string;
  readonly pattern: Pattern;
  /** Of the handshakes that new keys come of, once two know each other: SPEC section 7. */
  readonly rotation: { readonly protocol: string; readonly pattern: Pattern };
}

const classical: Suite = {
  number: 1,
  protocol: 'Noise_XX_25519_ChaChaPoly_SHA256',
  pattern: patterns.XX,
  rotation: { protocol: 'Noise_KKpsk0_25519_ChaChaPoly_SHA256', pattern: patterns.KKpsk0 },
};

const hybrid: Suite = {
  number: 2,
  protocol: 'Noise_XXhfs_25519+MLKEM768_ChaChaPoly_SHA256',
  pattern: patterns.XXhfs,
  rotation: {
    protocol: 'Noise_KKhfs+psk0_25519+MLKEM768_ChaChaPoly_SHA256',
    pattern: patterns['KKhfs+psk0'],
  },
};

/** All of ours, best first. */
export const suites: readonly Suite[] = [hybrid, classical];

/** Those that keep what is said from whoever records it, and has a quantum computer one day. */
export const postQuantumSuites: readonly Suite[] = [hybrid];

/** What a responder takes: of what is offered the first that it accepts. */
export function chooseSuite(
  offered: readonly number[],
  accepted: readonly Suite[],
): Suite | undefined {
  for (const number of offered) {
    const suite = accepted.find((known) => known.number === number);
    if (suite !== undefined) return suite;
  }
  return undefined;
}
