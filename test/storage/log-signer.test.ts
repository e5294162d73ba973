import { describe, expect, it } from 'vitest';
import {
  logSigners,
  originOf,
  ownCheckpoint,
  signCheckpoint,
  verifierKeyOf,
} from '../../storage/log-signer.ts';
import { openCheckpoint } from '../../storage/proofs/log-trust.ts';
import { formatNote } from '../../storage/proofs/note.ts';
import { parseNoteKey } from '../../storage/proofs/note-key.ts';
import { memoryStage, records } from './log-stage.ts';
import { rootByHand } from './proofs/rfc6962.ts';

describe('who signs for a log', () => {
  it('is one key of its own, under the name of its store', () => {
    const { place } = memoryStage();
    const key = parseNoteKey(verifierKeyOf(logSigners(place)));
    expect([key.name, originOf(place)]).toEqual([
      'holdfast/0102030405060708090a0b0c0d0e0f10',
      key.name,
    ]);
  });

  it('says what its tree is', () => {
    const { place } = memoryStage();
    const key = parseNoteKey(verifierKeyOf(logSigners(place)));
    const note = signCheckpoint(logSigners(place), { size: 3, root: () => rootByHand(0, 3) });
    const trust = { origin: key.name, log: [key], witnesses: [] };
    expect(openCheckpoint(note, trust)).toEqual({
      checkpoint: { origin: key.name, size: 3, root: rootByHand(0, 3), extensions: [] },
      signatures: [{ key }],
    });
  });

  it('is another one under each audit key, and a retired one vouches for no more', async () => {
    const stage = memoryStage();
    const log = await stage.open();
    await log.append(records('a', 5));
    const before = log.signers;
    const noteOf = (size: number) =>
      formatNote(signCheckpoint(before, { size, root: () => new Uint8Array(32) }));
    await log.rotateKey(log.size);
    await log.rotate();
    expect(verifierKeyOf(log.signers)).not.toBe(verifierKeyOf(before));
    expect(ownCheckpoint(log.signers, noteOf(5)).size).toBe(5);
    expect(() => ownCheckpoint(log.signers, noteOf(6))).toThrow(
      'it is signed by a key that was retired at size 5',
    );
    await log.rotateKey(log.size);
    const { signers } = log;
    await log.close();
    const again = await stage.open();
    expect(verifierKeyOf(again.signers)).toBe(verifierKeyOf(signers));
    expect(ownCheckpoint(again.signers, noteOf(5)).size).toBe(5);
    await again.close();
  });
});
