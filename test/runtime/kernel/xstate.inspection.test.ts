import { describe, expect, it } from 'vitest';
import { createActor, setup } from 'xstate';
import { isInner, parentOf, takenIn } from '../../../runtime/kernel/xstate.ts';
import { system, Witness } from './system.ts';

describe('the inspection of XState', () => {
  it('shows what every actor does, a new one first, until nobody looks any more', () => {
    const { adapter } = system();
    const lamp = setup({}).createMachine({
      initial: 'off',
      states: { off: { on: { light: 'on' } }, on: {} },
    });
    const seen: unknown[] = [];
    const cancel = adapter.watch((event) => {
      seen.push([event.type, takenIn(event).map(({ eventType }) => eventType)]);
    });
    const ref = adapter.create(lamp, new Witness('lamp', []), adapter.root, { id: 'l' });
    ref.start();
    adapter.deliver(ref, { type: 'light' });
    cancel();
    adapter.deliver(ref, { type: 'light' });
    expect(seen).toEqual([
      ['@xstate.actor', []],
      ['@xstate.event', []],
      ['@xstate.snapshot', []],
      ['@xstate.event', []],
      ['@xstate.microstep', ['light']],
      ['@xstate.snapshot', []],
    ]);
  });

  it('takes transitions that are those of the definition, the very objects', () => {
    const { adapter } = system();
    const lamp = setup({}).createMachine({
      initial: 'off',
      states: {
        off: { on: { light: 'on' } },
        on: { after: { 5: 'off' }, always: 'dark' },
        dark: {},
      },
    });
    const taken: unknown[] = [];
    adapter.watch((event) => taken.push(...takenIn(event)));
    const ref = adapter.create(lamp, new Witness('lamp', []), adapter.root, { id: 'l' });
    ref.start();
    adapter.deliver(ref, { type: 'light' });
    const { states } = lamp.root;
    const [light] = states.off?.transitions.get('light') ?? [];
    expect([taken[0] === light, taken[1] === states.on?.always?.[0]]).toEqual([true, true]);
    const [after] = states.on?.after ?? [];
    expect(states.on?.transitions.get('xstate.after.5.(machine).on')?.[0]).toBe(after);
  });

  it('names the actor that another lives in, and whether it does live there', () => {
    const { adapter } = system();
    const inner = setup({}).createMachine({});
    const outer = setup({ actors: { inner } }).createMachine({
      initial: 'full',
      states: { full: { invoke: { id: 'i', src: 'inner' }, on: { drop: 'empty' } }, empty: {} },
    });
    const ref = adapter.create(outer, new Witness('o', []), adapter.root, { id: 'o' });
    ref.start();
    const { i } = ref.getSnapshot().children;
    const stray = createActor(inner, { parent: ref, id: 'i' });
    const lives = () => [isInner(i), isInner(stray)];
    const before = lives();
    adapter.deliver(ref, { type: 'drop' });
    expect([parentOf(i) === ref, parentOf(adapter.root), before, lives()]).toEqual([
      true,
      undefined,
      [true, false],
      [false, false],
    ]);
  });
});
