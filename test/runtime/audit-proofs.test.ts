import { describe, expect, it } from 'vitest';
import { simWorld } from '../../runtime/sim/world.ts';
import { text } from '../../storage/bytes.ts';
import { verifyConsistency } from '../../storage/proofs/consistency.ts';
import { openCheckpoint } from '../../storage/proofs/log-trust.ts';
import { parseNote } from '../../storage/proofs/note.ts';
import { parseNoteKey } from '../../storage/proofs/note-key.ts';
import { parseReceipt, verifyReceipt } from '../../storage/proofs/receipt.ts';
import { all, audited, ended, refusal, settled } from './audit-stage.ts';

type Stage = Awaited<ReturnType<typeof audited>>;

/** What a stranger needs to know beforehand: the key of the log, and its name, which is in it. */
function trustIn({ log }: Stage) {
  const key = parseNoteKey(log.verifierKey);
  return { origin: key.name, log: [key], witnesses: [] };
}

/** The event that a receipt is for, as a stranger learns it; undefined if it is not disclosed. */
function shownBy(receipt: string, trust: ReturnType<typeof trustIn>): unknown {
  const parsed = parseReceipt(text(receipt));
  const { extra } = parsed;
  if (extra === undefined) return undefined;
  const [salt, record] = [extra.subarray(0, 16), extra.subarray(16)];
  const { checkpoint } = verifyReceipt(parsed, { salt, record }, trust);
  return { size: checkpoint.size, event: JSON.parse(Buffer.from(record).toString()) };
}

async function begin(count: number): Promise<Stage> {
  const stage = await audited();
  const appends = Array.from({ length: count }, (_, n) =>
    stage.log.append({ type: 'price.changed', data: n }),
  );
  await settled(stage.world, Promise.all(appends));
  return stage;
}

describe('what an audit log shows to strangers', () => {
  it('is a checkpoint over all its records, signed by its key', async () => {
    const stage = await begin(300);
    const trust = trustIn(stage);
    const first = await settled(stage.world, stage.log.checkpoint());
    const { checkpoint } = openCheckpoint(parseNote(text(first)), trust);
    expect([checkpoint.origin, checkpoint.size]).toEqual([
      expect.stringMatching(/^holdfast\/[0-9a-f]{32}$/),
      stage.log.status().size,
    ]);
    await settled(stage.world, stage.log.append({ type: 'price.changed' }));
    const second = await settled(stage.world, stage.log.checkpoint());
    expect(openCheckpoint(parseNote(text(second)), trust).checkpoint.size).toBe(
      checkpoint.size + 1,
    );
  });

  it('is the same after a restart', async () => {
    const stage = await begin(10);
    const key = stage.log.verifierKey;
    const before = await settled(stage.world, stage.log.prove(3));
    await ended(stage.world, stage.runtime);
    const next = await audited({}, stage.world);
    const after = await settled(next.world, next.log.prove(3));
    const trust = trustIn(stage);
    expect(next.log.verifierKey).toBe(key);
    expect(shownBy(after, trust)).toMatchObject({
      event: Object(shownBy(before, trust)).event,
    });
  });

  it('is a receipt for each record that holds what was logged', async () => {
    const stage = await begin(270);
    const events = await settled(stage.world, all(stage.log.read()));
    const trust = trustIn(stage);
    const wrong: number[] = [];
    for (const [index, read] of events.entries()) {
      const shown = shownBy(await settled(stage.world, stage.log.prove(index)), trust);
      const { size } = stage.log.status();
      const event = read.kind === 'record' ? read.event : undefined;
      try {
        expect(shown).toEqual({ size, event });
      } catch {
        wrong.push(index);
      }
    }
    expect([events.length > 270, wrong]).toEqual([true, []]);
  });

  it('proves that a record was there after it was shredded, and tells no more of it', async () => {
    const stage = await begin(20);
    const trust = trustIn(stage);
    const before = await settled(stage.world, stage.log.prove(5));
    await settled(stage.world, stage.log.rotate());
    await settled(stage.world, stage.log.shred({ before: 10 ** 6, reason: 'it is old' }));
    const after = await settled(stage.world, stage.log.prove(5));
    const { extra = new Uint8Array() } = parseReceipt(text(before));
    const { index, proof, note, ...rest } = parseReceipt(text(after));
    expect(rest).toEqual({});
    // Who kept the record can show it still.
    const shown = { salt: extra.subarray(0, 16), record: extra.subarray(16) };
    const { checkpoint } = verifyReceipt({ index, proof, note }, shown, trust);
    expect(checkpoint.size).toBe(stage.log.status().size);
  });

  it.each([-1, 1.5, 10_000, Number.NaN])('is nothing for record %d', async (index) => {
    const { log, world } = await begin(1);
    const { size } = log.status();
    expect(await refusal(settled(world, log.prove(index)))).toBe(
      `RangeError: index must be a whole number from 0, below size ${size}, got ${index}`,
    );
  });

  it('is not believed of another log', async () => {
    const stage = await begin(3);
    const other = await audited({}, simWorld({ seed: 2 }));
    const receipt = await settled(stage.world, stage.log.prove(1));
    expect(() => shownBy(receipt, trustIn(other))).toThrow('it is of another log');
  });
});

