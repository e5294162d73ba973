import { beforeEach, describe, expect, it } from 'vitest';
import { GuestTime } from '../../actors/guest-time.ts';
import { VmActor, type VmWork } from '../../actors/vm.actor.ts';
import type { VmOutcome } from '../../actors/vm-drivers.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { SimVms } from '../../runtime/sim/vm-drivers.ts';
import { kernelOn } from './audit-stage.ts';

const limits = {
  ...{ timeoutMs: 1_000, cpuMs: 300, outputBytesMax: 100_000 },
  ...{ resultBytesMax: 1_000, hostCallsMax: 2, hostBytesMax: 1_000 },
};

class Stage {
  readonly clock = new VirtualClock();
  readonly vms = new SimVms(this.clock);
  readonly died: string[] = [];
  readonly outcomes: (VmOutcome | string)[] = [];
  readonly vm = new VmActor('1', {
    kernel: kernelOn(this.clock),
    driver: this.vms.drivers(this.clock, new SeededRandom(1).stream('vm')).process,
    deadlines: { provisionMs: 10_000, pingMs: 2_000, endMs: 5_000 },
    guestTime: new GuestTime(this.clock),
    doubtOf: ({ isolation }) => (isolation === 'process' ? undefined : `it is ${isolation}`),
    onDied: (_, because, detail) => this.died.push(`${because}: ${detail}`),
  });
  /** What came of its making. */
  made: unknown = 'nothing yet';

  async make(ms = 200): Promise<this> {
    void this.vm.provision({ memoryBytesMax: 1 }).then((unavailable) => {
      this.made = unavailable?.unavailable ?? 'made';
    });
    await this.clock.advanceAsync(ms);
    return this;
  }

  /** So long after the call. */
  async call(code: string, ms: number, more: Partial<VmWork> = {}): Promise<unknown> {
    const at = this.outcomes.length;
    this.vm.call({
      ...{ code, input: '{"a":1}', limits },
      onPrinted: () => {},
      onHostCall: async (name) => `"${name}"`,
      onOver: (outcome) => this.outcomes.push(outcome),
      ...more,
    });
    await this.clock.advanceAsync(ms);
    const outcome = this.outcomes[at];
    return typeof outcome === 'object' && !outcome.ok ? outcome.fault : outcome;
  }
}

let stage: Stage;

beforeEach(async () => {
  stage = await new Stage().make();
});

