import { describe, expect, it } from 'vitest';
import { assign, fromCallback, StateMachine, setup } from 'xstate';
import { type WalkOptions, walk } from '../../../runtime/sim/walk.ts';

const nobody = fromCallback(() => {});

/** A door that a motor opens; it may jam, and is then freed by hand. */
const door = setup({ actors: { motor: nobody }, delays: { openingMs: 500 } });

const whole = door.createMachine({
  id: 'door',
  initial: 'shut',
  states: {
    shut: { on: { 'door.open': 'opening' } },
    opening: {
      invoke: { src: 'motor' },
      after: { openingMs: 'jammed' },
      on: { 'motor.done': 'open' },
    },
    open: { on: { 'door.shut': 'shut', 'door.remove': 'gone' } },
    jammed: { on: { 'door.free': 'shut' } },
    gone: { type: 'final' },
  },
});

const findings = (machine: Parameters<typeof walk>[0], options: WalkOptions = {}) =>
  walk(machine, options).findings;

describe('a walk', () => {
  it('finds nothing in a machine that always finds back, and tells where it has been', () => {
    expect(walk(whole, { good: ['shut'] })).toEqual({
      findings: [],
      states: ['gone', 'jammed', 'open', 'opening', 'shut'],
      edges: [
        'jammed door.free -> shut',
        'open door.remove -> gone',
        'open door.shut -> shut',
        'opening motor.done -> open',
        'opening xstate.after.openingMs.door.opening -> jammed',
        'shut door.open -> opening',
      ],
      isWhole: true,
    });
  });

  it('finds a state that nothing reaches, and an excuse that nothing needs', () => {
    const machine = door.createMachine({
      initial: 'shut',
      states: { shut: { on: { 'door.remove': 'gone' } }, open: {}, gone: { type: 'final' } },
    });
    expect(findings(machine)).toEqual(['open is never reached']);
    expect(findings(machine, { unreached: { open: 'why', shut: 'why' } })).toEqual([
      'shut is excused ("is never reached") for nothing',
    ]);
  });

  it('finds a state without a way out, unless it is final or excused', () => {
    const machine = door.createMachine({
      initial: 'shut',
      states: { shut: { on: { 'door.open': 'jammed' } }, jammed: { on: { 'door.push': {} } } },
    });
    expect(findings(machine)).toEqual(['jammed is never left, and not final']);
    expect(findings(machine, { lasting: { jammed: 'an operator takes it away' } })).toEqual([]);
  });

  it('finds a wait for an actor that no timer ends', () => {
    const machine = door.createMachine({
      initial: 'opening',
      states: {
        opening: { invoke: { src: 'motor' }, on: { 'motor.done': 'open' } },
        open: { on: { 'door.open': 'opening' } },
      },
    });
    expect(findings(machine)).toEqual(['opening has no deadline']);
    expect(findings(machine, { undated: { opening: 'the motor has one' } })).toEqual([]);
    expect(findings(machine, { lazy: { opening: 'motor.done' } })).toEqual([]);
    expect(findings(machine, { lazy: { opening: 'door.open' } })).toEqual([
      'opening is not left by door.open',
    ]);
  });

  it('finds a timer that never fires, and one that fires at once for want of a delay', () => {
    const timed = (delayMs: unknown) =>
      findings(whole.provide({ delays: { openingMs: () => Number(delayMs) } }));
    expect([timed(0), timed(500)]).toEqual([[], []]);
    expect(timed(Number.POSITIVE_INFINITY)).toEqual(['opening has a timer of Infinity ms']);
    expect(timed('soon')).toEqual(['opening has a timer of NaN ms']);
    expect(timed(-1)).toEqual(['opening has a timer of -1 ms']);
    const { openingMs: _, ...delays } = { ...whole.implementations.delays };
    const bare = new StateMachine(whole.config, { ...whole.implementations, delays });
    expect(findings(bare)).toEqual([
      'opening is never reached',
      'open is never reached',
      'gone is never reached',
      'opening has a timer of undefined ms',
    ]);
  });

  it('finds the places from which no events lead back', () => {
    const machine = setup({ types: { context: {} as { isBent: boolean } } }).createMachine({
      context: { isBent: false },
      initial: 'shut',
      states: {
        shut: { on: { 'door.open': { guard: ({ context }) => !context.isBent, target: 'open' } } },
        open: {
          on: {
            'door.shut': 'shut',
            'door.slam': { target: 'shut', actions: assign({ isBent: true }) },
          },
        },
      },
    });
    expect(findings(machine, { good: ['shut'] })).toEqual([]);
    expect(findings(machine, { good: ['open'] })).toEqual(['shut leads to no good state']);
    expect(
      findings(machine, { good: ['open'], lost: { shut: 'a bent door is replaced' } }),
    ).toEqual([]);
  });

  it('finds such a place though a counter makes the machine endless', () => {
    const counting = setup({ types: { context: {} as { times: number } } });
    const actions = counting.assign({ times: ({ context }) => context.times + 1 });
    const machine = counting.createMachine({
      context: { times: 0 },
      initial: 'shut',
      states: {
        shut: { on: { 'door.open': 'open', 'door.slam': 'bent' } },
        open: { on: { 'door.shut': { target: 'shut', actions } } },
        bent: {
          initial: 'still',
          states: {
            still: { on: { 'door.push': 'moved' } },
            moved: { on: { 'door.push': { target: 'still', actions } } },
          },
        },
      },
    });
    const walked = walk(machine, { good: ['open'], stepsMax: 100 });
    expect([walked.isWhole, walked.findings]).toEqual([
      false,
      ['bent.moved leads to no good state', 'bent.still leads to no good state'],
    ]);
  });

  it('finds an event that makes the machine throw', () => {
    const machine = setup({
      guards: { isBent: (_, _by: { byMm: number }) => false },
    }).createMachine({
      initial: 'shut',
      states: {
        shut: {
          on: {
            'door.open': {
              guard: { type: 'isBent', params: ({ event }) => ({ byMm: event.gap.mm }) },
              target: 'open',
            },
            'door.push': 'open',
          },
        },
        open: { on: { 'door.shut': 'shut' } },
      },
    });
    expect(findings(machine, { events: [{ type: 'door.open' }] })).toEqual([
      "shut on door.open throws Error: Unable to evaluate guard 'isBent' in transition for event " +
        "'door.open' in state node '(machine).shut': " +
        "Cannot read properties of undefined (reading 'mm')",
    ]);
  });
});
