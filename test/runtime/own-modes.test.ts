import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, raise, setup } from 'xstate';
import { Kernel } from '../../runtime/kernel/kernel.ts';
import { runtimeOptions } from '../../runtime/options/runtime.ts';
import { supervisorOptions } from '../../runtime/options/supervisor.ts';
import type { ModeEvent } from '../../runtime/own-mode.ts';
import { OwnModes } from '../../runtime/own-modes.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import { ended, failure, refusal } from './audit-stage.ts';
import { breaker, paying, sales, turning } from './own-modes-stage.ts';
import { PeersStage } from './peers-stage.ts';

describe('a mode of an embedder', () => {
  it('gates the calls that name it, on the stack of what moves it', async () => {
    const { runtime, clock, openIt, closeIt } = await paying();
    const mode = runtime.defineMode('sales', sales);
    const sell = runtime.protect('till', async () => 'sold', { mode: 'sales' });
    const look = runtime.protect('shelf', async () => 'seen', { mode: 'sales', effect: 'read' });
    const other = runtime.protect('other', async () => 'done');
    const calls = async () => [
      await sell().catch(({ code }) => code),
      await look().catch(({ code }) => code),
      await other(),
    ];
    const seen: unknown[] = [];
    mode.changes$.subscribe(({ mode, because }) => seen.push([mode, because]));
    expect(await calls()).toEqual(['sold', 'seen', 'done']);
    await openIt();
    expect(await calls()).toEqual(['MODE_REFUSING', 'MODE_REFUSING', 'done']);
    await closeIt();
    expect(await calls()).toEqual(['READ_ONLY', 'seen', 'done']);
    await clock.advanceAsync(60_000);
    expect(await calls()).toEqual(['sold', 'seen', 'done']);
    expect(seen).toEqual([
      ['shut', 'breaker.opened'],
      ['calm', 'breaker.closed'],
      ['open', 'timer'],
    ]);
  });

  it('says to whom it refused a call what it is called', async () => {
    const { runtime } = await paying();
    const states = { shut: { tags: 'refusing' }, calm: { tags: 'readOnly' } };
    runtime.defineMode('shut', setup({}).createMachine({ initial: 'shut', states }));
    runtime.defineMode('calm', setup({}).createMachine({ initial: 'calm', states }));
    const sell = (mode: string, bulkhead?: object) =>
      runtime.protect(`till, ${mode}`, async () => {}, { mode, ...(bulkhead && { bulkhead }) });
    const refusing = 'MODE_REFUSING: no call to "till, shut": mode "shut" refuses it';
    const readOnly =
      'READ_ONLY: no call to "till, calm": effects are refused while mode "calm" is read-only';
    expect(await refusal(sell('shut')())).toBe(refusing);
    expect(await refusal(sell('shut', { callsMax: 1 })())).toBe(refusing);
    expect(await refusal(sell('calm')())).toBe(readOnly);
    expect(await failure(sell('calm')())).toMatchObject({
      details: { name: 'till, calm', mode: 'calm' },
    });
  });

  it('gates what peers ask for that names it', async () => {
    const at = new PeersStage();
    const server = await at.listening();
    const client = await at.machine();
    server.rt.defineMode('sales', sales);
    const methods = { level: 'basic', mode: 'sales' } as const;
    server.rt.peers.handle('sell', methods, () => 'sold');
    server.rt.peers.handle('look', { ...methods, effect: 'read' }, () => 'seen');
    const peer = await at.until(client.rt.peers.connect(server.url, { identity: 'any' }));
    const asks = async () => [
      await at.until(peer.request('sell').catch(({ code }) => code)),
      await at.until(peer.request('look').catch(({ code }) => code)),
    ];
    expect(await asks()).toEqual(['sold', 'seen']);
    let isDown = true;
    const pay = server.rt.protect('psp', async () => isDown && Promise.reject(new Error('down')), {
      breaker,
    });
    await at.until(failure(pay()));
    expect(await asks()).toEqual(['MODE_REFUSING', 'MODE_REFUSING']);
    isDown = false;
    await at.clock.advanceAsync(1_000);
    await at.until(pay());
    expect(await asks()).toEqual(['READ_ONLY', 'seen']);
  });

  it('hears of other modes, of those of the runtime, and of health', async () => {
    const heard: unknown[] = [];
    const listening = setup({}).createMachine({
      on: { '*': { actions: ({ event }) => heard.push(event) } },
    });
    const options = [runtimeOptions.parse({}), supervisorOptions.parse({})] as const;
    const kernel = new Kernel(simWorld({ seed: 1 }), ...options, () => {});
    const modes = new OwnModes(kernel);
    modes.define('sales', sales);
    modes.define('listening', listening);
    kernel.facts.publish('breaker.opened', 'psp', {});
    kernel.facts.publish('health.failed', 'disk', {});
    kernel.facts.publish('route.moved', 'route', { from: 'mesh', to: 'direct', because: 'x' });
    const sold = { mode: 'sales', from: 'open', to: 'shut', because: 'breaker.opened' };
    expect(heard).toEqual([
      { type: 'breaker.opened', name: 'psp' },
      { type: 'mode.moved', ...sold },
      { type: 'health.failed', check: 'disk' },
      { type: 'mode.moved', mode: 'route', from: 'mesh', to: 'direct', because: 'x' },
    ]);
  });
});