describe('a guest', () => {
  it('answers, is asked whether it is still well, and is called again', async () => {
    const { vm } = stage;
    expect([stage.made, vm.isWarm, vm.isUsed]).toEqual(['made', true, false]);
    expect(await stage.call('', 2)).toEqual({ ok: true, output: '{"a":1}' });
    expect([vm.isWarm, vm.isUsed]).toEqual([false, true]);
    await stage.clock.advanceAsync(2);
    expect(vm.isWarm).toBe(true);
    expect(await stage.call('throw', 4)).toBe('VM_ERROR');
    expect([vm.isWarm, stage.died]).toEqual([true, []]);
  });

  it.each([
    ['loop', 1_000, 'VM_TIMEOUT', 'SIGKILL'],
    ['spin', 302, 'VM_CPU', 'SIGKILL'],
    ['exhaust', 2, 'VM_MEMORY', 'out of memory'],
    ['crash', 2, 'VM_CRASHED', 'SIGSEGV'],
    ['flood', 4, 'VM_OUTPUT', 'SIGKILL'],
    ['violate', 2, 'VM_PROTOCOL', 'a frame of an unknown kind'],
  ])('that does %s is dead after %d ms and a kill, of %s', async (code, ms, fault, detail) => {
    const isEarly = await stage.call(code, ms - 1);
    await stage.clock.advanceAsync(6);
    expect([isEarly, stage.outcomes, stage.died]).toEqual([
      undefined,
      [{ ok: false, fault, message: fault }],
      [`${fault}: ${detail}`],
    ]);
  });

  it('that answers, and hangs afterwards, is found by the ping and does not live on', async () => {
    expect(await stage.call('linger', 2)).toEqual({ ok: true, output: '{"a":1}' });
    await stage.clock.advanceAsync(1_999);
    expect(stage.died).toEqual([]);
    await stage.clock.advanceAsync(7);
    expect(stage.died).toEqual(['silent: SIGKILL']);
  });

  it.each([
    ['chatter', 'it answers a ping that it was not sent'],
    ['mutter', 'it prints, and nothing runs'],
  ])('that does %s once its call is over is ended for it', async (code, detail) => {
    expect(await stage.call(code, 2)).toEqual({ ok: true, output: '{"a":1}' });
    await stage.clock.advanceAsync(10);
    expect(stage.died).toEqual([`VM_PROTOCOL: ${detail}`]);
  });

  it('that takes the CPU though nothing runs is found by a look at it', async () => {
    expect(await stage.call('haunt', 2)).toEqual({ ok: true, output: '{"a":1}' });
    await stage.clock.advanceAsync(3_100);
    expect(stage.died).toEqual([]);
    await stage.clock.advanceAsync(10);
    expect(stage.died).toEqual(['VM_CPU: it took 1600 ms of CPU while nothing ran']);
    await stage.clock.advanceAsync(60_000);
    expect(stage.clock.pending).toBe(0);
  });

  it('that took the CPU though nothing ran is called no more', async () => {
    await stage.call('haunt', 2);
    await stage.clock.advanceAsync(2_900);
    await stage.vm.settled();
    expect([stage.vm.isOver, stage.vm.death]).toEqual([true, 'VM_CPU']);
  });

  it('that does nothing between its calls may do so for long', async () => {
    await stage.call('', 600_000);
    expect(await stage.call('', 2)).toEqual({ ok: true, output: '{"a":1}' });
  });

  it('is answered by the host, as often as it may ask', async () => {
    expect(await stage.call('ask rates', 10)).toEqual({ ok: true, output: '"rates"' });
    const onHostCall = async (): Promise<string> => {
      throw new Error('not today');
    };
    expect(await stage.call('ask rates', 10, { onHostCall })).toBe('VM_ERROR');
    const none = { ...limits, hostCallsMax: 0 };
    expect(await stage.call('ask rates', 10, { limits: none })).toBe('VM_OUTPUT');
  });

  it.each([
    ['asks', 198, 'VM_OUTPUT'],
    ['is answered', 269, 'VM_OUTPUT'],
    ['asks, and is answered', 270, { ok: true, output: '"rates"' }],
  ])('%s no more bytes of the host than it may: of %d', async (_, hostBytesMax, end) => {
    const few = { ...limits, hostBytesMax };
    expect(await stage.call('ask rates', 10, { limits: few })).toEqual(end);
  });

  it('is heard while it prints', async () => {
    const printed: string[] = [];
    await stage.call('print so far', 2, { onPrinted: (text) => printed.push(text) });
    expect(printed).toEqual(['so far']);
  });

  it('does not print nothing without end', async () => {
    const running = stage.call('loop', 10);
    for (let at = 0; at <= limits.outputBytesMax; at++) stage.vm.onPrinted('');
    expect(await running).toBe('VM_OUTPUT');
  });

  it('that is closed while it runs is cancelled, and one that died is not called', async () => {
    const running = stage.call('loop', 6);
    stage.vm.kill('closed');
    expect(await running).toBe('VM_CANCELLED');
    expect(stage.died).toEqual(['closed: SIGKILL']);
    stage.vm.kill('closed');
    await stage.clock.advanceAsync(10_000);
    expect([stage.died.length, stage.clock.pending]).toEqual([1, 0]);
  });

  it('that dies before it ran anything was lost, by no fault of a guest', async () => {
    stage.vms.kill('process');
    await stage.clock.advanceAsync(1);
    expect(stage.died).toEqual(['lost: SIGKILL']);
  });
});

describe('a guest that cannot be had', () => {
  it.each([
    ['absent', 'process is absent'],
    ['lying', 'it is isolate'],
    ['hanging', 'it was not there in time'],
  ] as const)('for its level is %s, says so, and nothing is left of it', async (trouble, why) => {
    const made = new Stage();
    made.vms.begin('process', trouble, 20_000);
    await made.make(60_000);
    expect([made.made, made.vm.isOver, made.vm.isUsed]).toEqual([why, true, false]);
    expect(made.died.length).toBe(1);
    expect(made.clock.pending).toBe(0);
  });

  it('is late, if it is slow, and is there all the same', async () => {
    const made = new Stage();
    made.vms.begin('process', 'slow', 1_000, 5_000);
    await made.make(4_000);
    expect(made.made).toBe('nothing yet');
    await made.clock.advanceAsync(2_000);
    expect(made.made).toBe('made');
  });
});
