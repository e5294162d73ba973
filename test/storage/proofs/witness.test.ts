import { describe, expect, it } from 'vitest';
import { concat, text } from '../../../storage/bytes.ts';
import { signingKey } from '../../../storage/ed25519.ts';
import { formatNote, formatSignature, parseNote } from '../../../storage/proofs/note.ts';
import { formatNoteKey, noteKeyTypes } from '../../../storage/proofs/note-key.ts';
import { cosign, noteKeyOf, signNote, verifyNote } from '../../../storage/proofs/note-signature.ts';
import { WITNESSED_LOGS_MAX } from '../../../storage/proofs/witness.ts';
import { formatWitnessRequest } from '../../../storage/proofs/witness-request.ts';
import fc from '../../fast-check.ts';
import { secretOf } from '../store.fixture.ts';
import {
  checkpointAt,
  cosigner,
  cosignerKey,
  log,
  logKey,
  requestFor,
  said,
  timeS,
  witnessOver,
} from '../witness.fixture.ts';
import { proofByHand } from './rfc6962.ts';

const next = { name: log.name, key: signingKey(secretOf(7)) };
const nextKey = noteKeyOf(next, noteKeyTypes.signature);

/** What a witness that cosigned size 5 says. */
async function saidAt5(request: Uint8Array): Promise<string> {
  const witness = witnessOver();
  await witness.add(requestFor(0, 5));
  return said(await witness.add(request));
}

