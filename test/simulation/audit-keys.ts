import type { AuditLog } from '../../runtime/audit.ts';
import { openCheckpoint } from '../../storage/proofs/log-trust.ts';
import { parseNote } from '../../storage/proofs/note.ts';
import { parseNoteKey } from '../../storage/proofs/note-key.ts';

/** A verifier key of the log that another one has replaced, as somebody was promised. */
export interface Retired {
  readonly key: string;
  readonly atMs: number;
}

export interface Rotation {
  readonly retired: string;
  /** Signed by that key and the next one, unless `problem` says which it lacks. */
  readonly checkpoint: string;
  readonly problem: string | undefined;
}

/** Has the next audit key take over, as somebody who knows the present one sees it. */
export async function rotateKey(log: AuditLog): Promise<Rotation> {
  const retired = log.verifierKey;
  const { verifierKey, checkpoint } = await log.rotateKey();
  const lacking = [retired, verifierKey].find((key) => !isSigned(checkpoint, key));
  const isSame = verifierKey === retired;
  const problem = isSame ? 'a key took over from itself' : lacking && `${lacking} did not sign`;
  return { retired, checkpoint, problem };
}

function isSigned(checkpoint: string, verifierKey: string): boolean {
  const key = parseNoteKey(verifierKey);
  try {
    openCheckpoint(parseNote(Buffer.from(checkpoint)), {
      origin: key.name,
      log: [key],
      witnesses: [],
    });
    return true;
  } catch {
    return false;
  }
}
