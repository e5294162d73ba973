import { describe, expect, it } from 'vitest';
import { LogProofs } from '../../actors/log-proofs.ts';
import { logSigners } from '../../storage/log-signer.ts';
import { parseCheckpoint } from '../../storage/proofs/checkpoint.ts';
import type { StoredRecord } from '../../storage/read.ts';
import { memoryStage } from '../storage/log-stage.ts';
import { leafAt, pathByHand, rootByHand } from '../storage/proofs/rfc6962.ts';

/** A log whose leaves begin with leaf `start` of all, and what is read of it. */
function proofs(log: { size: number; start: number; onRead?: () => void }) {
  const reads: string[] = [];
  const read = async function* ({ from = 0, to = 0 }): AsyncGenerator<StoredRecord> {
    reads.push(`${from}-${to}`);
    for (let index = from; index < to; index++) {
      const leaf = leafAt(log.start + index);
      yield { index, block: 0, leaf, record: new Uint8Array([index]), salt: new Uint8Array(16) };
    }
    log.onRead?.();
  };
  const status = () => ({ size: log.size });
  const { place } = memoryStage();
  const signers = logSigners(place);
  return { reads, all: new LogProofs(place, { read, status, signers }) };
}

describe('the proofs of a log', () => {
  it('read each record once for all checkpoints, one after the other', async () => {
    const log = { size: 5, start: 0 };
    const { reads, all } = proofs(log);
    const notes = await Promise.all([all.checkpoint(), all.checkpoint()]);
    log.size = 8;
    notes.push(await all.checkpoint());
    expect([reads, notes.map(({ text }) => parseCheckpoint(text).size)]).toEqual([
      ['0-5', '5-8'],
      [5, 5, 8],
    ]);
  });

  it('are never of two logs, though another one is opened while they are made', async () => {
    const log = {
      size: 4,
      start: 0,
      onRead: () => {
        if (log.start > 0) return;
        log.start = 100;
        all.forget();
      },
    };
    const { all } = proofs(log);
    const { text } = await all.checkpoint();
    expect(parseCheckpoint(text).root).toEqual(rootByHand(100, 104));
  });

  it('stand below a checkpoint that was given out before, as long as the log goes on', async () => {
    const log = { size: 5, start: 0 };
    const { all } = proofs(log);
    const given = await all.checkpoint();
    log.size = 300;
    const { proof, note } = await all.prove(4, given);
    expect([proof, note]).toEqual([pathByHand(4, 0, 5), given]);
    await expect(all.prove(5, given)).rejects.toThrow(
      new RangeError('index must be a whole number from 0, below size 5, got 5'),
    );
    const grown = await all.checkpoint();
    log.size = 20;
    all.forget();
    const rolledBack = 'the log is no longer what the checkpoint says';
    await expect(all.prove(4, grown)).rejects.toThrow(rolledBack);
    log.start = 100;
    all.forget();
    await expect(all.prove(4, given)).rejects.toThrow(rolledBack);
  });

  it('count from the largest checkpoint that was given out', async () => {
    const log = { size: 5, start: 0 };
    const { all } = proofs(log);
    const older = await all.give();
    log.size = 8;
    await all.give();
    await all.noteGiven(older);
    expect(all.given).toBe(8);
  });
});
