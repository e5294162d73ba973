import { describe, expect, it } from 'vitest';
import { Computer } from './boot.ts';
import { counterMachine } from './stage.ts';

const persist = { logicVersion: 1 };

describe('persistence', () => {
  it('saves all in the persisting phase, and nothing that comes later', async () => {
    const computer = new Computer();
    const process = await computer.boot();
    const counters = ['a', 'b', 'c'].map((id) =>
      process.top.start(id, counterMachine, { persist }),
    );
    for (const counter of counters) counter.tell({ type: 'add' });
    process.kernel.facts.events$.subscribe(({ type }) => {
      if (type === 'runtime.stopping') process.breaker('late').isolate('too late');
    });
    expect(await process.shutDown()).toBe(true);
    const saved = await computer.saved();
    expect(Object.keys(saved)).toEqual(['actor/a', 'actor/b', 'actor/c']);
    expect(Object.values(saved).map((one) => Object(one).snapshot.context.count)).toEqual([
      1, 1, 1,
    ]);
  });

  it('gives what was saved to one alone', async () => {
    const computer = new Computer();
    const before = await computer.boot();
    before.top.start('a', counterMachine, { persist }).tell({ type: 'add' });
    await before.shutDown();
    const process = await computer.boot();
    const first = process.top.start('a', counterMachine, { persist });
    expect(first.snapshot()?.context.count).toBe(1);
    void first.stop();
    await computer.clock.advanceAsync(0);
    const second = process.top.start('a', counterMachine, { persist });
    expect(second.snapshot()?.context.count).toBe(0);
  });

  it('lets a shutdown end in its phases although the disk refuses', async () => {
    const computer = new Computer();
    const process = await computer.boot();
    process.top.start('a', counterMachine, { persist }).tell({ type: 'add' });
    computer.files.isReadOnly = true;
    expect(await process.shutDown()).toBe(true);
    expect(process.told('state.failed')).toMatchObject([{ error: { code: 'READ_ONLY_DISK' } }]);
    expect(computer.world.log.lines.map(({ message }) => message)).toContain(
      'not all state could be saved',
    );
  });
});
