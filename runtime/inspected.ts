import type { Answer, Asked } from '../actors/http.ts';
import type { IsolationActor } from '../actors/isolation.actor.ts';
import type { RecordedFacts } from '../actors/recorded-facts.ts';
import type { RandomStream } from '../actors/world.ts';
import type { Clock } from '../storage/ports.ts';
import type { AuditLog } from './audit.ts';
import type { Breakers } from './breakers.ts';
import type { HealthReport } from './health-report.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { Modes } from './modes.ts';
import type { Peers } from './peers.ts';
import type { Sandboxes } from './sandboxes.ts';

/** What a runtime hands to whoever inspects it, once, before it starts anything. */
export interface Inspected {
  readonly name: string;
  readonly kernel: Kernel;
  readonly breakers: Breakers;
  readonly audit: AuditLog;
  readonly peers: Peers;
  readonly sandboxes: Sandboxes;
  readonly isolation: IsolationActor;
  readonly modes: Modes;
  readonly health: () => HealthReport;
  /** Facts that may only be acted on once they are in the log. */
  readonly recorded: Pick<RecordedFacts, 'tell'>;
  readonly random: RandomStream;
  readonly clock: Clock;
}

/** An inspector at work. */
export interface Inspecting {
  /** Where it is opened, with the tokens, if it is served at `base`. */
  urls(base: string): { readonly view: string; readonly control: string | undefined };
  /** Who is refused is so at once; who is let in may have to wait. */
  answer(asked: Asked): Answer | Promise<Answer>;
  close(): void;
}

/** What `inspector()` returns, for the runtime that it is given to. */
export interface InspectorPart {
  attach(inspected: Inspected): Inspecting;
}
