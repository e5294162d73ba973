import { z } from 'zod';
import { StorageError } from '../../storage/faults.ts';
import { type NoteKey, type NoteKeyType, parseNoteKey } from '../../storage/proofs/note-key.ts';
import { NONSENSE } from './number.ts';

const CHARACTERS_MAX = 1_024;
const expected = `must be a verifier key of at most ${CHARACTERS_MAX} characters`;

/** A vkey of C2SP's signed notes, for signatures of this type. */
export const verifierKey = (type: NoteKeyType) =>
  z
    .string({ error: expected })
    .max(CHARACTERS_MAX, expected)
    .transform((given, { addIssue }): NoteKey => {
      const key = keyIn(given);
      if (typeof key !== 'string' && key.type === type) return key;
      const because = typeof key === 'string' ? key : `its type is ${key.type} instead of ${type}`;
      addIssue({
        code: 'custom',
        message: `must be a verifier key, but ${because}`,
        params: NONSENSE,
      });
      return z.NEVER;
    });

/** The key, or what is wrong with it. */
function keyIn(given: string): NoteKey | string {
  try {
    return parseNoteKey(given);
  } catch (error) {
    if (error instanceof StorageError) return error.message;
    throw error;
  }
}
