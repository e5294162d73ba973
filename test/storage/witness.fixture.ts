import { VirtualClock } from '../../runtime/sim/clock.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { signingKey } from '../../storage/ed25519.ts';
import type { Files } from '../../storage/ports.ts';
import { formatCheckpoint } from '../../storage/proofs/checkpoint.ts';
import type { Note } from '../../storage/proofs/note.ts';
import { noteKeyTypes } from '../../storage/proofs/note-key.ts';
import { noteKeyOf, signNote } from '../../storage/proofs/note-signature.ts';
import { Witness } from '../../storage/proofs/witness.ts';
import type { WitnessAnswer } from '../../storage/proofs/witness-answer.ts';
import { formatWitnessRequest } from '../../storage/proofs/witness-request.ts';
import { proofByHand, rootByHand } from './proofs/rfc6962.ts';
import { secretOf, storeId } from './store.fixture.ts';

export const log = { name: 'example.com/log', key: signingKey(secretOf(1)) };
export const logKey = noteKeyOf(log, noteKeyTypes.signature);
export const cosigner = { name: 'witness.example/w1', key: signingKey(secretOf(2)) };
export const cosignerKey = noteKeyOf(cosigner, noteKeyTypes.cosignature);

/** 2023-11-14T22:13:20Z */
export const timeS = 1_700_000_000;

/** A checkpoint of the log; of a fork, whose leaves are others. */
export function checkpointAt(size: number, { by = log, from = 0, origin = log.name } = {}): Note {
  const root = rootByHand(from, from + size);
  const text = formatCheckpoint({ origin, size, root, extensions: [] });
  return { text, signatures: [signNote(text, by)] };
}

/** A request for the checkpoint at `size`, from what the witness has to have. */
export const requestFor = (oldSize: number, size: number, note = checkpointAt(size)): Uint8Array =>
  formatWitnessRequest({
    oldSize,
    proof: oldSize > 0 && oldSize <= size ? proofByHand(oldSize, 0, size) : [],
    note,
  });

/** A witness that trusts the log; over the same files it is that witness after a restart. */
export function witnessOver(
  files: Files = new MemoryFiles(),
  onFork: (origin: string, size: number) => void = () => {},
): Witness {
  const witness = new Witness({
    ...{ files, directory: '/witness', key: secretOf(3), storeId },
    clock: new VirtualClock(timeS * 1_000 + 999),
    signer: cosigner,
    onFork,
  });
  witness.trust(log.name, logKey);
  return witness;
}

export const said = ({ status, body }: WitnessAnswer): string => `${status} ${body.trimEnd()}`;
