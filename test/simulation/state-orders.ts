import { assign, setup } from 'xstate';
import type { Handle } from '../../runtime/handle.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Fault } from '../../runtime/sim/scenario.ts';
import type { Stage } from '../../runtime/sim/stage.ts';
import { has, isDisturbed } from './promises.ts';

export const EXPIRE_MS = 10_000;
/** A change of state is on the disk so soon, if nothing is wrong with that. */
const SAVED_MS = 2_000;
const LATE_MS = 500;
/** The wall clock counts from 1970, and has fewer digits left. */
const ROUNDED_MS = 1;
const ORDERS = 3;

type OrderEvent =
  | { readonly type: 'order.place'; readonly n: number }
  | { readonly type: 'order.pay' };

function orderLogic(
  onPlaced: (n: number) => void,
  onPaid: () => void,
  onExpired: (n: number) => void,
) {
  return setup({
    types: { context: {} as { n: number }, events: {} as OrderEvent },
    actions: {
      place: assign((_, { n }: { n: number }) => ({ n })),
      tellPlaced: (_, { n }: { n: number }) => onPlaced(n),
      tellPaid: onPaid,
      tellExpired: ({ context: { n } }) => onExpired(n),
    },
  }).createMachine({
    id: 'order',
    context: { n: -1 },
    initial: 'idle',
    states: {
      idle: {
        on: {
          'order.place': {
            target: 'waiting',
            actions: [
              { type: 'place', params: ({ event }) => event },
              { type: 'tellPlaced', params: ({ event }) => event },
            ],
          },
        },
      },
      waiting: {
        after: { [EXPIRE_MS]: { target: 'idle', actions: 'tellExpired' } },
        on: { 'order.pay': { target: 'idle', actions: 'tellPaid' } },
      },
    },
  });
}

/** An order as it was when it moved last: which is placed, or none. */
interface Last {
  readonly n: number | undefined;
  readonly atMs: number;
}

/** What is known of the orders, whoever crashes. */
export interface OrderMemory {
  readonly last: Last[];
  /** When each expires. */
  readonly dueAtMs: Map<number, number>;
  next: number;
  diedAtMs: number;
}

export const noOrders = (): OrderMemory => ({
  last: Array.from({ length: ORDERS }, () => ({ n: undefined, atMs: 0 })),
  dueAtMs: new Map(),
  next: 0,
  diedAtMs: 0,
});

type Order = Handle<ReturnType<typeof orderLogic>>;

/** Actors whose state and deadlines outlive the process. */
export class OrderWork {
  problem: string | undefined;
  readonly #at: Stage;
  readonly #memory: OrderMemory;
  readonly #faults: readonly Fault[];
  readonly #bornAtMs: number;
  readonly #orders: readonly Order[];

  constructor(at: Stage, runtime: Runtime, memory: OrderMemory, faults: readonly Fault[]) {
    this.#at = at;
    this.#memory = memory;
    this.#faults = faults;
    this.#bornAtMs = at.nowMs;
    const shop = runtime.supervisor('shop');
    this.#orders = Array.from({ length: ORDERS }, (_, index) =>
      shop.start(
        `order-${index}`,
        orderLogic(
          (n) => this.#move(index, n),
          () => this.#move(index, undefined),
          (n) => this.#expire(index, n),
        ),
        { persist: { logicVersion: 1 } },
      ),
    );
    if (at.incarnation > 1) for (const index of this.#orders.keys()) this.#compare(index);
  }

  #move(index: number, n: number | undefined): void {
    this.#memory.last[index] = { n, atMs: this.#at.nowMs };
    if (n !== undefined) this.#memory.dueAtMs.set(n, this.#at.nowMs + EXPIRE_MS);
  }

  #expire(index: number, n: number): void {
    const dueAtMs = this.#memory.dueAtMs.get(n) ?? 0;
    const { nowMs } = this.#at;
    const isOnTime = !has(this.#faults, 'clock.jump', 'clock.skew', 'clock.pause');
    if (isOnTime && nowMs < dueAtMs - ROUNDED_MS) {
      this.problem ??= `order ${n} expired ${dueAtMs - nowMs} ms early`;
    }
    const lateMs = nowMs - Math.max(dueAtMs, this.#bornAtMs);
    if (isOnTime && lateMs > LATE_MS) this.problem ??= `order ${n} expired ${lateMs} ms late`;
    this.#at.sometimes('a restored order expires', dueAtMs - EXPIRE_MS < this.#bornAtMs);
    this.#move(index, undefined);
  }

  /** What it was when it moved last; or, if that was just before the end, what it was before. */
  #compare(index: number): void {
    const { last, diedAtMs } = this.#memory;
    const snapshot = this.#orders[index]?.snapshot();
    const n = snapshot?.value === 'waiting' ? snapshot.context.n : undefined;
    const { n: expected, atMs } = last[index] ?? { n: undefined, atMs: 0 };
    const isSaved = atMs + SAVED_MS < diedAtMs && !isDisturbed(this.#faults, atMs, SAVED_MS);
    if (isSaved && n !== expected) {
      this.problem ??= `order ${index} is ${n ?? 'idle'}, and was ${expected ?? 'idle'}`;
    }
    this.#at.sometimes('a waiting order is restored', isSaved && n !== undefined);
    last[index] = { n, atMs: this.#at.nowMs };
  }

  step(draw: number): void {
    this.#memory.diedAtMs = this.#at.nowMs;
    const index = Math.floor(draw * ORDERS);
    const isPaid = (draw * ORDERS) % 1 < 0.3;
    const n = this.#memory.next++;
    this.#orders[index]?.tell(isPaid ? { type: 'order.pay' } : { type: 'order.place', n });
  }

  /** Long after the last order, none is waiting. */
  get leftWaiting(): string | undefined {
    const left = this.#orders.find((order) => order.snapshot()?.value !== 'idle');
    return left === undefined ? undefined : `${left.path} never expires`;
  }
}
