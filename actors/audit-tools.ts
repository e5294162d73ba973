import type { AuditEvent } from '../machines/audit.machine.ts';
import type { Workplace } from '../storage/place.ts';
import type { Secret } from '../storage/secret.ts';
import type { Verification } from '../storage/verification.ts';
import type { AuditLimits } from './audit-limits.ts';
import type { ErrorOf } from './audit-outcome.ts';

/** What an audit log is made with. */
export interface AuditTools {
  readonly place: Workplace;
  /** It had begun before: if it is gone, that is told. */
  readonly hasLog: boolean;
  /** What is wrong in the directory around it, and is mended once the log is open. */
  readonly problems: Verification['problems'];
  readonly spoolKey: Secret;
  readonly limits: AuditLimits;
  readonly errorOf: ErrorOf;
  /** Before the log is opened: makes what must stand around it, if that is gone. */
  readonly prepare: () => Promise<void>;
}

type Bare<Event> = Event extends AuditEvent ? Omit<Event, 'nowMs' | 'draw'> : never;
/** An event for the chart, before it is dated. */
export type Happening = Bare<AuditEvent>;
