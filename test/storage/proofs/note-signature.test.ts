import { describe, expect, it } from 'vitest';
import { signingKey } from '../../../storage/ed25519.ts';
import { formatNote, type Note, parseNote } from '../../../storage/proofs/note.ts';
import {
  keyIdOf,
  type NoteKey,
  noteKeyTypes,
  parseNoteKey,
} from '../../../storage/proofs/note-key.ts';
import { cosign, noteKeyOf, signNote, verifyNote } from '../../../storage/proofs/note-signature.ts';
import { Secret } from '../../../storage/secret.ts';
import { secretOf } from '../store.fixture.ts';
import { bitsFlipped, reasonOf } from './rfc6962.ts';

const text = 'example.com/log\n7\n3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIw=\n';
const log = { name: 'example.com/log', key: signingKey(secretOf(1)) };
const witness = { name: 'witness.example/w1', key: signingKey(secretOf(2)) };
const logKey = noteKeyOf(log, noteKeyTypes.signature);
const witnessKey = noteKeyOf(witness, noteKeyTypes.cosignature);
const timeS = 1_679_315_147;

const note: Note = { text, signatures: [signNote(text, log), cosign(text, witness, timeS)] };

const refused = (of: Note, ...keys: readonly NoteKey[]): string | undefined =>
  reasonOf(() => verifyNote(of, keys))?.replace('the note is not to be trusted: ', '');

const [signature, cosignature] = note.signatures;
if (!signature || !cosignature) throw new Error('a note has lost its signatures');

describe('a signature of a note', () => {
  it('verifies in the example of the specification', () => {
    const key = parseNoteKey(
      'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
    );
    const example = parseNote(
      Buffer.from(
        'This is an example message.\n\n— example.com/foo ' +
          'Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYj' +
          'OBH3mFXmRKuwHjG1Yu72IneyaQM=\n',
      ),
    );
    expect(verifyNote(example, [key])).toEqual([{ key }]);
    expect(refused({ ...example, text: 'This is an example massage.\n' }, key)).toBe(
      'the signature of example.com/foo is forged',
    );
  });

  it('is made as the note package of Go makes it', () => {
    const seed = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64');
    const peter = { name: 'PeterNeumann', key: signingKey(Secret.of(seed.subarray(1))) };
    const words =
      'If you think cryptography is the answer to your problem,\n' +
      "then you don't know what your problem is.\n";
    const signed = formatNote({ text: words, signatures: [signNote(words, peter)] });
    expect(Buffer.from(signed).toString()).toBe(
      `${words}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXg` +
        'KvqfqdngotpRZb6KE6RyyBwJnAM=\n',
    );
  });

  it('is found beside others, after the note was written and read', () => {
    const read = parseNote(formatNote(note));
    expect(verifyNote(read, [logKey, witnessKey])).toEqual([
      { key: logKey },
      { key: witnessKey, timeS },
    ]);
    expect(verifyNote(read, [witnessKey])).toEqual([{ key: witnessKey, timeS }]);
  });

  it('counts once for each key, however often it is there', () => {
    const again = cosign(text, witness, timeS + 1);
    const signatures = [cosignature, signature, cosignature, again];
    expect(verifyNote({ text, signatures }, [logKey, witnessKey])).toEqual([
      { key: witnessKey, timeS },
      { key: logKey },
    ]);
  });

  it('of an unknown key is ignored, even under a known name or id', () => {
    const forged = { ...signature, signature: new Uint8Array(64) };
    const strangers = [
      { ...forged, name: 'example.com/other' },
      { ...forged, keyId: signature.keyId ^ 1 },
      { ...forged, name: 'unknown', keyId: 7, signature: Uint8Array.of(1) },
    ];
    const mixed = { text, signatures: [...strangers, signature] };
    expect(verifyNote(mixed, [logKey])).toEqual([{ key: logKey }]);
    expect(parseNote(formatNote(mixed)).signatures).toHaveLength(4);
    expect(refused({ text, signatures: strangers }, logKey)).toBe('no known key has signed it');
    expect(refused(note)).toBe('no known key has signed it');
  });

  it('of a known key that is forged makes the whole note refused', () => {
    const forged = bitsFlipped(signature.signature).map((bytes) => ({
      text,
      signatures: [{ ...signature, signature: bytes }, cosignature],
    }));
    const reasons = forged.map((bad) => refused(bad, logKey, witnessKey));
    expect(new Set(reasons)).toEqual(new Set(['the signature of example.com/log is forged']));
  });

  it('of one type is none of the other', () => {
    const asCosigner = noteKeyOf(log, noteKeyTypes.cosignature);
    const signatures = [{ ...signature, keyId: keyIdOf(asCosigner) }];
    expect(refused({ text, signatures }, asCosigner)).toBe(
      'the signature of example.com/log is forged',
    );
    expect(refused({ text, signatures: [signature] }, asCosigner)).toBe(
      'no known key has signed it',
    );
  });
});

describe('a cosignature', () => {
  it('begins with its time, as others write it', () => {
    const line =
      'ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gx' +
      'EHWWOworDcFiEBYJXORmnFBOBA==';
    const { signatures } = parseNote(Buffer.from(`x\n\n— w ${line}\n`));
    const theirs = signatures[0]?.signature ?? new Uint8Array();
    const ours = cosign(text, witness, 1_727_964_367).signature;
    expect(theirs).toHaveLength(ours.length);
    expect(theirs.slice(0, 8)).toEqual(ours.slice(0, 8));
  });

  it('signs the time and the whole text, below its heading', () => {
    const message = `cosignature/v1\ntime ${timeS}\n${text}`;
    const plain = signNote(message, witness).signature;
    expect(cosignature.signature.slice(8)).toEqual(plain);
  });

  it('is forged with any bit of its time or bytes flipped, or another length', () => {
    const { signature: bytes } = cosignature;
    const others = [...bitsFlipped(bytes), bytes.slice(0, -1), bytes.slice(0, 8)];
    const reasons = others.map((bad) =>
      refused({ text, signatures: [{ ...cosignature, signature: bad }] }, witnessKey),
    );
    expect(new Set(reasons)).toEqual(new Set(['the signature of witness.example/w1 is forged']));
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('is not made at the time %d', (time) => {
    expect(() => cosign(text, witness, time)).toThrow(RangeError);
  });
});
