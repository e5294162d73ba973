import { onTestFinished } from 'vitest';
import type { Fact } from '../../runtime/facts.ts';
import type { RuntimeOptionsInput } from '../../runtime/options/runtime.ts';
import { createRuntime, type Runtime } from '../../runtime/runtime.ts';
import type { Sandboxes } from '../../runtime/sandboxes.ts';
import type { VirtualClock } from '../../runtime/sim/clock.ts';
import { SimVms } from '../../runtime/sim/vm-drivers.ts';
import { simWorld } from '../../runtime/sim/world.ts';

/** A runtime whose levels of isolation are simulated, on virtual time. */
export class SandboxStage {
  readonly facts: Fact[] = [];
  readonly clock: VirtualClock;
  readonly vms: SimVms;
  readonly rt: Runtime;

  private constructor(clock: VirtualClock, vms: SimVms, rt: Runtime) {
    this.clock = clock;
    this.vms = vms;
    this.rt = rt;
    rt.events$.subscribe((fact) => this.facts.push(fact));
  }

  static async open(options: RuntimeOptionsInput = {}): Promise<SandboxStage> {
    const sim = simWorld({ seed: 1 });
    const vms = new SimVms(sim.clock);
    const world = { ...sim, vm: vms.drivers(sim.clock, sim.random.stream('vm')) };
    const stage = new SandboxStage(sim.clock, vms, await createRuntime({ world, ...options }));
    onTestFinished(async () => {
      await stage.until(stage.rt.shutdown({ deadlineMs: 1_000 }));
    });
    return stage;
  }

  get sandboxes(): Sandboxes {
    return this.rt.sandboxes;
  }

  /** Time passes until it is settled. */
  async until<Value>(promise: Promise<Value>): Promise<Value> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    promise.then(settle, settle);
    for (let steps = 0; !isSettled && steps < 10_000; steps++) await this.clock.advanceAsync(20);
    return await promise;
  }

  /** What it comes to: its value, or a code, or another error in words. */
  async outcome(promise: Promise<{ readonly output: unknown } | unknown>): Promise<unknown> {
    try {
      const value = await this.until(promise);
      return typeof value === 'object' && value !== null && 'output' in value
        ? value.output
        : value;
    } catch (error) {
      return Object(error).code ?? String(error);
    }
  }
}