describe('an anchor, which is a checkpoint that was kept elsewhere', () => {
  const more = ({ world, log }: Stage, type: string) =>
    settled(world, Promise.all(Array.from({ length: 9 }, () => log.append({ type }))));

  it('vouches for the records that it has, and for no later ones', async () => {
    const stage = await begin(20);
    const anchor = await settled(stage.world, stage.log.checkpoint());
    const { size } = stage.log.status();
    await more(stage, 'price.changed');
    const verify = (options = {}) => settled(stage.world, stage.log.verify(options));
    expect([await verify(), await verify({ anchor })]).toMatchObject([
      { verdict: 'ok', size: size + 9, unanchored: size + 9 },
      { verdict: 'ok', size: size + 9, unanchored: 9 },
    ]);
  });

  it('is counted from, by later processes too: what no checkpoint has is unanchored', async () => {
    const stage = await begin(5);
    const gauge = ({ log }: Stage) => log.status().unanchored;
    const seen = [gauge(stage) === stage.log.status().size];
    await settled(stage.world, stage.log.checkpoint());
    seen.push(gauge(stage) === 0);
    await more(stage, 'price.changed');
    seen.push(gauge(stage) === 9);
    await ended(stage.world, stage.runtime);
    const { files } = stage.world;
    const next = await audited({}, stage.world);
    const { size } = next.log.status();
    seen.push(gauge(next) > 9 && gauge(next) < size);
    await ended(next.world, next.runtime);
    await files.replace('/data/audit/checkpoint', text('forged'));
    const last = await audited({}, stage.world);
    seen.push(gauge(last) === last.log.status().size);
    expect(seen).toEqual(seen.map(() => true));
  });

  it('shows that the whole directory was rolled back, which nothing in it can', async () => {
    const stage = await begin(20);
    await ended(stage.world, stage.runtime);
    const image = stage.world.files.image();
    const next = await audited({}, stage.world);
    await more(next, 'price.changed');
    const anchor = await settled(next.world, next.log.checkpoint());
    const had = next.log.status().size;
    await ended(next.world, next.runtime);
    stage.world.files.restore(image);
    const last = await audited({}, stage.world);
    const { size } = last.log.status();
    const verify = (options = {}) => settled(last.world, last.log.verify(options));
    const because = `records ${size} to ${had - 1} are missing, which the anchor has`;
    expect([await verify(), await verify({ anchor })]).toMatchObject([
      { verdict: 'ok', unanchored: size, problems: [] },
      { verdict: 'rolledBack', problems: [{ verdict: 'rolledBack', because }] },
    ]);
    await more(last, 'price.forged');
    await more(last, 'price.forged');
    const forged = `the first ${had} records are not those of the anchor`;
    expect([await verify(), await verify({ anchor })]).toMatchObject([
      { verdict: 'ok', unanchored: size + 18, problems: [] },
      { verdict: 'tampered', problems: [{ verdict: 'tampered', because: forged }] },
    ]);
  });

  it('is refused with the reason if it is none of this log, before anything is read', async () => {
    const stage = await begin(3);
    const other = await audited({}, simWorld({ seed: 2 }));
    const { log, world } = stage;
    const own = await settled(world, log.checkpoint());
    const others = await settled(other.world, other.log.checkpoint());
    const calls: number[] = [];
    const onProgress = (done: number) => void calls.push(done);
    const refused = (anchor: string) => refusal(settled(world, log.verify({ anchor, onProgress })));
    expect([
      await refused(others),
      await refused(own.replace('— holdfast', '— holdfist')),
      await refused(own.replace(/^\d+$/m, '4')),
      await refused('checkpoint\n'),
      await refused(''),
    ]).toEqual([
      'AUDIT_UNPROVEN: the checkpoint is not to be trusted: it is of another log',
      'AUDIT_UNPROVEN: the note is not to be trusted: no known key has signed it',
      expect.stringMatching(/^AUDIT_UNPROVEN: .* the signature of .* is forged$/),
      'AUDIT_UNPROVEN: the note is malformed: no empty line comes before its signatures',
      'RangeError: verify.anchor must be a checkpoint, at most 65536 characters, got ""',
    ]);
    expect(calls).toEqual([]);
  });
});

