import { describe, expect, it } from 'vitest';
import type { IsolationStanding } from '../../runtime/modes.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { MemoryKv } from '../../runtime/world/memory-kv.ts';
import { audited, ended } from './audit-stage.ts';
import { PeersStage } from './peers-stage.ts';
import { SandboxStage } from './sandbox-stage.ts';

const told = ({ mode, levels }: IsolationStanding) =>
  `${mode}: ${levels.map(({ isolation, is }) => `${isolation} ${is}`).join(', ')}`;

describe('the mode of isolation', () => {
  it('is shown as it stands, and each time it moves or a level does, until the end', async () => {
    const stage = await SandboxStage.open();
    const { isolation } = stage.rt.modes;
    const seen: string[] = [];
    let isOver = false;
    isolation.changes$.subscribe({
      next: (standing) => seen.push(told(standing)),
      complete: () => {
        isOver = true;
      },
    });
    expect(told(isolation.snapshot())).toBe(
      'refusing: isolate unasked, process unasked, microvm unasked',
    );
    stage.vms.begin('process', 'absent', 400);
    await stage.until(stage.sandboxes.prove());
    await stage.clock.advanceAsync(60_000);
    expect(seen).toEqual([
      'refusing: isolate unasked, process lost, microvm unasked',
      'isolate: isolate proved, process lost, microvm unasked',
      'microvm: isolate proved, process lost, microvm proved',
      'microvm: isolate proved, process proved, microvm proved',
    ]);
    expect(isolation.snapshot().levels).toEqual(stage.sandboxes.levels);
    await stage.until(stage.rt.shutdown());
    expect(isOver).toBe(true);
  });

  it('goes on for others when somebody who watches throws', async () => {
    const stage = await SandboxStage.open();
    const seen: string[] = [];
    stage.rt.modes.isolation.changes$.subscribe(() => {
      throw new Error('of the subscriber');
    });
    stage.rt.modes.isolation.changes$.subscribe(({ mode }) => seen.push(mode));
    await stage.until(stage.sandboxes.run({ code: 'echo', isolation: 'process' }));
    await stage.until(stage.sandboxes.run({ code: 'echo', isolation: 'microvm' }));
    expect(seen).toEqual(['process', 'microvm']);
    const failed = stage.facts.filter(({ type }) => type === 'subscriber.failed');
    expect(failed.map(({ subject }) => subject)).toEqual(['isolation']);
  });
});

/** A disk that takes nothing while it is full. */
class FullFiles extends MemoryFiles {
  isFull = false;

  override append(path: string, bytes: Uint8Array): Promise<void> {
    if (this.isFull) return Promise.reject(new Error('full'));
    return super.append(path, bytes);
  }
}

