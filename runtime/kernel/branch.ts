import type { AnyActorLogic, EventObject } from 'xstate';
import { affectedBy, judge, type RestartPolicy, type Verdict } from '../../machines/restart.ts';
import { HoldfastError } from '../errors.ts';
import type { ChildOptions } from '../options/child.ts';
import type { SupervisorOptions } from '../options/supervisor.ts';
import { Child, type Ending, type Relaunch } from './child.ts';
import type { Kernel } from './kernel.ts';
import { Leaf } from './leaf.ts';
import { supervisorLogic } from './supervisor.ts';

/** A decision names this many of those it affects, and says how many there are. */
const NAMED_MAX = 16;
/** Whatever goes through a tree goes down on the stack. */
const DEPTH_MAX = 64;
/** Children that are relaunched before others have their turn. */
const RELAUNCH_CHUNK = 500;

/** What it does for its children. */
type Grants = Pick<SupervisorOptions, 'strategy' | 'restartsMax' | 'windowMs'>;

/** A supervisor over all its incarnations, with the children it looks after in start order. */
export class Branch extends Child {
  readonly children = new Map<string, Child>();
  readonly grants: Grants;
  readonly #relaunches = new Set<Relaunch>();

  constructor(kernel: Kernel, parent: Branch | undefined, id: string, options: SupervisorOptions) {
    const { strategy, restartsMax, windowMs, ...policy } = options;
    super(kernel, parent, id, policy);
    this.grants = { strategy, restartsMax, windowMs };
  }

  // --- children -----------------------------------------------------------------------------

  startLeaf(id: string, logic: AnyActorLogic, policy: ChildOptions): Leaf {
    return this.#adopt(id, () => new Leaf(this.kernel, this, id, logic, policy));
  }

  startBranch(id: string, options: SupervisorOptions): Branch {
    return this.#adopt(id, () => new Branch(this.kernel, this, id, options));
  }

