import { expect, it } from 'vitest';
import { peerWitnessAnswer, peerWitnessRequest } from '../../../runtime/options/peer-witness.ts';
import { readOptions } from '../../../runtime/options/read.ts';
import { formatNoteKey } from '../../../storage/proofs/note-key.ts';
import { cosignerKey, logKey } from '../../storage/witness.fixture.ts';
import { refusalOf } from './refusal.ts';

const verifierKey = formatNoteKey(logKey);
const ofWitness = formatNoteKey(cosignerKey);

it('a peer asks with the key of its log, and is answered with that of the witness', () => {
  expect([
    readOptions(peerWitnessRequest, 'request', { verifierKey, request: 'old 0' }),
    readOptions(peerWitnessAnswer, 'answer', { verifierKey: ofWitness, status: 200, body: '' }),
  ]).toEqual([
    { verifierKey: logKey, request: 'old 0' },
    { verifierKey: cosignerKey, status: 200, body: '' },
  ]);
});

it.each([
  ['old 0', 'TypeError: request must be { verifierKey, request }, got "old 0"'],
  [{ verifierKey }, 'TypeError: request.request must be a string of at most 65536 characters'],
  [{ verifierKey, request: 'x'.repeat(65_537) }, 'RangeError: request.request must be a string'],
  [{ verifierKey, request: '', more: 1 }, 'TypeError: request.more is not an option'],
  [{ verifierKey: ofWitness, request: '' }, 'RangeError: request.verifierKey must be a verifier'],
])('anything else is refused: %#', (given, message) => {
  expect(refusalOf(() => readOptions(peerWitnessRequest, 'request', given))).toContain(message);
});
