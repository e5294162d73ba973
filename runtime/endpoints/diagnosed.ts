import type { AuditLog } from '../audit.ts';
import type { Breakers } from '../breakers.ts';
import type { HealthReport } from '../health-report.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Peers } from '../peers.ts';

/** What is told of a runtime. To read it makes nobody else work. */
export interface Diagnosed {
  readonly name: string;
  readonly kernel: Pick<Kernel, 'clock' | 'root' | 'actors' | 'letters'>;
  readonly breakers: Pick<Breakers, 'actors'>;
  readonly audit: Pick<AuditLog, 'status'>;
  readonly peers: Pick<Peers, 'list' | 'usage' | 'feeds' | 'signs'>;
  /** How each part stands that may step down, by name. */
  readonly standings: () => Readonly<Record<string, unknown>>;
  readonly health: () => HealthReport;
  /** True once the tree has failed: nothing but a new process helps. */
  readonly hasFailed: () => boolean;
}
