import type { AuditGap, AuditRecord } from './audit.ts';

const REDACTED = '[redacted]';

/**
 * The record with `[redacted]` for each field that `paths` name, as in `data.card.number`, whatever
 * it held. A list counts as each of its entries; what is not there stays away.
 */
export function redactFields(
  read: AuditRecord | AuditGap,
  paths: readonly string[],
): AuditRecord | AuditGap {
  if (read.kind === 'gap') return read;
  const event = paths.reduce<unknown>(
    (from, path) => without(from, path.split('.')),
    read.event,
  ) as AuditRecord['event'];
  return { ...read, event };
}

/** A field may have dots in its own name: `data.a.b` is also `a.b` of `data`. */
function without(from: unknown, path: readonly string[]): unknown {
  if (path.length === 0) return REDACTED;
  if (Array.isArray(from)) return from.map((entry) => without(entry, path));
  if (typeof from !== 'object' || from === null) return from;
  let changed: object = from;
  for (let taken = 1; taken <= path.length; taken += 1) {
    const name = path.slice(0, taken).join('.');
    if (!Object.hasOwn(changed, name)) continue;
    const value = without(Reflect.get(changed, name), path.slice(taken));
    changed = Object.fromEntries(
      Object.entries(changed).map(([key, old]) => [key, key === name ? value : old]),
    );
  }
  return changed;
}
