import { describe, expect, it } from 'vitest';
import { type SimWorld, simWorld } from '../../runtime/sim/world.ts';
import { StorageError } from '../../storage/faults.ts';
import { openCheckpoint } from '../../storage/proofs/log-trust.ts';
import { parseNote } from '../../storage/proofs/note.ts';
import { parseNoteKey } from '../../storage/proofs/note-key.ts';
import { all, audited, ended, refusal, settled } from '../runtime/audit-stage.ts';

const trustIn = (verifierKey: string) => {
  const key = parseNoteKey(verifierKey);
  return { origin: key.name, log: [key], witnesses: [] };
};

describe('rotating the audit key', () => {
  it('hands over by a checkpoint that both keys signed, and is on record', async () => {
    const { world, runtime, log } = await audited();
    await settled(world, log.append({ type: 'order.placed' }));
    const before = log.verifierKey;
    const { verifierKey, checkpoint } = await settled(world, log.rotateKey({ reason: 'yearly' }));
    await settled(world, log.append({ type: 'order.placed' }));
    const note = parseNote(Buffer.from(checkpoint));
    const sizes = [before, verifierKey].map(
      (key) => openCheckpoint(note, trustIn(key)).checkpoint.size,
    );
    const { size } = log.status();
    const told = await settled(world, all(log.read({ type: 'audit.key.rotated' })));
    expect(told.map((each) => each.kind === 'record' && each.event.data)).toEqual([
      { generation: 1, size: sizes[0], because: 'yearly' },
    ]);
    expect([
      sizes[0] === sizes[1],
      log.verifierKey === verifierKey,
      before === verifierKey,
    ]).toEqual([true, true, false]);
    const anchored = await settled(world, log.verify({ anchor: checkpoint }));
    expect([anchored.verdict, anchored.unanchored]).toEqual(['ok', size - (sizes[0] ?? 0)]);
    await ended(world, runtime);
    const next = await audited({}, world);
    expect(next.log.verifierKey).toBe(verifierKey);
  });

  it('goes on in a new segment, even where the active one is empty', async () => {
    const { world, log } = await audited();
    await settled(world, log.append({ type: 'order.placed' }));
    await settled(world, log.rotate());
    const { segment } = log.status();
    await settled(world, log.rotateKey());
    expect(log.status().segment).toBeGreaterThan(segment);
    await settled(world, log.append({ type: 'order.placed' }));
    expect((await settled(world, log.verify())).verdict).toBe('ok');
  });

  it('lets anchors stand that the old key signed in its time, and receipts', async () => {
    const { world, log } = await audited();
    await settled(world, log.append({ type: 'order.placed' }));
    const anchor = await settled(world, log.checkpoint());
    await settled(world, log.rotateKey());
    expect((await settled(world, log.verify({ anchor }))).verdict).toBe('ok');
    expect(await settled(world, log.prove(0, { checkpoint: anchor }))).toContain('c2sp.org');
  });

  it('is refused with a reason that is none, and changes nothing', async () => {
    const { world, log } = await audited();
    const before = log.verifierKey;
    expect(await refusal(settled(world, log.rotateKey({ reason: '' })))).toBe(
      'RangeError: rotateKey.reason must be a string of 1 to 200 characters, got ""',
    );
    expect(log.verifierKey).toBe(before);
  });
});

describe('a rotation of the audit key that failed', () => {
  /** The disk says no, once, after it did as it was told. */
  const failing = ({ files }: SimWorld): void => {
    const overwrite = files.overwrite.bind(files);
    files.overwrite = async (...args) => {
      files.overwrite = overwrite;
      await overwrite(...args);
      throw new StorageError('DISK_FAILED', 'the disk failed');
    };
  };

  /** A process that finds what the disk has at this moment. */
  const successor = async ({ clock, files }: SimWorld) => {
    const world = simWorld({ seed: 2, startMs: clock.wallMs() });
    world.files.restore(files.image());
    return await audited({}, world);
  };

  it('lets nothing be signed until the log was opened anew, by the key that counts', async () => {
    const { world, log } = await audited();
    await settled(world, log.append({ type: 'order.placed' }));
    failing(world);
    const failed = await refusal(settled(world, log.rotateKey(), 10));
    const early = await refusal(settled(world, log.checkpoint()));
    await settled(world, log.append({ type: 'order.placed' }), 1_000);
    const anchor = await settled(world, log.checkpoint(), 1_000);
    const next = await successor(world);
    const { verdict } = await settled(next.world, next.log.verify({ anchor }), 10);
    expect([failed, early, verdict]).toEqual([
      'DISK_FAILED: the log is not open: the disk failed',
      'DISK_FAILED: a rotation of keys failed: nothing is signed until the log is open again',
      'ok',
    ]);
  });

  it('may be followed by another, and by a crash within that', async () => {
    const { world, log } = await audited();
    await settled(world, log.append({ type: 'order.placed' }));
    failing(world);
    await refusal(settled(world, log.rotateKey(), 10));
    await settled(world, log.append({ type: 'order.placed' }), 1_000);
    let isAtPage = false;
    world.files.overwrite = (path) => {
      isAtPage ||= path.includes('/keys.');
      return new Promise(() => {});
    };
    void log.rotateKey().catch(() => {});
    for (let turn = 0; turn < 50; turn++) await world.clock.advanceAsync(0);
    const next = await successor(world);
    const { verdict, problems } = await settled(next.world, next.log.verify(), 10);
    expect([isAtPage, verdict, problems]).toEqual([true, 'ok', []]);
  });
});
