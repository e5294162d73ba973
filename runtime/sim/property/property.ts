import { writeFileSync } from 'node:fs';
import { ndjson } from '../trace.ts';
import { findFailure, type SearchOptions } from './failure.ts';
import { report } from './report.ts';
import type { Playbook } from './trial.ts';

export interface PropertyOptions<Workload = unknown> extends SearchOptions<Workload> {
  /** Where to write the trace of a failure, as NDJSON. */
  readonly traceFile?: string;
}

/**
 * A test function for vitest, node:test and their like: `it('survives', property('orders', …))`.
 * It rejects with one Error, whose message is the whole report, if an invariant does not hold.
 */
export function property<State, Workload = unknown>(
  name: string,
  playbook: Playbook<State, Workload>,
  options: PropertyOptions<Workload>,
): () => Promise<void> {
  return async () => {
    const { traceFile, ...search } = options;
    const failure = await findFailure(playbook, search);
    if (failure === undefined) return;
    if (traceFile !== undefined) writeFileSync(traceFile, ndjson(failure.result.trace));
    throw new Error(report(name, failure, traceFile));
  };
}
