import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { eventsOf, playSteps } from '../../../../runtime/sim/property/events-of.ts';
import fc from '../../../fast-check.ts';

const lamp = setup({
  types: { events: {} as { type: 'press'; times: number } | { type: 'break' } },
  delays: { burnsForMs: 1_000 },
}).createMachine({
  id: 'lamp',
  initial: 'dark',
  states: {
    dark: { on: { press: 'lit' } },
    lit: { after: { burnsForMs: 'dark', 50: {} }, on: { break: 'broken' } },
    broken: { type: 'final' },
  },
});

const payloads = { press: { times: fc.integer({ min: 1, max: 3 }) } };

const sampled = <Step>(steps: fc.Arbitrary<Step[]>) =>
  fc.sample(steps, { numRuns: 500, seed: 1 }).flat();

const distinct = (steps: readonly unknown[]) =>
  [...new Set(steps.map((step) => JSON.stringify(step)))].sort();

describe('the steps drawn for a machine', () => {
  it('are the events it declares, with payloads, and waits up to the moment a timer is due', () => {
    const steps = sampled(eventsOf(lamp, { payloads, waitMsMax: 1_000 }));
    expect(distinct(steps.filter(({ type }) => type !== 'wait'))).toEqual([
      '{"type":"break"}',
      '{"type":"press","times":1}',
      '{"type":"press","times":2}',
      '{"type":"press","times":3}',
    ]);
    const waits = steps.flatMap((step) => ('waitMs' in step ? [step.waitMs] : []));
    const often = (ms: number) => waits.filter((wait) => wait === ms).length > 50;
    expect([49, 50, 51, 999, 1_000].map(often)).toEqual([true, true, true, true, true]);
    expect([Math.min(...waits) >= 0, Math.max(...waits)]).toEqual([true, 1_000]);
  });

  it('hold no wait if no timer is there to wait for, and as many steps as asked for', () => {
    const timeless = setup({}).createMachine({ on: { go: { actions: () => {} } } });
    const lists = fc.sample(eventsOf(timeless, { stepsMax: 3 }), { numRuns: 500, seed: 1 });
    expect(distinct(lists)).toEqual(
      [3, 2, 1, 0].map((length) => JSON.stringify(Array(length).fill({ type: 'go' }))).sort(),
    );
  });

  it('name what a wildcard stands for as the user says', () => {
    const open = setup({}).createMachine({ on: { 'door.*': { actions: () => {} } } });
    const steps = sampled(eventsOf(open, { payloads: { 'door.slam': {}, door: {} } }));
    expect(distinct(steps)).toEqual(['{"type":"door"}', '{"type":"door.slam"}']);
    expect(() => eventsOf(open)).toThrow(new TypeError('eventsOf: (machine) takes no events'));
    expect(() => eventsOf(open, { payloads: { doors: {} } })).toThrow(
      new TypeError('eventsOf.payloads must be of door.*, got doors'),
    );
  });

  it('can be shrunk though somebody else drew them', () => {
    const steps = eventsOf(lamp, { payloads });
    const given = [{ type: 'press', times: 2 }, { type: 'wait', waitMs: 7 }, { type: 'break' }];
    expect(steps.canShrinkWithoutContext(given)).toBe(true);
    expect(steps.canShrinkWithoutContext([{ type: 'melt' }])).toBe(false);
  });

  it('are done one after the other', async () => {
    const did: unknown[] = [];
    const at = { wait: async (ms: number) => void did.push(ms) };
    const steps = [{ type: 'a' }, { type: 'wait' as const, waitMs: 5 }, { type: 'b' }];
    await playSteps(at, steps, ({ type }) => did.push(type));
    expect(did).toEqual(['a', 5, 'b']);
  });
});
