import { expect, it } from 'vitest';
import {
  ANSWER_BYTES,
  CHALLENGE_BYTES,
  MESSAGE_BYTES_MAX,
  PASS_BYTES,
} from '../../actors/network.ts';

it('what is said before the upgrade has the lengths of the wire, section 2', () => {
  const [bits, untilMs, random, mac, nonce] = [1, 8, 16, 16, 8];
  expect(CHALLENGE_BYTES).toBe(bits + untilMs + random + mac);
  expect(ANSWER_BYTES).toBe(CHALLENGE_BYTES + nonce);
  expect(PASS_BYTES).toBe(untilMs + random + mac);
  expect(MESSAGE_BYTES_MAX).toBe(2 ** 16);
});
