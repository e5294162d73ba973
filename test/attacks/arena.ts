import { setTimeout } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Network } from '../../actors/network.ts';
import { Admission } from '../../actors/peer/door/admission.ts';
import { Conduct } from '../../actors/peer/door/conduct.ts';
import { Ledger } from '../../actors/peer/ledger.ts';
import { Roster } from '../../actors/peer/roster.ts';
import type { Fact } from '../../runtime/facts.ts';
import type { RuntimeOptionsInput } from '../../runtime/options/runtime.ts';
import { createRuntime, type Runtime } from '../../runtime/runtime.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { type SimWorld, simWorld } from '../../runtime/sim/world.ts';
import { network } from '../../runtime/world/network.ts';
import { RawPeer, selfOf } from '../actors/peer/raw-peer.ts';
import { Stranger } from '../runtime/world/web.fixture.ts';
import { dialFrom } from './dial-from.ts';

/** Every instance whose `method` is called from now on. */
function instancesOf<Part extends object>(prototype: Part, method: keyof Part): Set<Part> {
  const original: unknown = prototype[method];
  if (typeof original !== 'function') throw new TypeError(`${String(method)} is no method`);
  const instances = new Set<Part>();
  Reflect.set(prototype, method, function (this: Part, ...given: unknown[]) {
    instances.add(this);
    return Reflect.apply(original, this, given);
  });
  onTestFinished(() => void Reflect.set(prototype, method, original));
  return instances;
}

/** What all runtimes of a test keep about their peers, one way or the other. */
export class Kept {
  readonly #ledgers = instancesOf(Ledger.prototype, 'open');
  readonly #rosters = instancesOf(Roster.prototype, 'add');
  readonly #admissions = instancesOf(Admission.prototype, 'arrive');
  readonly #conducts = instancesOf(Conduct.prototype, 'misbehaved');

  get heldBytes(): number {
    return sum(this.#ledgers, (ledger) => ledger.heldBytes);
  }

  get halfOpen(): number {
    return sum(this.#admissions, (admission) => admission.halfOpen);
  }

  /** How many of everything there are. */
  all() {
    return {
      accounts: sum(this.#ledgers, (ledger) => ledger.byNetgroup().size),
      heldBytes: this.heldBytes,
      peers: sum(this.#rosters, (roster) => roster.size),
      halfOpen: this.halfOpen,
      buckets: sum(this.#admissions, (admission) => admission.buckets),
      blamed: sum(this.#conducts, (conduct) => conduct.size),
    };
  }
}

export const nothing = {
  accounts: 0,
  heldBytes: 0,
  peers: 0,
  halfOpen: 0,
  buckets: 0,
  blamed: 0,
} as const;

const sum = <Part>(parts: Iterable<Part>, sizeOf: (part: Part) => number): number =>
  [...parts].reduce((all, part) => all + sizeOf(part), 0);

export interface Attacked {
  readonly rt: Runtime;
  readonly url: string;
  readonly port: number;
  readonly facts: Fact[];
  readonly world: SimWorld;
}

const open = { exempt: [] as string[] };

/** Runtimes on real sockets of this machine, on virtual time: none but events is waited for. */
export class Arena {
  readonly clock = new VirtualClock();
  readonly kept = new Kept();
  #machines = 0;

  /** A runtime that dials from `address`, and takes it for nothing better than any other one. */
  async machine(options: RuntimeOptionsInput = {}, address = '127.0.0.1') {
    this.#machines += 1;
    const at: Network = { listen: network.listen, dial: dialFrom(address).dial };
    const world = { ...simWorld({ seed: this.#machines }), clock: this.clock, network: at };
    const settings = { world, name: `m${this.#machines}`, ...options };
    const rt = await this.until(
      createRuntime({ ...settings, network: { ...open, ...options.network } }),
    );
    const facts: Fact[] = [];
    rt.events$.subscribe((fact) => facts.push(fact));
    onTestFinished(async () => {
      await this.until(rt.shutdown({ deadlineMs: 1_000 }));
    });
    return { rt, facts, world };
  }

  async listening(options: RuntimeOptionsInput = {}): Promise<Attacked> {
    const machine = await this.machine(options);
    const { url } = await this.until(machine.rt.peers.listen());
    return { ...machine, url, port: Number(new URL(url).port) };
  }

  stranger({ port }: Attacked, address: string): Stranger {
    return new Stranger(port, address);
  }

  /** A live peer that answers pings, and does nothing else by itself. */
  async raw({ url }: Attacked, address: string, fill = 2): Promise<RawPeer> {
    const peer = await this.until(RawPeer.dial(dialFrom(address), url, selfOf(fill)));
    await this.untilSo(() => peer.isLive || peer.end !== undefined);
    onTestFinished(() => peer.link?.drop());
    peer.answerPings();
    return peer;
  }

  /** Lets time pass, and what is on its way arrive. */
  async pass(ms: number): Promise<void> {
    await this.clock.advanceAsync(ms);
    // What was sent within this machine has arrived by then.
    for (let turn = 0; turn < 20; turn++) await this.clock.advanceAsync(0);
  }

  /** Without letting any time pass. */
  async untilSo(isSo: () => boolean): Promise<void> {
    while (!isSo()) await this.clock.advanceAsync(0);
  }

  /** Letting it pass, once a listener has let newcomers in: it waits for them for real. */
  async untilLate(isSo: () => boolean): Promise<void> {
    for (let turns = 0; !isSo(); turns++) {
      if (turns >= 2_000) await setTimeout(1);
      await this.clock.advanceAsync(turns < 2_050 ? 0 : 10);
    }
  }

  async until<Value>(promise: Promise<Value>): Promise<Value> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    promise.then(settle, settle);
    await this.untilLate(() => isSettled);
    return await promise;
  }
}
