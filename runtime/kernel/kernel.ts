import type { Containment, RandomStream, World } from '../../actors/world.ts';
import type { Clock } from '../../storage/ports.ts';
import { describeError, HoldfastError } from '../errors.ts';
import { Facts, type Recorder } from '../facts.ts';
import type { RuntimeOptions } from '../options/runtime.ts';
import type { SupervisorOptions } from '../options/supervisor.ts';
import { redactedLog } from '../redaction.ts';
import { SampledLog } from '../sampled-log.ts';
import { Branch } from './branch.ts';
import { RestartBudget } from './budget.ts';
import { DeadLetters } from './dead-letters.ts';
import { LiveCharts } from './live-charts.ts';
import type { Onlooker } from './onlooker.ts';
import type { Persistence } from './persistence.ts';
import { RunQueue } from './run-queue.ts';
import { supervisorLogic } from './supervisor.ts';
import { Trips } from './trips.ts';
import { ActorSystem } from './xstate.ts';

/** Where work comes in from outside. */
export interface Intake {
  /** Takes no more. What it returns is kept once nothing is at work; undefined if nothing is. */
  close(): Promise<void> | undefined;
}

/** What every part of one runtime's tree shares, and the root of that tree. */
export class Kernel {
  readonly clock: Clock;
  readonly random: RandomStream;
  readonly log: SampledLog;
  readonly containment: Containment;
  readonly facts: Facts;
  readonly letters: DeadLetters;
  readonly queue: RunQueue;
  readonly restarts: RestartBudget;
  readonly trips = new Trips();
  readonly charts = new LiveCharts();
  readonly askMs: number;
  readonly root: Branch;
  readonly system: ActorSystem;
  /** Set before anything is started, if anything is to outlive the process. */
  persistence: Persistence | undefined;
  /** Closed first, so that nothing new comes in while the rest ends. */
  intake: Intake | undefined;
  /** Nobody looks on unless there is an inspector. */
  onlooker: Onlooker | undefined;
  /** While closing, only what actors tell each other is still accepted. */
  isClosing = false;
  readonly #actorsMax: number;
  readonly #onRootFailed: (error: unknown, causeId: string) => void;
  #actors = 0;
  #asks = 0;

  constructor(
    world: World,
    options: RuntimeOptions,
    rootPolicy: SupervisorOptions,
    onRootFailed: (error: unknown, causeId: string) => void,
    recorder?: Recorder,
  ) {
    const { limits, timeouts } = options;
    const { clock, random, containment, witness } = world;
    const log = new SampledLog(redactedLog(world.log), clock);
    this.clock = clock;
    this.log = log;
    this.containment = containment;
    this.random = random.stream('supervision');
    this.facts = new Facts({ clock, random, containment, log }, options.name);
    this.facts.recorder = recorder;
    this.letters = new DeadLetters(clock, log, this.facts, limits.deadLettersMax);
    this.queue = new RunQueue(clock, (error) => this.fault(error));
    this.restarts = new RestartBudget(limits.restartsBurst, limits.restartsPerSecond);
    this.askMs = timeouts.askMs;
    this.#actorsMax = limits.actorsMax;
    this.#onRootFailed = onRootFailed;
    this.root = new Branch(this, undefined, '', rootPolicy);
    if (witness !== undefined) this.facts.events$.subscribe((fact) => witness.fact(fact));
    this.system = new ActorSystem(
      supervisorLogic,
      this.root,
      clock,
      (parts) => log.info({ parts }, 'logged by an actor'),
      witness?.inspect,
    );
    this.root.begin(this.system.root);
  }

  /** From now on, or no longer. */
  showTo(onlooker: Onlooker | undefined): void {
    this.onlooker = onlooker;
    this.charts.onlooker = onlooker;
  }

  rootFailed(error: unknown, causeId: string): void {
    this.#onRootFailed(error, causeId);
  }

  /** @throws {HoldfastError} ACTORS_LIMIT if the runtime is full. */
  countActor(): void {
    if (this.#actors >= this.#actorsMax) {
      const actorsMax = this.#actorsMax;
      const message = `limits.actorsMax: ${actorsMax} actors are running already`;
      throw new HoldfastError('ACTORS_LIMIT', message, { actorsMax });
    }
    this.#actors += 1;
  }

  uncountActor(): void {
    this.#actors -= 1;
  }

  get actors(): number {
    return this.#actors;
  }

  nextCorrelationId(): string {
    this.#asks += 1;
    return `ask-${this.#asks}`;
  }

  /** Calls code of the embedder that watches; what it throws, now or later, is its own affair. */
  callWatcher(subject: string, call: () => void): void {
    const uncaught = (error: unknown): void => this.subscriberFailed(subject, error);
    this.containment.run({ uncaught }, () => {
      try {
        call();
      } catch (error) {
        uncaught(error);
      }
    });
  }

  /** A subscriber threw, and watches no longer. */
  subscriberFailed(subject: string, error: unknown): void {
    this.facts.publish('subscriber.failed', subject, { error: describeError(error) });
    this.log.error({ subject, error: describeError(error) }, 'a subscriber threw');
  }

  /** Nothing a user wrote may end here. */
  fault(error: unknown): void {
    this.facts.publish('runtime.fault', '', { error: describeError(error) });
    this.log.error({ error: describeError(error) }, 'a fault in the kernel itself');
  }
}