describe('the modes of a runtime', () => {
  it('say how the log stands while its disk fails, and once it is well again', async () => {
    const files = new FullFiles();
    const world = { ...simWorld({ seed: 1 }), files, kv: new MemoryKv(files) };
    const { runtime, log, clock } = await audited({}, world);
    const { audit } = runtime.modes;
    const seen: string[] = [];
    audit.changes$.subscribe({
      next: ({ mode, sinceMs }) => seen.push(`${mode} at ${sinceMs - clock.wallMs()}`),
      complete: () => seen.push('over'),
    });
    expect(audit.snapshot()).toMatchObject({ mode: 'readWrite', isRefusing: false });
    files.isFull = true;
    log.append({ type: 'order.placed' }).catch(() => {});
    await clock.advanceAsync(10);
    files.isFull = false;
    await clock.advanceAsync(5_000);
    expect(audit.snapshot()).toMatchObject({ mode: 'readWrite', isRefusing: false });
    await ended(world, runtime);
    expect([...new Set(seen)]).toEqual([
      'spooling at 0',
      'readOnly at 0',
      'readWrite at 0',
      'closed at 0',
      'over',
    ]);
  });

  it('say together what is still promised, and each time that changes', async () => {
    const files = new FullFiles();
    const world = { ...simWorld({ seed: 1 }), files, kv: new MemoryKv(files) };
    const { runtime, log, clock } = await audited({}, world);
    const { promises } = runtime.modes;
    const seen: unknown[] = [];
    promises.changes$.subscribe({
      next: ({ writes, widening, narrowing }) => seen.push([writes, widening, narrowing]),
      complete: () => seen.push('over'),
    });
    expect(promises.snapshot()).toMatchObject({ writes: 'served', letGo: 'nobody' });
    files.isFull = true;
    log.append({ type: 'order.placed' }).catch(() => {});
    await clock.advanceAsync(10);
    files.isFull = false;
    await clock.advanceAsync(5_000);
    await ended(world, runtime);
    expect(seen).toEqual([
      ['served', 'refused', 'kept aside'],
      ['refused', 'recorded first or refused', 'kept aside or counted'],
      ['served', 'refused', 'kept aside'],
      ['served', 'recorded first', 'recorded'],
      ['refused', 'refused', 'kept aside or counted'],
      'over',
    ]);
  });

  it('promise what widens its record first, or nothing, while a log is read-only', async () => {
    const world = simWorld({ seed: 1 });
    const { runtime, log, clock } = await audited({}, world);
    const widening = async () => {
      const decided = log.append({ type: 'order.placed' }, { policy: 'closed' });
      const outcome = decided.then(
        () => 'recorded first',
        () => 'refused',
      );
      await clock.advanceAsync(100);
      const { mode } = runtime.modes.audit.snapshot();
      return [mode, runtime.modes.promises.snapshot().widening, await outcome];
    };
    world.files.freeBytes = async () => 0;
    await clock.advanceAsync(40_000);
    const promised = 'recorded first or refused';
    expect(await widening()).toEqual(['readOnly', promised, 'recorded first']);
    world.files.isReadOnly = true;
    log.append({ type: 'order.placed' }).catch(() => {});
    await clock.advanceAsync(0);
    expect(await widening()).toEqual(['readOnly', promised, 'refused']);
  });

  it('watch the load once there is a peer or a subscriber, and not before', async () => {
    const stage = new PeersStage();
    const { rt, meter } = await stage.machine();
    const { load } = rt.modes;
    const calm = { because: 'calm', loopDelayMs: 0, cpuRatio: 0, memoryRatio: 0 };
    const begunAtMs = stage.clock.wallMs();
    expect(load.snapshot()).toMatchObject({ mode: 'normal', ...calm, isWatched: false });
    expect(meter.opened).toBe(0);
    const seen: unknown[] = [];
    load.changes$.subscribe(({ mode, because }) => seen.push([mode, because]));
    meter.load = { loopDelayMs: 200, cpuRatio: 0.1, memoryRatio: 0.1 };
    await stage.clock.advanceAsync(20_000);
    expect([meter.opened, seen]).toEqual([1, [['pressured', 'loopDelayMs']]]);
    const { sinceMs, ...standing } = load.snapshot();
    expect(standing).toEqual({
      ...{ mode: 'pressured', because: 'loopDelayMs', isWatched: true },
      ...{ loopDelayMs: 200, cpuRatio: 0.1, memoryRatio: 0.1 },
    });
    expect(sinceMs - begunAtMs).toBe(5_000);
  });

  it('move at the thresholds of the load that are given', async () => {
    const stage = new PeersStage();
    const pressured = { above: { loopDelayMs: 300, forMs: 1_000 }, below: { forMs: 2_000 } };
    const { rt, meter } = await stage.machine({ load: { pressured } });
    const seen: unknown[] = [];
    rt.modes.load.changes$.subscribe(({ mode }) => seen.push(mode));
    for (const loopDelayMs of [299, 301, 1]) {
      meter.load = { loopDelayMs, cpuRatio: 0.1, memoryRatio: 0.1 };
      await stage.clock.advanceAsync(2_000);
      seen.push(loopDelayMs);
    }
    expect(seen).toEqual([299, 'pressured', 301, 'normal', 1]);
  });

  it('say how peers are reached', async () => {
    const stage = new PeersStage();
    const server = await stage.listening();
    const client = await stage.machine();
    const seen: unknown[] = [];
    client.rt.modes.route.changes$.subscribe(({ mode, links }) => seen.push([mode, links]));
    expect(client.rt.modes.route.snapshot()).toMatchObject({ mode: 'isolated', links: 0 });
    await stage.until(client.rt.peers.connect(server.url, { identity: 'any' }));
    const linkedAtMs = stage.clock.wallMs();
    await stage.clock.advanceAsync(4_000);
    expect([seen, client.rt.modes.route.snapshot().links]).toEqual([[], 1]);
    await stage.clock.advanceAsync(10_000);
    expect(seen).toEqual([['mesh', 1]]);
    const { sinceMs, ...standing } = client.rt.modes.route.snapshot();
    expect([Math.round((sinceMs - linkedAtMs) / 1_000), standing]).toEqual([
      5,
      { mode: 'mesh', because: 'link.opened', links: 1, isRelayUp: true, circuits: 0 },
    ]);
  });
});
