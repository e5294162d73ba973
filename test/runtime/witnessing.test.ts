import { describe, expect, it } from 'vitest';
import type { PostToWitness } from '../../runtime/options/witnessing.ts';
import { createRuntime } from '../../runtime/runtime.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import { text } from '../../storage/bytes.ts';
import { openCheckpoint } from '../../storage/proofs/log-trust.ts';
import { formatNote, parseNote } from '../../storage/proofs/note.ts';
import { parseNoteKey } from '../../storage/proofs/note-key.ts';
import { parseReceipt, verifyReceipt } from '../../storage/proofs/receipt.ts';
import { audited, refusal, settled } from './audit-stage.ts';
import { refusalOf } from './options/refusal.ts';

type Stage = Awaited<ReturnType<typeof grown>>;
type Notary = Awaited<ReturnType<typeof notaryFor>>;

/** A log with `count` records of its own. */
async function grown(count: number, world = simWorld({ seed: 1 })) {
  const stage = await audited({}, world);
  const appends = Array.from({ length: count }, (_, n) =>
    stage.log.append({ type: 'price.changed', data: n }),
  );
  await settled(world, Promise.all(appends));
  return stage;
}

/** Another runtime, that witnesses the log; and the first lines of what it is sent. */
async function notaryFor({ log }: Stage, seed = 2) {
  const { witness } = await createRuntime({ world: simWorld({ seed }) });
  witness.trust({ verifierKey: log.verifierKey });
  const asked: string[] = [];
  const post: PostToWitness = async (body) => {
    asked.push(body.split('\n')[0] ?? '');
    return await witness.add(body);
  };
  return { witness, verifierKey: witness.verifierKey, post, asked };
}

function trustIn({ log }: Stage, ...notaries: readonly Notary[]) {
  const key = parseNoteKey(log.verifierKey);
  const witnesses = notaries.map(({ verifierKey }) => parseNoteKey(verifierKey));
  return { origin: key.name, log: [key], witnesses };
}

/** The size of a checkpoint, and who vouches for it. */
function vouched(checkpoint: string, stage: Stage, ...notaries: readonly Notary[]) {
  const opened = openCheckpoint(parseNote(text(checkpoint)), trustIn(stage, ...notaries));
  return [opened.checkpoint.size, ...opened.signatures.map((one) => one.key.name)];
}

const asks = (stage: Stage, notary: Pick<Notary, 'verifierKey' | 'post'>, checkpoint?: string) => {
  const { verifierKey, post } = notary;
  return settled(stage.world, stage.log.witnessedBy({ verifierKey, post }).cosign(checkpoint));
};

