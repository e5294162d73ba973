import type { ToldFact } from './protocol.ts';

/** A fact without where and when: those are said once for all. */
export const toldFact = ({ id, type, subject, data, causationid }: ToldFact): ToldFact => ({
  id,
  type,
  ...(subject === undefined ? {} : { subject }),
  data,
  ...(causationid === undefined ? {} : { causationid }),
});
