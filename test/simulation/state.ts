import { createRuntime } from '../../runtime/runtime.ts';
import type { Playbook } from '../../runtime/sim/property/index.ts';
import type { Fault, Invariant } from '../../runtime/sim/scenario.ts';
import type { Stage } from '../../runtime/sim/stage.ts';
import { EXPIRE_MS, noOrders, type OrderMemory, OrderWork } from './state-orders.ts';
import { nothingPromised, type StorePromises, StoreWork } from './state-store.ts';

export const HORIZON_MS = 40_000;
const LOOK_MS = EXPIRE_MS + 15_000;

interface Memory {
  readonly orders: OrderMemory;
  readonly store: StorePromises;
}

interface State {
  readonly orders: OrderWork;
  readonly store: StoreWork;
  isLookedAt: boolean;
}

async function start(at: Stage, memory: Memory, faults: readonly Fault[]): Promise<State> {
  const store = await StoreWork.open(at, memory.store, faults);
  const key = new Uint8Array(32).fill(7);
  const runtime = await createRuntime({
    world: at.world,
    dataDir: '/data',
    masterKey: { provider: async () => key },
    audit: {
      segmentBytesMax: 65_536,
      ballastBytes: 65_536,
      spoolBytesMax: 65_536,
      freeBytesMin: 65_536,
    },
  });
  const orders = new OrderWork(at, runtime, memory.orders, faults);
  return { orders, store, isLookedAt: false };
}

async function work(at: Stage, state: State): Promise<void> {
  const { orders, store } = state;
  const { draw } = at.random('workload');
  while (at.nowMs < at.horizonMs) {
    const choice = draw();
    if (choice < 0.2) orders.step(draw());
    else if (choice < 0.4) void store.flush();
    else for (let left = draw() * 8; left > 0; left--) store.set(draw(), draw() < 0.1);
    await at.wait(draw() * 700);
  }
  await at.wait(Math.max(0, at.horizonMs + LOOK_MS - at.nowMs));
  await store.flush();
  await store.look();
  state.isLookedAt = true;
}

const invariants: readonly Invariant<State>[] = [
  { name: 'what was flushed comes back', always: ({ store }) => store.problem },
  { name: 'orders come back, and expire on time', always: ({ orders }) => orders.problem },
  {
    name: 'no order waits for ever',
    withinMs: LOOK_MS + 5_000,
    eventually: ({ orders, isLookedAt }) =>
      isLookedAt ? orders.leftWaiting : 'the state was not looked at in time',
  },
];

export const statePlaybook: Playbook<State> = ({ faults }) => {
  const memory: Memory = { orders: noOrders(), store: nothingPromised() };
  return {
    start: (at) => start(at, memory, faults),
    workload: work,
    invariants,
  };
};