describe('a log that has a witness', () => {
  it('has its checkpoints cosigned, each going on from the last', async () => {
    const stage = await grown(3);
    const { world, log } = stage;
    const notary = await notaryFor(stage);
    const witnessing = log.witnessedBy({ verifierKey: notary.verifierKey, post: notary.post });
    const seen = [];
    const names = [log, notary].map(({ verifierKey }) => parseNoteKey(verifierKey).name);
    for (const more of [0, 0, 300, 1]) {
      for (let n = 0; n < more; n++) void log.append({ type: 'price.changed' });
      await world.clock.advanceAsync(0);
      const { size } = log.status();
      const cosigned = await settled(world, witnessing.cosign());
      expect(vouched(cosigned, stage, notary)).toEqual([size, ...names]);
      seen.push(size);
    }
    const [first, second, third] = seen;
    expect(notary.asked).toEqual(['old 0', `old ${first}`, `old ${second}`, `old ${third}`]);
  });

  it('learns from the witness what it had cosigned before', async () => {
    const stage = await grown(3);
    const notary = await notaryFor(stage);
    await asks(stage, notary);
    const { size } = stage.log.status();
    await settled(stage.world, stage.log.append({ type: 'price.changed' }));
    expect(vouched(await asks(stage, notary), stage, notary)[0]).toBe(stage.log.status().size);
    expect(notary.asked).toEqual(['old 0', 'old 0', `old ${size}`]);
  });

  it('has one checkpoint cosigned by several, though it has grown meanwhile', async () => {
    const stage = await grown(3);
    const [one, other] = [await notaryFor(stage), await notaryFor(stage, 3)];
    const { size } = stage.log.status();
    const first = await asks(stage, one);
    await settled(stage.world, stage.log.append({ type: 'price.changed' }));
    const both = await asks(stage, other, first);
    expect(vouched(both, stage, one, other)).toEqual([
      size,
      ...[stage.log, one, other].map(({ verifierKey }) => parseNoteKey(verifierKey).name),
    ]);
    const again = await asks(stage, other, both);
    expect(parseNote(text(again)).signatures).toHaveLength(3);
  });

  it('gives receipts that carry what the witness has signed', async () => {
    const stage = await grown(9);
    const { world, log } = stage;
    const notary = await notaryFor(stage);
    const checkpoint = await asks(stage, notary);
    expect(log.status().unanchored).toBe(0);
    await settled(world, log.append({ type: 'price.changed' }));
    const receipt = parseReceipt(text(await settled(world, log.prove(4, { checkpoint }))));
    expect(Buffer.from(formatNote(receipt.note)).toString()).toBe(checkpoint);
    const { extra = new Uint8Array() } = receipt;
    const shown = { salt: extra.subarray(0, 16), record: extra.subarray(16) };
    const trust = trustIn(stage, notary);
    expect(verifyReceipt(receipt, shown, trust).signatures).toHaveLength(2);
    const other = await grown(3, simWorld({ seed: 4 }));
    const foreign = await settled(other.world, other.log.checkpoint());
    expect(await refusal(settled(world, log.prove(4, { checkpoint: foreign })))).toBe(
      'AUDIT_UNPROVEN: the checkpoint is not to be trusted: it is of another log',
    );
  });

  it('has only its own checkpoints cosigned', async () => {
    const stage = await grown(3);
    const notary = await notaryFor(stage);
    const other = await grown(3, simWorld({ seed: 4 }));
    const foreign = await settled(other.world, other.log.checkpoint());
    expect(await refusal(asks(stage, notary, foreign))).toBe(
      'AUDIT_UNPROVEN: the checkpoint is not to be trusted: it is of another log',
    );
    expect(notary.asked).toEqual([]);
  });

  it('is told that it was rolled back', async () => {
    const stage = await grown(9);
    const notary = await notaryFor(stage);
    await asks(stage, notary);
    // The same seed makes the same store and key.
    const back = await grown(2);
    expect(await refusal(asks(back, notary))).toBe(
      'WITNESS_REFUSED: the witness does not vouch for the log: it cosigned size ' +
        `${stage.log.status().size}, above size ${back.log.status().size} of the checkpoint`,
    );
  });

  it('is told that it is not what it was', async () => {
    const stage = await grown(3);
    const notary = await notaryFor(stage);
    await asks(stage, notary);
    const { size } = stage.log.status();
    const fork = await audited();
    const append = (type: string) => settled(fork.world, fork.log.append({ type }));
    while (fork.log.status().size < size) await append('order.placed');
    expect(await refusal(asks(fork, notary))).toBe(
      'WITNESS_REFUSED: the witness does not vouch for the log: ' +
        `it cosigned another log of size ${size}`,
    );
    await append('order.placed');
    expect(await refusal(asks(fork, notary))).toBe(
      'WITNESS_REFUSED: the witness answered 422: the consistency proof does not hold: ' +
        'it leads to another root of the older tree',
    );
  });

  it('is told that its key is retired', async () => {
    const stage = await grown(3);
    const notary = await notaryFor(stage);
    const { verifierKey } = stage.log;
    notary.witness.retire({ verifierKey });
    expect(await refusal(asks(stage, notary))).toBe(
      'WITNESS_REFUSED: the witness answered 403: the note is not to be trusted: ' +
        `no known key has signed it: ${verifierKey} is retired`,
    );
  });
});

it('a log is witnessed by keys of witnesses only', async () => {
  const { log } = await grown(0);
  const post: PostToWitness = async () => ({ status: 200, body: '' });
  expect(refusalOf(() => log.witnessedBy({ verifierKey: log.verifierKey, post }))).toMatch(
    /^RangeError: witnessedBy.verifierKey must be a .* key, but its type is 1 instead of 4, got /,
  );
});
