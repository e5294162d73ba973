import type { VmDeadlines, VmEvent } from '../../machines/vm.machine.ts';

export const input: VmDeadlines = { provisionMs: 30_000, pingMs: 2_000, endMs: 5_000 };

export const samples = {
  created: { type: 'vm.created' },
  called: { type: 'vm.called', timeoutMs: 1_000 },
  answered: { type: 'vm.answered' },
  pinged: { type: 'vm.pinged' },
  ponged: { type: 'vm.ponged' },
  flooding: { type: 'vm.kill', because: 'VM_OUTPUT' },
  closed: { type: 'vm.kill', because: 'closed' },
  crashed: { type: 'vm.exited', because: 'VM_CRASHED' },
} as const satisfies Record<string, VmEvent>;

export const events: readonly VmEvent[] = Object.values(samples);
