import { z } from 'zod';

/** What a CloudEvents 1.0 event may not be without. */
const DISPENSABLE = /^(?!(?:specversion|id|source|type|time|auditindex)(?:\.|$))/;
const shape = 'must be dotted names, of at most 200 characters in all';

/** Fields that an export leaves out, as in `data.card.number`. */
export const redactedFields = z
  .array(
    z
      .string({ error: shape })
      .max(200, shape)
      .regex(/^[^.]+(\.[^.]+)*$/, shape)

      .regex(DISPENSABLE, 'must name a field that an event can do without'),
    { error: 'must be an array of dotted names' },
  )
  .max(64, 'must be at most 64 fields')
  .default([])
  .describe('fields whose values are left out, by dotted names; lists count as what is in them');
