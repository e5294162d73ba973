import { beforeEach, describe, expect, it } from 'vitest';
import type { Box } from '../../runtime/box.ts';
import { SandboxStage } from './sandbox-stage.ts';

let stage: SandboxStage;
let box: Box;

beforeEach(async () => {
  stage = await SandboxStage.open({ limits: { sandboxesMax: 1 } });
  box = await stage.until(stage.sandboxes.open({ isolation: 'process', tenant: 'anna' }));
});

describe('a sandbox for one tenant', () => {
  it('answers call after call, one at a time', async () => {
    const calls = [1, 2, 3].map((input) => box.call('echo', input));
    expect(await Promise.all(calls.map((call) => stage.outcome(call)))).toEqual([1, 2, 3]);
    expect([box.isolation, box.tenant, box.restarts]).toEqual(['process', 'anna', 0]);
  });

  it.each([
    ['crash', 'VM_CRASHED'],
    ['loop', 'VM_TIMEOUT'],
    ['linger', 1],
  ])('that does %s is replaced at its level, and says so', async (code, outcome) => {
    expect(await stage.outcome(box.call(code, 1))).toBe(outcome);
    expect(await stage.outcome(box.call('echo', 2))).toBe(2);
    expect([box.isolation, box.restarts]).toEqual(['process', 1]);
    const died = stage.facts.filter(({ type }) => type === 'vm.died');
    expect(died.map(({ data }) => Object(data).tenant)).toEqual(['anna']);
  });

  it('runs nothing that is given up while it is replaced', async () => {
    expect(await stage.outcome(box.call('crash'))).toBe('VM_CRASHED');
    const controller = new AbortController();
    const { signal } = controller;
    const next = stage.outcome(box.call('loop', 1, { signal }));
    await stage.clock.advanceAsync(1);
    controller.abort();
    expect(await next).toBe('VM_CANCELLED');
  });

  it('counts what the host still works on to what it may ask of it', async () => {
    box.close();
    const host = { never: () => new Promise(() => {}) };
    box = await stage.until(stage.sandboxes.open({ host }));
    const asked = (limits: object) =>
      stage.outcome(box.call('ask never', 'x'.repeat(600), { hostBytesMax: 1_000, ...limits }));
    expect(await asked({ timeoutMs: 10 })).toBe('VM_TIMEOUT');
    expect(await asked({ timeoutMs: 10 })).toBe('VM_OUTPUT');
    expect(await asked({ timeoutMs: 10, hostBytesMax: 2_000 })).toBe('VM_TIMEOUT');
  });

  it('keeps what threw, for that breaks nothing', async () => {
    expect(await stage.outcome(box.call('throw'))).toBe('VM_ERROR');
    expect(await stage.outcome(box.call('echo', 2))).toBe(2);
    expect(box.restarts).toBe(0);
  });

  it('is replaced by none, if its level is lost, rather than by a weaker one', async () => {
    stage.vms.begin('process', 'absent', 600_000);
    stage.vms.begin('microvm', 'absent', 600_000);
    stage.vms.kill('process');
    expect(await stage.outcome(box.call('echo', 1))).toBe('ISOLATION_UNAVAILABLE');
  });

  it('gives up a call that its caller gives up, also while it waits', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const first = stage.outcome(box.call('loop', 1, { signal }));
    const second = stage.outcome(box.call('echo', 2, { signal }));
    await stage.clock.advanceAsync(100);
    controller.abort();
    expect([await first, await second]).toEqual(['VM_CANCELLED', 'VM_CANCELLED']);
    expect(await stage.outcome(box.call('echo', 3))).toBe(3);
  });

  it('ends a call at once that is given up while others run', async () => {
    const first = stage.outcome(box.call('loop', 1));
    const controller = new AbortController();
    let code: unknown = 'waits';
    const second = box.call('echo', 2, { signal: controller.signal });
    void second.catch((error: unknown) => {
      code = Object(error).code;
    });
    await stage.clock.advanceAsync(100);
    controller.abort();
    await stage.clock.advanceAsync(0);
    expect(code).toBe('VM_CANCELLED');
    expect([await first, await stage.outcome(box.call('echo', 3))]).toEqual(['VM_TIMEOUT', 3]);
  });

  it('is closed by its scope, which makes room for another', async () => {
    expect(await stage.outcome(stage.sandboxes.open())).toBe('SANDBOXES_FULL');
    const running = stage.outcome(box.call('loop', 1));
    await stage.clock.advanceAsync(100);
    await box[Symbol.asyncDispose]();
    box.close();
    expect([await running, await stage.outcome(box.call('echo'))]).toEqual([
      'VM_CANCELLED',
      'VM_CANCELLED',
    ]);
    await stage.until(stage.sandboxes.open());
    expect(await stage.outcome(stage.sandboxes.open())).toBe('SANDBOXES_FULL');
  });

  it('is gone with the runtime: no guest is made for it any more, and it says why', async () => {
    expect(await stage.outcome(box.call('crash'))).toBe('VM_CRASHED');
    const inFlight = stage.outcome(box.call('echo', 1));
    await stage.clock.advanceAsync(1);
    const stopped = stage.rt.shutdown({ deadlineMs: 1_000 });
    expect(await inFlight).toBe('RUNTIME_STOPPED');
    await stage.until(stopped);
    expect(await stage.outcome(box.call('echo', 2))).toBe('RUNTIME_STOPPED');
    expect(stage.clock.pending).toBe(0);
  });

  it('lets no more than a thousand calls wait', async () => {
    const calls = Array.from({ length: 1_002 }, () => stage.outcome(box.call('echo', 1)));
    const outcomes = await Promise.all(calls);
    expect(outcomes.filter((outcome) => outcome !== 1)).toEqual([
      'SANDBOXES_FULL',
      'SANDBOXES_FULL',
    ]);
  });
});
