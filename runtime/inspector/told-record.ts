import { reservedPrefix } from '../../actors/fact-family.ts';
import type { AuditRecord } from '../audit.ts';
import { maskName } from '../masking.ts';
import { Redactor } from '../redaction.ts';
import type { ToldRecord } from './panel-shapes.ts';

/** What an embedder put on record is named as it likes. */
const strict = Redactor.ofOthers([]);

/** A record as a stranger may see it. What a fact holds was redacted before it was written. */
export function toldRecord({ index, event }: AuditRecord): ToldRecord {
  const { id, type, subject, time, data, causationid } = event;
  const isFact = reservedPrefix(type) !== undefined;
  return {
    index,
    time,
    type: maskName(type),
    ...(subject === undefined ? {} : { subject: maskName(subject) }),
    id,
    ...(causationid === undefined ? {} : { causationid: maskName(causationid) }),
    data: isFact ? data : strict.redact(data),
  };
}
