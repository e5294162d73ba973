import { z } from 'zod';
import { noteKeyTypes } from '../../storage/proofs/note-key.ts';
import { number } from './number.ts';
import { verifierKey } from './verifier-key.ts';

/** Sends the body of a POST to `add-checkpoint` of a witness; gives back what it answers. */
export type PostToWitness = (
  body: string,
  context: { readonly signal: AbortSignal },
) => Promise<{ readonly status: number; readonly body: string }>;

/** What `witnessedBy` takes. */
export const witnessingOptions = z.strictObject(
  {
    verifierKey: verifierKey(noteKeyTypes.cosignature).describe('of the witness'),
    post: z
      .custom<PostToWitness>((given) => typeof given === 'function', 'must be a function')
      .describe('sends a request to the witness'),
    timeoutMs: number(1, 600_000).default(10_000).describe('how long an answer may take'),
  },
  { error: 'must be an object' },
);

export type WitnessingInput = z.input<typeof witnessingOptions>;
export type WitnessingOptions = z.output<typeof witnessingOptions>;

/** What `post` has to give back. */
export const witnessAnswer = z.object(
  {
    status: z.number({ error: 'must be a number' }),
    body: z.string({ error: 'must be a string' }),
  },
  { error: 'must be { status, body }' },
);
