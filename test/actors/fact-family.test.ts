import { describe, expect, it } from 'vitest';
import { reservedPrefix } from '../../actors/fact-family.ts';

describe('the type of an event of an embedder', () => {
  it.each([
    ...[
      'actor.failed',
      'audit.gap',
      'breaker.isolated',
      'health.failed',
      'load.moved',
      'mailbox.dropped',
      'peer.judged',
      'route.moved',
      'runtime.stopped',
    ],
    ...['segment.moved', 'state.refused', 'subscriber.failed', 'supervisor.decided', 'audit.'],
    'xstate.done.actor.order',
  ])('may not be that of a fact: %s', (type) => {
    expect(reservedPrefix(type)).toBe(type.slice(0, type.indexOf('.') + 1));
  });

  it.each(['audit', 'auditor.came', 'order.audit.made', 'Audit.gap', 'stated.so'])(
    'may be any other: %s',
    (type) => {
      expect(reservedPrefix(type)).toBeUndefined();
    },
  );
});
