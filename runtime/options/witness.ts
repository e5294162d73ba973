import { z } from 'zod';
import { noteKeyTypes } from '../../storage/proofs/note-key.ts';
import { verifierKey } from './verifier-key.ts';

const origin = 'must be a line of 1 to 200 characters';

/** What `trust` and `retire` of a witness take. */
export const logOptions = z
  .strictObject(
    {
      verifierKey: verifierKey(noteKeyTypes.signature).describe('signs the checkpoints of the log'),
      origin: z
        .string({ error: origin })
        .regex(/^.{1,200}$/u, origin)
        .optional()
        .describe('first line of its checkpoints; by default the name of the key'),
    },
    { error: 'must be an object' },
  )
  .transform(({ verifierKey: key, origin: named = key.name }) => ({ key, origin: named }));

export type LogInput = z.input<typeof logOptions>;
