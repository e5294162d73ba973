import { describe, expect, it } from 'vitest';
import { signingKey } from '../../../storage/ed25519.ts';
import { formatCheckpoint } from '../../../storage/proofs/checkpoint.ts';
import { type LogTrust, openCheckpoint } from '../../../storage/proofs/log-trust.ts';
import type { Note } from '../../../storage/proofs/note.ts';
import { noteKeyTypes } from '../../../storage/proofs/note-key.ts';
import { cosign, noteKeyOf, signNote } from '../../../storage/proofs/note-signature.ts';
import { bytes32, secretOf } from '../store.fixture.ts';
import { reasonOf } from './rfc6962.ts';

const log = { name: 'example.com/log', key: signingKey(secretOf(1)) };
const successor = { name: 'example.com/log', key: signingKey(secretOf(2)) };
const witness = { name: 'witness.example/w1', key: signingKey(secretOf(3)) };
const [logKey, nextKey] = [log, successor].map((one) => noteKeyOf(one, noteKeyTypes.signature));
const witnessKey = noteKeyOf(witness, noteKeyTypes.cosignature);
if (!logKey || !nextKey) throw new Error('a key is missing');

const checkpoint = { origin: 'example.com/log', size: 7, root: bytes32(1), extensions: [] };
const text = formatCheckpoint(checkpoint);
const trust: LogTrust = { origin: checkpoint.origin, log: [logKey], witnesses: [witnessKey] };

const refused = (note: Note, of: LogTrust = trust): string | undefined =>
  reasonOf(() => openCheckpoint(note, of));

describe('a checkpoint is trusted', () => {
  it('if its log signed it, and says which witnesses did too', () => {
    const signatures = [signNote(text, log), cosign(text, witness, 9), signNote(text, successor)];
    expect(openCheckpoint({ text, signatures }, trust)).toEqual({
      checkpoint,
      signatures: [{ key: logKey }, { key: witnessKey, timeS: 9 }],
    });
  });

  it('by any key that its log has, once it has more than one', () => {
    const rotated = { ...trust, log: [logKey, nextKey] };
    const note = { text, signatures: [signNote(text, successor)] };
    expect(openCheckpoint(note, rotated).signatures).toEqual([{ key: nextKey }]);
  });

  it('not if it is of another log, whoever signed it', () => {
    const other = formatCheckpoint({ ...checkpoint, origin: 'example.com/other' });
    expect(refused({ text: other, signatures: [signNote(other, log)] })).toBe(
      'the checkpoint is not to be trusted: it is of another log',
    );
  });

  it('not if only a witness, or a key that its log has no more, signed it', () => {
    expect(refused({ text, signatures: [cosign(text, witness, 9)] })).toBe(
      'the checkpoint is not to be trusted: no key of the log has signed it',
    );
    expect(refused({ text, signatures: [signNote(text, successor)] })).toBe(
      'the note is not to be trusted: no known key has signed it',
    );
  });

  it('not if a witness line is forged', () => {
    const forged = { ...cosign(text, witness, 9), signature: new Uint8Array(72) };
    expect(refused({ text, signatures: [signNote(text, log), forged] })).toBe(
      'the note is not to be trusted: the signature of witness.example/w1 is forged',
    );
  });

  it('not if the note is none of a checkpoint', () => {
    expect(refused({ text: 'hello\n', signatures: [signNote('hello\n', log)] })).toBe(
      'the checkpoint is malformed: it has less than three lines',
    );
  });
});
