import { failure } from './audit-stage.ts';
import type { Recoveries } from './recovery.ts';
import { SandboxStage } from './sandbox-stage.ts';

const faults = {
  VM_ERROR: 'throw',
  VM_TIMEOUT: 'loop',
  VM_CPU: 'spin',
  VM_MEMORY: 'exhaust',
  VM_OUTPUT: 'flood',
  VM_RESULT: 'swell',
  VM_PROTOCOL: 'violate',
} as const;

/** The code is mended, by whoever wrote it. */
const mended = (fault: keyof typeof faults) => ({
  recovery: 'operator' as const,
  async run() {
    const { stage, failed } = await failing(faults[fault]);
    return { failed, isBack: (await stage.outcome(stage.sandboxes.run(works))) === 1 };
  },
});

const works = { code: 'echo', input: 1 };

async function failing(code: string) {
  const stage = await SandboxStage.open({ limits: { sandboxesMax: 1 } });
  const run = stage.sandboxes.run({ code, timeoutMs: 1_000, cpuMs: 500 });
  return { stage, failed: await failure(stage.until(run)) };
}

export const recoveriesOfSandboxes: Recoveries<
  keyof typeof faults | 'VM_CRASHED' | 'VM_CANCELLED' | 'SANDBOXES_FULL' | 'ISOLATION_UNAVAILABLE'
> = {
  VM_ERROR: mended('VM_ERROR'),
  VM_TIMEOUT: mended('VM_TIMEOUT'),
  VM_CPU: mended('VM_CPU'),
  VM_MEMORY: mended('VM_MEMORY'),
  VM_OUTPUT: mended('VM_OUTPUT'),
  VM_RESULT: mended('VM_RESULT'),
  VM_PROTOCOL: mended('VM_PROTOCOL'),
  VM_CRASHED: {
    recovery: 'restart',
    async run() {
      const { stage, failed } = await failing('crash');
      return { failed, isBack: (await stage.outcome(stage.sandboxes.run(works))) === 1 };
    },
  },
  VM_CANCELLED: {
    recovery: 'retry',
    async run() {
      const stage = await SandboxStage.open();
      const run = stage.sandboxes.run({ ...works, signal: AbortSignal.abort() });
      const failed = await failure(stage.until(run));
      return { failed, isBack: (await stage.outcome(stage.sandboxes.run(works))) === 1 };
    },
  },
  SANDBOXES_FULL: {
    recovery: 'retry',
    async run() {
      const stage = await SandboxStage.open({ limits: { sandboxesMax: 1 } });
      const box = await stage.until(stage.sandboxes.open());
      const failed = await failure(stage.sandboxes.run(works));
      box.close();
      return { failed, isBack: (await stage.outcome(stage.sandboxes.run(works))) === 1 };
    },
  },
  ISOLATION_UNAVAILABLE: {
    recovery: 'degrade',
    async run() {
      const stage = await SandboxStage.open();
      stage.vms.begin('microvm', 'absent', 60_000);
      const strict = { ...works, isolation: 'microvm' } as const;
      const failed = await failure(stage.until(stage.sandboxes.run(strict)));
      const lower = stage.sandboxes.run({ ...strict, floor: 'isolate' });
      return { failed, isBack: (await stage.outcome(lower)) === 1 };
    },
  },
};