  #adopt<Kind extends Child>(id: string, create: () => Kind): Kind {
    const where = this.path === '' ? 'the runtime' : this.path;
    if (this.state === 'draining' || this.state === 'ended') {
      throw new HoldfastError('ACTOR_DEAD', `${where} is stopping or stopped`);
    }
    if (this.children.has(id)) {
      throw new RangeError(`id must be new under ${where}, got "${id}", which is already there`);
    }
    if (this.path.split('/').length >= DEPTH_MAX) {
      throw new RangeError(`id must be at most ${DEPTH_MAX} levels deep, got ${where}/${id}`);
    }
    this.kernel.countActor();
    const child = create();
    this.children.set(id, child);
    child.launch();
    return child;
  }

  forget(child: Child): void {
    this.children.delete(child.id);
    this.kernel.uncountActor();
    if (child.relaunch?.group.length === 1) this.#cancel(child.relaunch);
  }

  receive(event: EventObject): void {
    this.kernel.letters.record(this.path, 'unhandled', event);
  }

  // --- decisions ----------------------------------------------------------------------------

  /** What to do about a child that ended by itself and waits. */
  judge(child: Child, ending: Ending, causeId: string): void {
    if (this.state === 'draining') return child.end(ending);
    // While the branch itself is down, its children wait for it to come back.
    if (this.state !== 'running' || ending.because === 'stopped') return;
    const { clock, random } = this.kernel;
    const policy = this.#policyOf(child);
    const nowMs = clock.monotonicMs();
    const verdict = judge(ending.because, policy, child.history, nowMs, random.draw());
    const group = verdict.decision === 'restart' ? this.#groupOf(child) : [child];
    const decisionId = this.#announceVerdict(child, verdict, group, causeId);
    if (verdict.decision === 'remove') return child.end(ending);
    if (verdict.decision === 'escalate') {
      return this.#escalate(child, verdict.because, ending.error, decisionId);
    }
    child.history = verdict.history;
    this.#restart(group, decisionId, (relaunch) => {
      relaunch.cancel = this.#later(verdict.delayMs, () => this.#awaitBudget(relaunch));
    });
  }

  /** Somebody's wish: outside every budget, at once, and of this child alone. */
  restart(child: Child, because: string): void {
    if (child.state !== 'running' && child.state !== 'waiting') return;
    const data = {
      decision: 'restart',
      because,
      affected: [child.id],
      affectedCount: 1,
      delayMs: 0,
    };
    const decisionId = this.kernel.facts.publish('supervisor.decided', child.path, data);
    this.#restart([child], decisionId, (relaunch) => this.#relaunchFrom(relaunch, 0));
  }

  #policyOf({ policy }: Child): RestartPolicy {
    const { restartsMax, windowMs } = this.grants;
    return {
      ...policy,
      restartsMax: policy.restartsMax ?? restartsMax,
      windowMs: policy.windowMs ?? windowMs,
    };
  }

  /** Between failures that are not its own, so that they alone never spend its window. */
  spareMs(child: Child): number {
    const { restartsMax, windowMs, stableAfterMs } = this.#policyOf(child);
    return Math.max(stableAfterMs, windowMs / restartsMax);
  }

  #groupOf(child: Child): readonly Child[] {
    const { strategy } = this.grants;
    if (strategy === 'oneForOne') return [child];
    const all = [...this.children.values()];
    return affectedBy(strategy, all, child).filter((other) => {
      return other === child || (other.state !== 'draining' && !other.isLeaving);
    });
  }

  #announceVerdict(
    child: Child,
    verdict: Verdict,
    group: readonly Child[],
    causeId: string,
  ): string {
    const { restartsMax, windowMs } = this.#policyOf(child);
    const { restartsAtMs } = verdict.decision === 'restart' ? verdict.history : child.history;
    const data = {
      decision: verdict.decision,
      because: verdict.because,
      strategy: this.grants.strategy,
      affected: group.slice(0, NAMED_MAX).map(({ id }) => id),
      affectedCount: group.length,
      delayMs: verdict.decision === 'restart' ? verdict.delayMs : 0,
      restartsInWindow: restartsAtMs.length,
      restartsMax,
      windowMs,
    };
    return this.kernel.facts.publish('supervisor.decided', child.path, data, causeId);
  }

  // --- restarts -----------------------------------------------------------------------------

  /** Takes a group down in reverse start order, then `next` sees to it that it comes back. */
  #restart(group: readonly Child[], decisionId: string, next: (relaunch: Relaunch) => void): void {
    const relaunch: Relaunch = { decisionId, group, cancel: () => {} };
    const overtaken = new Set(group.map((child) => child.relaunch));
    for (const child of group) child.relaunch = relaunch;
    for (const old of overtaken) {
      if (old?.group.every((child) => child.relaunch !== old)) this.#cancel(old);
    }
    this.#relaunches.add(relaunch);
    const isWanted = (child: Child): boolean => child.relaunch === relaunch;
    this.#takeDown(group, isWanted, () => {
      if (this.#relaunches.has(relaunch)) next(relaunch);
    });
  }

  /** Large sets take several turns: a child that is not wanted any more by then is left alone. */
  #takeDown(
    children: readonly Child[],
    isWanted: (child: Child) => boolean,
    next: () => void,
  ): void {
    const down = children.toReversed().flatMap((child) => {
      return child.inStopOrder().map((below) => ({ child, below }));
    });
    const takeDown = ({ child, below }: { child: Child; below: Child }): void => {
      if (!isWanted(child)) return;
      const isTemporary = below.policy.restart === 'temporary';
      if (below.state === 'draining' || isTemporary) below.end({ because: 'stopped' });
      else below.takeDown();
    };
    this.kernel.queue.sweep(down, takeDown, next);
  }

  #awaitBudget(relaunch: Relaunch): void {
    const { kernel } = this;
    if (!this.#relaunches.has(relaunch)) return;
    const waitMs = kernel.restarts.reserve(kernel.clock.monotonicMs());
    if (waitMs === 0) return this.#relaunchFrom(relaunch, 0);
    kernel.facts.publish('supervisor.throttled', this.path, { waitMs }, relaunch.decisionId);
    relaunch.cancel = this.#later(waitMs, () => this.#relaunchFrom(relaunch, 0));
  }

  /** In start order. One that is down again at once is judged before the next one starts. */
  #relaunchFrom(relaunch: Relaunch, from: number): void {
    if (!this.#relaunches.has(relaunch)) return;
    const end = Math.min(relaunch.group.length, from + RELAUNCH_CHUNK);
    let next = from;
    for (let isUp = true; next < end && isUp; next++) {
      const child = relaunch.group[next];
      if (child?.relaunch !== relaunch || child.state !== 'waiting') continue;
      child.launch(relaunch.decisionId);
      isUp = child.ref !== undefined;
    }
    if (next === relaunch.group.length) this.#relaunches.delete(relaunch);
    else this.kernel.queue.control(() => this.#relaunchFrom(relaunch, next));
  }

  #later(delayMs: number, task: () => void): () => void {
    return this.kernel.clock.after(delayMs, () => this.kernel.queue.control(task));
  }

  #cancel(relaunch: Relaunch): void {
    relaunch.cancel();
    this.#relaunches.delete(relaunch);
  }

  #cancelRelaunches(): void {
    for (const relaunch of this.#relaunches) this.#cancel(relaunch);
  }

  // --- its own life -------------------------------------------------------------------------

  launch(causeId?: string): void {
    const { kernel, parent } = this;
    if (parent?.ref === undefined) return;
    const ref = kernel.system.create(supervisorLogic, this, parent.ref, { id: this.id });
    this.begin(ref, causeId);
  }

  /** A new incarnation of the branch is there: what waited for it comes back. */
  begin(ref: Branch['ref'], causeId?: string): void {
    const { kernel } = this;
    this.ref = ref;
    this.incarnation += 1;
    this.relaunch = undefined;
    this.state = 'running';
    this.history = { ...this.history, startedAtMs: kernel.clock.monotonicMs() };
    ref?.start();
    const type = this.incarnation === 1 ? 'supervisor.started' : 'supervisor.restarted';
    const id = kernel.facts.publish(type, this.path, { incarnation: this.incarnation }, causeId);
    const group = [...this.children.values()];
    if (group.length === 0) return;
    const relaunch: Relaunch = { decisionId: id, group, cancel: () => {} };
    for (const child of group) child.relaunch = relaunch;
    this.#relaunches.add(relaunch);
    this.#relaunchFrom(relaunch, 0);
  }

  /** The window of a child is spent: everything below stops, then the branch itself fails. */
  #escalate(child: Child, because: string, error: unknown, decisionId: string): void {
    const { kernel, ref } = this;
    const message = `${child.path} failed too often: ${because}`;
    const cause = error === undefined ? {} : { cause: error };
    const failure = new HoldfastError('RESTARTS_SPENT', message, { path: child.path }, cause);
    kernel.facts.publish('supervisor.escalated', this.path, { because: message }, decisionId);
    this.state = 'failing';
    this.#cancelRelaunches();
    const all = (): boolean => true;
    this.#takeDown([...this.children.values()], all, () => {
      for (const below of this.inStopOrder()) if (below !== this) below.startAfresh();
      if (ref !== undefined)
        kernel.system.deliver(ref, { type: 'supervisor.fail', error: failure });
    });
  }

  override takeDown(): void {
    this.#cancelRelaunches();
    super.takeDown();
  }

  protected override decide(ending: Ending, causeId: string): void {
    if (this.parent === undefined) this.kernel.rootFailed(ending.error, causeId);
    else super.decide(ending, causeId);
  }

  // --- the end ------------------------------------------------------------------------------

  /** Children that may lean on each other stop one after another, independent ones together. */
  stop(done: () => void): void {
    if (this.state === 'ended') return done();
    this.onceEnded(done);
    if (this.state === 'draining') return;
    this.state = 'draining';
    this.#cancelRelaunches();
    const children = [...this.children.values()].toReversed();
    const isIndependent = this.grants.strategy === 'oneForOne' && this.parent !== undefined;
    if (isIndependent) this.#stopTogether(children);
    else this.#stopInTurn(children, 0);
  }

  #stopTogether(children: readonly Child[]): void {
    let left = children.length;
    if (left === 0) return this.end({ because: 'stopped' });
    const done = (): void => {
      left -= 1;
      if (left === 0) this.end({ because: 'stopped' });
    };
    this.kernel.queue.sweep(
      children,
      (child) => child.stop(done),
      () => {},
    );
  }

  #stopInTurn(children: readonly Child[], index: number): void {
    const child = children[index];
    if (child === undefined) return this.end({ because: 'stopped' });
    child.stop(() => this.kernel.queue.control(() => this.#stopInTurn(children, index + 1)));
  }

  inStopOrder(): Child[] {
    return [...[...this.children.values()].toReversed().flatMap((c) => c.inStopOrder()), this];
  }

  protected finish(): void {
    this.#cancelRelaunches();
    for (const child of [...this.children.values()].toReversed()) child.end({ because: 'stopped' });
  }
}
