import type { AuditFault } from '../../actors/audit-outcome.ts';

/** The error with which an append fails in these tests. */
export class Refusal extends Error {
  readonly code: AuditFault['code'];

  constructor({ code, because }: AuditFault) {
    super(because);
    this.code = code;
  }
}

export const refusalOf = (fault: AuditFault): Refusal => new Refusal(fault);

/** In one word why an append failed. */
export const whyOf = (reason: unknown): string =>
  reason instanceof Refusal ? reason.code : reason instanceof Error ? reason.name : `${reason}`;
