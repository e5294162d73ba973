import { describe, expect, it } from 'vitest';
import { createActor, SimulatedClock } from 'xstate';
import { type VmEmitted, vmMachine } from '../../machines/vm.machine.ts';
import { input, samples } from './vm.fixture.ts';

type Sample = keyof typeof samples;

const ways = {
  provisioning: [],
  warm: ['created'],
  running: ['created', 'called'],
  checking: ['created', 'called', 'answered'],
  pinged: ['created', 'pinged'],
  draining: ['created', 'called', 'flooding'],
} as const satisfies Record<string, readonly Sample[]>;

type Standing = keyof typeof ways;

function standing(where: Standing) {
  const clock = new SimulatedClock();
  const actor = createActor(vmMachine, { input, clock });
  const told: VmEmitted[] = [];
  actor.on('vm.died', (fact) => told.push(fact));
  actor.start();
  for (const sample of ways[where]) actor.send(samples[sample]);
  told.length = 0;
  const tag = (): string => [...actor.getSnapshot().tags].join();
  return { actor, told, tag, clock };
}

const still = {
  provisioning: 'starting',
  warm: 'idle',
  running: 'busy',
  checking: 'busy',
  pinged: 'busy',
  draining: 'ending',
};
const ended = { provisioning: 'ending', warm: 'ending', running: 'ending', checking: 'ending' };
const gone = { provisioning: 'dead', warm: 'dead', running: 'dead', checking: 'dead' };

/** By what its tag says, from where it stands. */
const table: Record<Sample, Record<Standing, string>> = {
  created: { ...still, provisioning: 'idle' },
  called: { ...still, warm: 'busy' },
  answered: still,
  pinged: { ...still, warm: 'busy' },
  ponged: { ...still, checking: 'idle', pinged: 'idle' },
  flooding: { ...still, ...ended, pinged: 'ending' },
  closed: { ...still, ...ended, pinged: 'ending' },
  crashed: { ...still, ...gone, pinged: 'dead', draining: 'dead' },
};

const cells = Object.entries(table).flatMap(([sample, row]) =>
  Object.entries(row).map(([where, tag]) => ({ sample, where, tag }) as const),
);

describe(vmMachine.id, () => {
  it.each(cells)('$where, after $sample, is $tag', ({ sample, where, tag }) => {
    const vm = standing(where as Standing);
    vm.actor.send(samples[sample as Sample]);
    expect(vm.tag()).toBe(tag);
  });

  it.each([
    ['provisioning', 30_000, 'unavailable', 0],
    ['running', 1_000, 'VM_TIMEOUT', 1],
    ['checking', 2_000, 'silent', 1],
    ['pinged', 2_000, 'lost', 0],
  ] as const)('%s lasts %d ms, and then it dies, %s', (where, ms, because, calls) => {
    const vm = standing(where);
    vm.clock.increment(ms - 1);
    expect(vm.tag()).toBe(still[where]);
    vm.clock.increment(1);
    expect(vm.tag()).toBe('ending');
    vm.actor.send({ type: 'vm.exited', because: 'VM_CRASHED' });
    expect(vm.told).toEqual([{ type: 'vm.died', because, calls }]);
  });

  it('has no deadline while it waits for work', () => {
    const vm = standing('warm');
    vm.clock.increment(1_000_000_000);
    expect(vm.tag()).toBe('idle');
  });

  it('answers, and is not called again before it has answered a ping', () => {
    const vm = standing('checking');
    vm.actor.send(samples.called);
    expect(vm.actor.getSnapshot().context.calls).toBe(1);
    vm.actor.send(samples.ponged);
    vm.actor.send(samples.called);
    expect(vm.actor.getSnapshot().context.calls).toBe(2);
  });

  it('dies of what it was killed for, whatever is said of its exit, if anything is', () => {
    const exited = standing('draining');
    exited.actor.send(samples.crashed);
    const unheard = standing('draining');
    unheard.clock.increment(5_000);
    const fact = { type: 'vm.died', because: 'VM_OUTPUT', calls: 1 };
    expect([exited.told, unheard.told]).toEqual([[fact], [fact]]);
  });
});
