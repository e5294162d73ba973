import { expect, it } from 'vitest';
import { initiatorOf, responderOf, type Self } from '../../../actors/peer/self.ts';
import type { Step } from '../../../actors/peer/wire/handshake.ts';
import { selfOf } from './raw-peer.ts';

/** What the last message that is sent leads to. */
function outcome(dialler: Self, listener: Self): Step['kind'] {
  const sides = [initiatorOf(dialler, 'ws'), responderOf(listener, 'ws')] as const;
  let step = sides[0].begin();
  for (let turn = 1; step.kind !== 'refused' && step.send.length > 0; turn++) {
    for (const message of step.send) step = sides[turn % 2 === 0 ? 0 : 1].receive(message);
  }
  return step.kind;
}

it('two sides of one network understand each other, of two networks they do not', () => {
  expect(outcome(selfOf(1), selfOf(2))).toBe('live');
  expect(outcome(selfOf(1, 'shops'), selfOf(2))).toBe('refused');
});

it('no two handshakes have a key in common', () => {
  const self = selfOf(1);
  const hellos = [0, 1].map(() => initiatorOf(self, 'ws').begin());
  const sent = hellos.map((step) =>
    'send' in step ? Buffer.from(step.send[0] ?? []).toString('hex') : '',
  );
  expect(new Set(sent).size).toBe(2);
});
