import { describe, expect, it } from 'vitest';
import { destructionNote } from '../../storage/destruction.ts';
import { StorageError } from '../../storage/faults.ts';
import { logSigners, verifierKeyOf } from '../../storage/log-signer.ts';
import type { ShredPaper } from '../../storage/paper.ts';
import { writePaper } from '../../storage/papers.ts';
import { parseCheckpoint } from '../../storage/proofs/checkpoint.ts';
import { parseNote } from '../../storage/proofs/note.ts';
import { parseNoteKey } from '../../storage/proofs/note-key.ts';
import { verifyNote } from '../../storage/proofs/note-signature.ts';
import { readPaper } from '../../storage/survey.ts';
import { verifyWithoutKey } from '../../storage/verify-keyless.ts';
import { memoryStage, threeSegments } from './log-stage.ts';
import { MortalFiles } from './mortal-files.ts';

const unread = new Uint8Array();

async function shredded(stage = memoryStage()) {
  const log = await threeSegments(stage);
  await log.shred(1, 'asked by "A",\nin a letter');
  const path = stage.place.layout.destroyed(1);
  const paper = await readPaper(stage.place, 1, 'shred');
  if (paper === undefined) throw new Error('there is no paper');
  return { stage, log, path, paper, note: (await stage.files.read(path)) ?? unread };
}

const keyless = async ({ files, kv, root }: ReturnType<typeof memoryStage>) =>
  (await verifyWithoutKey(files, kv, root)).segments[0]?.because;

describe('the note of a destruction', () => {
  it('tells a stranger what was destroyed, signed by the key of the log', async () => {
    const { stage, paper, note } = await shredded();
    const { text, signatures } = parseNote(note);
    expect(text.split('\n')).toEqual([
      'holdfast/destroyed/v1',
      'holdfast/0102030405060708090a0b0c0d0e0f10',
      'segment 1',
      'first 0',
      'size 5',
      `leaves ${paper.leaves}`,
      `key-page ${paper.keyGeneration}`,
      `time ${new Date(paper.writtenMs).toISOString()}`,
      'reason "asked by \\"A\\",\\nin a letter"',
      '',
    ]);
    const key = parseNoteKey(verifierKeyOf(logSigners(stage.place)));
    expect(verifyNote({ text, signatures }, [key])).toEqual([{ key }]);
    expect(() => parseCheckpoint(text)).toThrow();
  });

  it('is the same again whenever it is made of its paper', async () => {
    const { stage, paper, note } = await shredded();
    expect(destructionNote(logSigners(stage.place).present, paper)).toEqual(note);
  });

  it.each([
    ['changed', 'the note of its destruction is not as it was'],
    ['missing', 'the note of its destruction is missing'],
  ])('that is %s is missed, and an opening makes it again and says so', async (how, because) => {
    const { stage, log, path, note } = await shredded();
    await log.close();
    if (how === 'changed') await stage.flip(path, 30);
    else await stage.files.remove(path);
    const { verdict, segments } = await stage.verify();
    expect([verdict, segments[0]?.because]).toEqual(['tampered', because]);
    expect(await keyless(stage)).toBe(how === 'changed' ? because : undefined);
    expect(await stage.findings()).toMatchObject([
      { kind: 'mended', verdict: 'tampered', because: `segment 1: ${because}` },
    ]);
    expect(await stage.files.read(path)).toEqual(note);
  });

  it('is missed after a crash, too, once the store is gone', async () => {
    const { stage, log, path, note } = await shredded();
    await log.abandon();
    await stage.files.remove(path);
    expect(await stage.verdicts()).toBe('tampered: tampered ok ok');
    expect(await stage.findings()).toMatchObject([{ kind: 'mended', verdict: 'tampered' }]);
    expect(await stage.files.read(path)).toEqual(note);
  });

  it('is due in a log that is open, while the disk does not take it', async () => {
    const stage = memoryStage();
    const log = await threeSegments(stage);
    const { replace } = stage.files;
    stage.files.replace = async (path, bytes) => {
      if (path.endsWith('.destroyed')) throw new StorageError('DISK_FAILED', 'the disk failed');
      await replace.call(stage.files, path, bytes);
    };
    await expect(log.shred(1, 'it is old')).rejects.toMatchObject({ code: 'DISK_FAILED' });
    expect(await stage.verdicts(log)).toBe('shredded: shredded ok ok');
    stage.files.replace = replace;
    await log.shred(1, 'it is old');
    expect(await stage.verdicts(log)).toBe('shredded: shredded ok ok');
  });

  it('is missed in a log that is open, too', async () => {
    const { stage, log, path } = await shredded();
    await stage.files.remove(path);
    expect(await stage.verdicts(log)).toBe('tampered: tampered ok ok');
  });

  it('is not there before the key is gone, and is made by the next opening then', async () => {
    const files = new MortalFiles();
    const stage = memoryStage(files);
    const log = await threeSegments(stage);
    files.death = 'amid it';
    const { replace } = files;
    files.replace = (path, bytes) => {
      if (path.endsWith('.destroyed')) files.dieAt = files.writes + 1;
      return replace.call(files, path, bytes);
    };
    await expect(log.shred(1, 'it is old')).rejects.toThrow();
    expect(log.keyOf(1)).toBeUndefined();
    files.revive();
    files.replace = replace;
    stage.kv.crash();
    expect(await stage.verdicts()).toBe('shredded: shredded ok ok');
    expect(await stage.findings()).toEqual([{ kind: 'shredded', segment: 1 }]);
    expect(await stage.files.stat(stage.place.layout.destroyed(1))).toMatchObject({ kind: 'file' });
    expect(await stage.verdicts()).toBe('shredded: shredded ok ok');
  });

  it('is not asked of what was shredded before there were such notes, nor believed', async () => {
    const { stage, log, path, paper, note } = await shredded();
    const { destroyed: _, ...old } = paper;
    await writePaper(stage.place, old satisfies ShredPaper);
    await stage.files.remove(path);
    await log.close();
    expect([await stage.verdicts(), await stage.findings()]).toEqual([
      'shredded: shredded ok ok',
      [],
    ]);
    expect(await stage.files.stat(path)).toBeUndefined();
    await stage.files.create(path, note);
    expect(await stage.verdicts()).toBe('tampered: tampered ok ok');
  });

  it('of another segment is none: what has its key is not destroyed', async () => {
    const { stage, log, note } = await shredded();
    await log.close();
    const path = stage.place.layout.destroyed(2);
    await stage.files.create(path, note);
    expect((await stage.verify()).verdict).toBe('tampered');
    expect(await stage.findings()).toMatchObject([
      { because: 'segment 2: it has a note of its destruction, and is not shredded' },
    ]);
    expect(await stage.files.stat(path)).toBeUndefined();
  });

  it('is signed by the key of its day, and made again by it when that is retired', async () => {
    const stage = memoryStage();
    const log = await threeSegments(stage);
    await log.rotateKey(log.size);
    await log.shred(1, 'it is old');
    const path = stage.place.layout.destroyed(1);
    const note = (await stage.files.read(path)) ?? unread;
    const key = parseNoteKey(verifierKeyOf(log.signers));
    expect(verifyNote(parseNote(note), [key])).toEqual([{ key }]);
    await log.rotateKey(log.size);
    await log.close();
    await stage.files.remove(path);
    await stage.findings();
    expect(await stage.files.read(path)).toEqual(note);
  });
});