describe('modes that move each other', () => {
  it('do so for so many moves at most, and whatever else happens is heard by all', async () => {
    const { runtime, moves, openIt, closeIt } = await paying();
    const spinning = (on: string) =>
      turning('mode.moved', { on: { [on]: { actions: raise({ type: 'mode.moved' }) } } });
    const one = runtime.defineMode('one', spinning('breaker.opened'));
    const two = runtime.defineMode('two', spinning('none'));
    const steady = runtime.defineMode('steady', sales);
    await openIt();
    const looped = moves().filter(({ type }) => type === 'mode.looped');
    expect(looped.map(({ data }) => data)).toEqual([{ moves: 256 }]);
    expect(steady.snapshot().mode).toBe('shut');
    expect([one.snapshot().mode, two.snapshot().mode].every((each) => 'ab'.includes(each))).toBe(
      true,
    );
    await closeIt();
    expect(steady.snapshot().mode).toBe('calm');
  });

  it('do so as often as they like over time, and none hears of itself', async () => {
    const { runtime, moves } = await paying();
    const heard = new Set<string>();
    const note = { actions: ({ event }: { event: ModeEvent }) => heard.add(Object(event).mode) };
    runtime.defineMode('one', turning('health.failed', { on: { 'mode.moved': note } }));
    runtime.defineMode('two', turning('mode.moved'));
    const moved: string[] = [];
    runtime.modes.own.get('two')?.changes$.subscribe(({ mode }) => moved.push(mode));
    for (let nth = 0; nth < 300; nth++) {
      const remove = runtime.healthCheck('db', () => 'fail');
      await new Promise(setImmediate);
      remove();
    }
    expect([moved.length, [...heard]]).toEqual([300, ['two']]);
    expect(moves().filter(({ type }) => type === 'mode.looped')).toEqual([]);
  });
});

describe('a mode is refused', () => {
  it('for a name that is none, or is taken, and for what is no machine', async () => {
    const { runtime } = await paying();
    const of = (name: unknown, chart: unknown) => {
      try {
        runtime.defineMode(name as string, chart as AnyStateMachine);
        return undefined;
      } catch (error) {
        return String(error);
      }
    };
    const id = 'defineMode.name must be a string of 1 to 128 printable characters without "/"';
    const taken = 'defineMode.name must not be one of audit, isolation, route, load, own, promises';
    expect([
      of(7, sales),
      of('', sales),
      of('load', sales),
      of('sales', null),
      of('sales', () => {}),
      of('sales', sales),
      of('sales', sales),
    ]).toEqual([
      `TypeError: ${id}, got number`,
      `RangeError: ${id}, got ""`,
      `RangeError: ${taken}, got "load"`,
      'TypeError: defineMode.chart must be an XState machine, got null',
      'TypeError: defineMode.chart must be an XState machine, got function',
      undefined,
      'RangeError: defineMode.name must be no other mode\'s, got "sales"',
    ]);
  });

  it('beyond the 32nd, and once the runtime has stopped', async () => {
    const { runtime, world } = await paying();
    for (let at = 0; at < 32; at++) runtime.defineMode(`mode ${at}`, sales);
    expect(() => runtime.defineMode('one more', sales)).toThrow(
      new RangeError('defineMode must be called for at most 32 modes'),
    );
    await ended(world, runtime);
    expect(() => runtime.defineMode('late', sales)).toThrow(
      expect.objectContaining({ code: 'RUNTIME_STOPPED' }),
    );
  });

  it('where it is named and not defined', async () => {
    const { runtime } = await paying();
    runtime.defineMode('sales', sales);
    const protect = () => runtime.protect('till', async () => {}, { mode: 'sale' });
    expect(protect).toThrow(
      new RangeError('protect.mode must be a mode that is defined ("sales"), got "sale"'),
    );
    expect(() => runtime.peers.handle('sell', { mode: 'sale' }, () => {})).toThrow(
      new RangeError('handle.mode must be a mode that is defined ("sales"), got "sale"'),
    );
  });
});