it('a log is published as files that name the checkpoint, and again as it grows', async () => {
  const stage = await begin(300);
  const { world, log } = stage;
  const publish = () => settled(world, log.publish({ directory: '/site' }));
  const notes = [await publish()];
  await settled(world, log.append({ type: 'price.changed' }));
  notes.push(await publish());
  const trust = trustIn(stage);
  const sizes = notes.map((note) => openCheckpoint(parseNote(text(note)), trust).checkpoint.size);
  const { size } = log.status();
  expect(sizes).toEqual([size - 1, size]);
  expect(await world.files.read('/site/checkpoint')).toEqual(text(notes[1] ?? ''));
  expect(await world.files.list('/site/tile/0')).toEqual(['000', '001.p']);
});

it('a log in memory is published on the disk all the same', async () => {
  const { world, log } = await audited({ dataDir: undefined, masterKey: undefined });
  const note = await settled(world, log.publish({ directory: '/site' }));
  expect(await world.files.read('/site/checkpoint')).toEqual(text(note));
});

it('a log is not published where it would be taken for tampering, or for another log', async () => {
  const { world, log } = await begin(3);
  const other = await audited({ dataDir: '/other' }, world);
  await settled(world, other.log.publish({ directory: '/site' }));
  const before = await world.files.read('/site/checkpoint');
  const refused = (directory: string) => refusal(settled(world, log.publish({ directory })));
  const inside = 'RangeError: publish.directory must lie outside of dataDir';
  expect([
    await refused('/data'),
    await refused('/data/audit/site'),
    await refused('/site'),
    await world.files.read('/site/checkpoint'),
    (await settled(world, log.verify())).verdict,
  ]).toEqual([
    inside,
    inside,
    'AUDIT_UNPROVEN: the checkpoint is not to be trusted: it is of another log',
    before,
    'ok',
  ]);
});

it('any two checkpoints can be shown to be of one log', async () => {
  const stage = await begin(300);
  const { world, log } = stage;
  const trust = trustIn(stage);
  const headOf = (note: string) => openCheckpoint(parseNote(text(note)), trust).checkpoint;
  const older = headOf(await settled(world, log.checkpoint()));
  await settled(world, log.append({ type: 'price.changed' }));
  const newer = headOf(await settled(world, log.checkpoint()));
  await settled(world, log.append({ type: 'price.changed' }));
  const sizes = { fromSize: older.size, toSize: newer.size };
  const proof = await settled(world, log.proveConsistency(sizes));
  const hashes = proof.map((hash) => new Uint8Array(Buffer.from(hash, 'base64')));
  verifyConsistency(older, newer, hashes);
  expect(await refusal(settled(world, log.proveConsistency({ fromSize: 9, toSize: 5 })))).toBe(
    'RangeError: older must be a whole number from 1 to newer 5, got 9',
  );
});
