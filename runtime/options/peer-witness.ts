import { z } from 'zod';
import { noteKeyTypes } from '../../storage/proofs/note-key.ts';
import { verifierKey } from './verifier-key.ts';
import { witnessAnswer } from './witnessing.ts';

const CHARACTERS_MAX = 65_536;
const request = `must be a string of at most ${CHARACTERS_MAX} characters`;

/** What a peer is asked that is to witness a log: see actors/peer/wire/SPEC.md, section 8. */
export const peerWitnessRequest = z.strictObject(
  {
    verifierKey: verifierKey(noteKeyTypes.signature),
    request: z.string({ error: request }).max(CHARACTERS_MAX, request),
  },
  { error: 'must be { verifierKey, request }' },
);

/** What it answers. */
export const peerWitnessAnswer = witnessAnswer.extend({
  verifierKey: verifierKey(noteKeyTypes.cosignature),
});

export type PeerWitnessRequest = z.output<typeof peerWitnessRequest>;
