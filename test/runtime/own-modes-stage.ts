import { type AnyStateMachine, setup } from 'xstate';
import type { ModeEvent } from '../../runtime/own-mode.ts';
import { failure } from './audit-stage.ts';
import { stage } from './kernel/stage.ts';

/** Shut while the breaker of payments is open, and for a minute after with no effects. */
export const sales = setup({
  types: { events: {} as ModeEvent },
  guards: { isOfPayments: ({ event }) => 'name' in event && event.name === 'psp' },
}).createMachine({
  initial: 'open',
  states: {
    open: { on: { 'breaker.opened': { guard: 'isOfPayments', target: 'shut' } } },
    shut: { tags: 'refusing', on: { 'breaker.closed': { guard: 'isOfPayments', target: 'calm' } } },
    calm: { tags: 'readOnly', after: { 60000: 'open' } },
  },
});

export const breaker = {
  window: { kind: 'consecutive', failuresMax: 1 },
  open: { minMs: 1_000, maxMs: 1_000 },
} as const;

/** A machine that goes from one state to the other with each event of that type. */
export const turning = (on: string, extra: object = {}): AnyStateMachine =>
  setup({}).createMachine({
    initial: 'a',
    states: { a: { on: { [on]: 'b' } }, b: { on: { [on]: 'a' } } },
    ...extra,
  });

/** A runtime with a backend whose breaker opens and closes as the test likes. */
export async function paying() {
  const at = await stage();
  let isDown = false;
  const pay = at.runtime.protect(
    'psp',
    async () => {
      if (isDown) throw new Error('down');
      return 'paid';
    },
    { breaker },
  );
  const openIt = async () => {
    isDown = true;
    await failure(pay());
  };
  const closeIt = async () => {
    isDown = false;
    await at.clock.advanceAsync(1_000);
    await pay();
  };
  const moves = () => at.facts.filter(({ type }) => type.startsWith('mode.'));
  return { ...at, moves, openIt, closeIt };
}
