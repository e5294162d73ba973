import { describe, expect, it } from 'vitest';
import { simWorld } from '../../runtime/sim/world.ts';
import { text } from '../../storage/bytes.ts';
import { openCheckpoint } from '../../storage/log-trust.ts';
import { parseNote } from '../../storage/note.ts';
import { parseNoteKey } from '../../storage/note-key.ts';
import { parseReceipt, verifyReceipt } from '../../storage/receipt.ts';
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
