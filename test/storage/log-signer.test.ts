import { describe, expect, it } from 'vitest';
import { originOf, signCheckpoint, verifierKeyOf } from '../../storage/log-signer.ts';
import { openCheckpoint } from '../../storage/log-trust.ts';
import { parseNoteKey } from '../../storage/note-key.ts';
import { memoryStage } from './log-stage.ts';
import { rootByHand } from './rfc6962.ts';

describe('who signs for a log', () => {
  it('is one key of its own, under the name of its store', () => {
    const { place } = memoryStage();
    const key = parseNoteKey(verifierKeyOf(place));
    expect([key.name, originOf(place)]).toEqual([
      'holdfast/0102030405060708090a0b0c0d0e0f10',
      key.name,
    ]);
  });

  it('says what its tree is', () => {
    const { place } = memoryStage();
    const key = parseNoteKey(verifierKeyOf(place));
    const note = signCheckpoint(place, { size: 3, root: () => rootByHand(0, 3) });
    const trust = { origin: key.name, log: [key], witnesses: [] };
    expect(openCheckpoint(note, trust)).toEqual({
      checkpoint: { origin: key.name, size: 3, root: rootByHand(0, 3), extensions: [] },
      signatures: [{ key }],
    });
  });
});
