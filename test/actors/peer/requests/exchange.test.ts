import { expect, it } from 'vitest';
import { Silent } from '../silent.ts';

it('an exchange begins with both its windows whole, and nothing to say', () => {
  const { sendLeftBytes, receiveLeftBytes, signal, outgoing, turns } = new Silent();
  expect({ sendLeftBytes, receiveLeftBytes, signal, outgoing, turns }).toEqual({
    sendLeftBytes: 262_144,
    receiveLeftBytes: 262_144,
    signal: undefined,
    outgoing: undefined,
    turns: undefined,
  });
});