describe('a witness', () => {
  it('cosigns what a log has signed, and after it what goes on from there', async () => {
    const witness = witnessOver();
    for (const [older, newer] of [
      [0, 0],
      [0, 5],
      [5, 5],
      [5, 300],
      [300, 301],
    ] as const) {
      const note = checkpointAt(newer);
      const answer = await witness.add(requestFor(older, newer));
      expect(answer).toEqual({
        status: 200,
        contentType: 'text/plain; charset=utf-8',
        body: formatSignature(cosign(note.text, cosigner, timeS)),
      });
      const cosigned = parseNote(concat(formatNote(note), text(answer.body)));
      expect(verifyNote(cosigned, [logKey, cosignerKey])).toEqual([
        { key: logKey },
        { key: cosignerKey, timeS },
      ]);
    }
  });

  it('says which size it has to whom takes it for another', async () => {
    const witness = witnessOver();
    await witness.add(requestFor(0, 5));
    expect(await witness.add(requestFor(0, 9))).toEqual({
      status: 409,
      contentType: 'text/x.tlog.size',
      body: '5\n',
    });
    expect(said(await witness.add(requestFor(7, 9)))).toBe('409 5');
    expect(said(await witnessOver().add(requestFor(3, 9)))).toBe('409 0');
  });

  it('cosigns no other tree of a size that it cosigned, and tells of the fork', async () => {
    const forks: unknown[] = [];
    const witness = witnessOver(undefined, (origin, size) => forks.push([origin, size]));
    await witness.add(requestFor(0, 5));
    const fork = checkpointAt(5, { from: 100 });
    const { text: signed } = fork;
    const unsigned = { text: signed, signatures: checkpointAt(5, { by: next }).signatures };
    const bodies = [requestFor(5, 5, unsigned), requestFor(0, 9), requestFor(5, 5)];
    for (const body of bodies) await witness.add(body);
    expect(forks).toEqual([]);
    for (const older of [5, 0]) {
      expect(said(await witness.add(requestFor(older, 5, fork)))).toBe('409 5');
    }
    expect(forks).toEqual([
      [log.name, 5],
      [log.name, 5],
    ]);
  });

  it('cosigns no tree that does not go on from the one it cosigned', async () => {
    const fork = formatWitnessRequest({
      oldSize: 5,
      proof: proofByHand(5, 0, 9),
      note: checkpointAt(9, { from: 100 }),
    });
    const because = 'the consistency proof does not hold: ';
    expect(await saidAt5(fork)).toBe(`422 ${because}it leads to another root of the newer tree`);
    const unproved = formatWitnessRequest({ oldSize: 5, proof: [], note: checkpointAt(9) });
    expect(await saidAt5(unproved)).toBe(`422 ${because}it must have 5 hashes, and has 0`);
    const [hash = new Uint8Array()] = proofByHand(5, 0, 9);
    const idle = formatWitnessRequest({ oldSize: 5, proof: [hash], note: checkpointAt(5) });
    expect(await saidAt5(idle)).toBe(`422 ${because}it must have 0 hashes, and has 1`);
    const first = formatWitnessRequest({ oldSize: 0, proof: [hash], note: checkpointAt(5) });
    expect(said(await witnessOver().add(first))).toBe('422 a proof from size 0 must be empty');
  });

  it('refuses what makes no sense, says why, and has forgotten nothing', async () => {
    const witness = witnessOver();
    await witness.add(requestFor(0, 5));
    const bad = [
      ['old', '400 the request is malformed: no empty line comes before its checkpoint'],
      [
        '\n\n',
        '400 the request is malformed: its first line is not "old" and a decimal number ' +
          'up to 2^53 - 1',
      ],
      [
        'old 5\n\nexample.com/log\n9\n\n— a b\n',
        '400 the note is malformed: signature 1 is no base64',
      ],
      [
        'old 5\n\nexample.com/log\n\n— a AAAAAAAA\n',
        '400 the checkpoint is malformed: it has less than three lines',
      ],
    ] as const;
    for (const [body, because] of bad) expect(said(await witness.add(text(body)))).toBe(because);
    expect(said(await witness.add(requestFor(10, 9)))).toBe(
      '400 old size 10 is above size 9 of the checkpoint',
    );
    expect(said(await witness.add(requestFor(5, 9)))).toMatch(/^200 /);
  });

  it('knows no log but those it was told of', async () => {
    const note = checkpointAt(9, { origin: 'example.com/other' });
    expect(await saidAt5(requestFor(0, 9, note))).toBe(
      '404 no log example.com/other is witnessed here',
    );
  });

  it('believes no key but those it was told of for that log', async () => {
    const untrusted = '403 the note is not to be trusted: no known key has signed it';
    expect(await saidAt5(requestFor(5, 9, checkpointAt(9, { by: next })))).toBe(untrusted);
    const witness = witnessOver();
    witness.trust('example.com/other', nextKey);
    const note = checkpointAt(9, { by: next });
    expect(said(await witness.add(requestFor(0, 9, note)))).toBe(untrusted);
    const { text: signed, signatures } = checkpointAt(9);
    const forged = { text: signed.replace('\n9\n', '\n8\n'), signatures };
    expect(said(await witness.add(requestFor(0, 8, forged)))).toBe(
      '403 the note is not to be trusted: the signature of example.com/log is forged',
    );
  });

  it('believes a retired key no more, and the one after it', async () => {
    const witness = witnessOver();
    witness.trust(log.name, nextKey);
    expect(said(await witness.add(requestFor(0, 5)))).toMatch(/^200 /);
    witness.retire(log.name, logKey);
    const retired = formatNoteKey(logKey);
    expect(said(await witness.add(requestFor(5, 9)))).toBe(
      `403 the note is not to be trusted: no known key has signed it: ${retired} is retired`,
    );
    const both = checkpointAt(9);
    const signatures = [...both.signatures, signNote(both.text, next)];
    const note = { text: both.text, signatures };
    expect(said(await witness.add(requestFor(5, 9, note)))).toMatch(/^200 /);
    witness.trust(log.name, logKey);
    expect(said(await witness.add(requestFor(9, 12)))).toMatch(/^200 /);
  });

  it('has room for 1,000 logs, and for further keys of those', () => {
    const witness = witnessOver();
    const taken = Array.from({ length: WITNESSED_LOGS_MAX }, (_, n) =>
      witness.trust(`${n}`, logKey),
    );
    expect(taken.lastIndexOf(true)).toBe(WITNESSED_LOGS_MAX - 2);
    expect([taken.at(-1), witness.trust('0', nextKey)]).toEqual([false, true]);
  });
});

it('a witness answers whatever it is sent, and cosigns none of it', async () => {
  const witness = witnessOver();
  await witness.add(requestFor(0, 5));
  const good = [requestFor(5, 9), requestFor(0, 5), requestFor(9, 5)];
  const change = fc.record({
    request: fc.constantFrom(...good),
    at: fc.nat(),
    cut: fc.nat(20),
    put: fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.constantFrom('\n', '\n\n', ' ', '0').map(text),
    ),
  });
  await fc.assert(
    fc.asyncProperty(change, async ({ request, at, cut, put }) => {
      const start = at % request.length;
      const body = concat(request.slice(0, start), put, request.slice(start + cut));
      if (good.some((same) => Buffer.compare(same, body) === 0)) return;
      const { status, body: answer } = await witness.add(body);
      expect([400, 403, 404, 409, 422]).toContain(status);
      expect(answer).toMatch(/^[^—]+\n$/);
    }),
    { numRuns: 500 },
  );
});
