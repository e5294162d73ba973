import { describe, expect, it } from 'vitest';
import { Cosigner } from '../../runtime/cosigner.ts';
import type { PostToWitness } from '../../runtime/options/witnessing.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { signingKey } from '../../storage/ed25519.ts';
import { formatSignature } from '../../storage/proofs/note.ts';
import { formatNoteKey } from '../../storage/proofs/note-key.ts';
import { cosign } from '../../storage/proofs/note-signature.ts';
import { proofByHand } from '../storage/proofs/rfc6962.ts';
import { secretOf } from '../storage/store.fixture.ts';
import {
  checkpointAt,
  cosigner,
  cosignerKey,
  timeS,
  witnessOver,
} from '../storage/witness.fixture.ts';
import { failure, refusal, settled } from './audit-stage.ts';

/** A log, and who has it cosigned by a witness that answers by `post`. */
function asking(post: PostToWitness, timeoutMs = 500) {
  const clock = new VirtualClock(0);
  const log = {
    size: 5,
    checkpoint: async () => checkpointAt(log.size),
    proveConsistency: async (older: number, newer = 0) => proofByHand(older, 0, newer),
  };
  return {
    clock,
    log,
    asked: new Cosigner(log, clock, { verifierKey: cosignerKey, post, timeoutMs }),
  };
}

const answered = (status: number, body: string): Promise<string> =>
  refusal(asking(async () => ({ status, body })).asked.cosign());

const lineBy = (seed: number, size = 5): string =>
  formatSignature(
    cosign(checkpointAt(size).text, { ...cosigner, key: signingKey(secretOf(seed)) }, timeS),
  );

describe('who asks a witness', () => {
  it('begins at what the witness cosigned last, and finds out what that is', async () => {
    const witness = witnessOver();
    const sent: string[] = [];
    const { log, asked } = asking(async (body) => {
      sent.push(body.split('\n')[0] ?? '');
      return await witness.add(Buffer.from(body));
    });
    for (const size of [5, 9]) {
      log.size = size;
      expect((await asked.cosign()).signatures).toEqual([
        ...checkpointAt(size).signatures,
        cosign(checkpointAt(size).text, cosigner, timeS),
      ]);
    }
    const { asked: another } = asking((body) => witness.add(Buffer.from(body)));
    expect(await refusal(another.cosign())).toBe(
      'WITNESS_REFUSED: the witness does not vouch for the log: ' +
        'it cosigned size 9, above size 5 of the checkpoint',
    );
    expect(sent).toEqual(['old 0', 'old 5']);
  });

  it('asks afresh after a witness had said what cannot be', async () => {
    const witness = witnessOver();
    let lies = 1;
    const { asked } = asking(async (body) => {
      lies -= 1;
      return lies === 0 ? { status: 409, body: '9000\n' } : await witness.add(Buffer.from(body));
    });
    expect(await refusal(asked.cosign())).toContain('it cosigned size 9000, above size 5');
    expect((await asked.cosign()).signatures).toHaveLength(2);
  });

  it('asks three times at most', async () => {
    let times = 0;
    const { asked } = asking(async () => {
      times += 1;
      return { status: 409, body: `${times % 2}\n` };
    });
    expect(await refusal(asked.cosign())).toBe(
      'WITNESS_UNAVAILABLE: the witness had cosigned something else 3 times',
    );
    expect(times).toBe(3);
  });

  it('waits no longer than was said, and then wants the answer no more', async () => {
    const signals: AbortSignal[] = [];
    const { clock, asked } = asking((_body, { signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    const cosigned = failure(asked.cosign());
    await clock.advanceAsync(499);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await clock.advanceAsync(1);
    expect(await settled({ clock }, cosigned)).toMatchObject({
      code: 'WITNESS_UNAVAILABLE',
      message: 'the witness gave no answer: not done within 500 ms',
      details: { timeoutMs: 500 },
    });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('is told when no answer comes', async () => {
    const { asked } = asking(() => {
      throw new Error('no route');
    });
    expect(await refusal(asked.cosign())).toBe(
      'WITNESS_UNAVAILABLE: the witness gave no answer: no route',
    );
  });
});

describe('the answer of a witness', () => {
  it('is refused if its line is forged, or another one signed it', async () => {
    const { name } = cosignerKey;
    const unsigned =
      'UNPROVEN: the answer of the witness does not hold: ' +
      `${formatNoteKey(cosignerKey)} has not signed it`;
    expect([await answered(200, lineBy(2, 6)), await answered(200, lineBy(9))]).toEqual([
      `UNPROVEN: the note is not to be trusted: the signature of ${name} is forged`,
      unsigned,
    ]);
  });

  it.each([
    [503, 'later\n', 'WITNESS_UNAVAILABLE: the witness answered 503: later'],
    [404, 'a\u001b[2J\nb', 'WITNESS_REFUSED: the witness answered 404: a [2J b'],
    [400, 'x'.repeat(999), `WITNESS_REFUSED: the witness answered 400: ${'x'.repeat(200)}`],
    [
      409,
      'no size\n',
      'WITNESS_REFUSED: the witness does not vouch for the log: it answered 409 without a size',
    ],
    [
      409,
      '9000\n',
      'WITNESS_REFUSED: the witness does not vouch for the log: ' +
        'it cosigned size 9000, above size 5 of the checkpoint',
    ],
    [
      409,
      '0\n',
      'WITNESS_REFUSED: the witness does not vouch for the log: it cosigned another log of size 0',
    ],
    [
      200,
      'x'.repeat(65_537),
      'WITNESS_REFUSED: the witness does not vouch for the log: ' +
        'its answer has more than 65536 characters',
    ],
    [Number.NaN, '', 'RangeError: post.status must be a number, got NaN'],
  ])('is not believed if it is %d %.9j', async (status, body, because) => {
    expect(await answered(status, body)).toBe(because);
  });
});
