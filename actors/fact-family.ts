/** What the types of facts begin with. */
const FAMILIES = [
  'actor',
  'audit',
  'breaker',
  'feed',
  'health',
  'inspector',
  'isolation',
  'key',
  'load',
  'mailbox',
  'mode',
  'peer',
  'route',
  'runtime',
  'segment',
  'state',
  'subscriber',
  'supervisor',
  'vm',
] as const;

export type FactType = `${(typeof FAMILIES)[number]}.${string}`;

const RESERVED = new RegExp(`^(?:${[...FAMILIES, 'xstate'].join('|')})\\.`);

/**
 * The beginning of a type that no event of an embedder may have, for its record would pass for one
 * of the runtime: for a gap, an isolation, a kill.
 */
export const reservedPrefix = (type: string): string | undefined => RESERVED.exec(type)?.[0];
