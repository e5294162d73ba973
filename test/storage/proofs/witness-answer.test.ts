import { describe, expect, it } from 'vitest';
import { signingKey } from '../../../storage/ed25519.ts';
import { formatSignature } from '../../../storage/proofs/note.ts';
import { formatNoteKey } from '../../../storage/proofs/note-key.ts';
import { cosign, signNote } from '../../../storage/proofs/note-signature.ts';
import {
  conflictAt,
  cosignatureIn,
  cosignedBy,
  refusedWith,
  sizeIn,
} from '../../../storage/proofs/witness-answer.ts';
import { secretOf } from '../store.fixture.ts';
import { checkpointAt, cosigner, cosignerKey, log, timeS } from '../witness.fixture.ts';
import { bitsFlipped, reasonOf } from './rfc6962.ts';

const note = checkpointAt(5);
const cosignature = cosign(note.text, cosigner, timeS);
const line = formatSignature(cosignature);

const refused = (body: string): string | undefined =>
  reasonOf(() => cosignatureIn(body, note, cosignerKey));

describe('the answer of a witness', () => {
  it('is what the specification says', () => {
    const plain = 'text/plain; charset=utf-8';
    expect([cosignedBy(cosignature), conflictAt(7), refusedWith(404, 'none')]).toEqual([
      { status: 200, contentType: plain, body: line },
      { status: 409, contentType: 'text/x.tlog.size', body: '7\n' },
      { status: 404, contentType: plain, body: 'none\n' },
    ]);
  });

  it('tells a size in decimal, in one line, or none', () => {
    expect(['7\n', '0\n', '7', '07\n', '7\n\n', ' 7\n', ''].map(sizeIn)).toEqual([
      7,
      0,
      ...Array(5),
    ]);
  });

  it('is taken for its own signature, whatever others have signed there', () => {
    const stranger = formatSignature(
      cosign(note.text, { ...log, key: signingKey(secretOf(9)) }, timeS),
    );
    for (const body of [line, stranger + line, line + stranger, line + line]) {
      expect(cosignatureIn(body, note, cosignerKey)).toEqual(cosignature);
    }
    expect(refused(stranger)).toBe(
      `the answer of the witness does not hold: ${formatNoteKey(cosignerKey)} has not signed it`,
    );
  });

  it('is refused when the line of the witness is forged', () => {
    const because = 'the note is not to be trusted: the signature of witness.example/w1 is forged';
    const forged = bitsFlipped(cosignature.signature).map((signature) =>
      refused(formatSignature({ ...cosignature, signature })),
    );
    expect(new Set(forged)).toEqual(new Set([because]));
    expect(refused(formatSignature(cosign(checkpointAt(6).text, cosigner, timeS)))).toBe(because);
    const asNote = { ...signNote(note.text, cosigner), keyId: cosignature.keyId };
    expect(refused(formatSignature(asNote))).toBe(because);
  });

  it('may not say what it is that was signed', () => {
    const other = checkpointAt(6).text;
    const body = `— a AAAAAAAA\n\n${formatSignature(cosign(other, cosigner, timeS))}`;
    expect(refused(body)).toBe(
      'the answer of the witness does not hold: it holds more than signatures',
    );
    expect(refused('')).toBe('the note is malformed: signature 1 is not a dash, a name and base64');
  });
});
