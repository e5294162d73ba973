import { describe, expect, it } from 'vitest';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { StorageError } from '../../storage/faults.ts';
import { encodeHead, type Head } from '../../storage/head.ts';
import { HeadFile, readHeadFile } from '../../storage/head-file.ts';
import { bytes32, flipped, otherStoreId, secretOf, storeId, withByte } from './store.fixture.ts';

const key = secretOf(3);
const path = '/head';

const said = (size: number, isClosed = false): Omit<Head, 'generation'> => ({
  size,
  chain: bytes32(size),
  segment: 1,
  isClosed,
  found: 'ok',
  keyGeneration: 2,
  wallMs: 1_000 + size,
  openFrom: 1,
});

const headOf = (generation: number, isClosed = false): Head => ({
  ...said(generation, isClosed),
  generation,
});

/** A file whose slots, at 0 and at 4,096, hold these. */
function pageOf(even: Head | undefined, odd: Head | undefined): Uint8Array {
  const page = new Uint8Array(8_192);
  if (even) page.set(encodeHead(even, key, storeId), 0);
  if (odd) page.set(encodeHead(odd, key, storeId), 4_096);
  return page;
}

const read = (bytes: Uint8Array | undefined) => readHeadFile(bytes, key, storeId);

/** A disk that can be told to fail the next writes in place, half done. */
class FailingFiles extends MemoryFiles {
  failures = 0;
  replaced = 0;

  override async overwrite(at: string, offset: number, bytes: Uint8Array): Promise<void> {
    if (this.failures === 0) return super.overwrite(at, offset, bytes);
    this.failures -= 1;
    await super.overwrite(at, offset, bytes.subarray(0, 100));
    throw new StorageError('DISK_FAILED', 'half of it is written');
  }

  override replace(at: string, bytes: Uint8Array): Promise<void> {
    this.replaced += 1;
    return super.replace(at, bytes);
  }
}

function disk() {
  const files = new FailingFiles();
  const tools = { files, key, storeId };
  const look = async () => read(await files.read(path));
  return { files, tools, look };
}

describe('the bytes of a head file', () => {
  it('are whole with one head only before the second is written', () => {
    expect(read(pageOf(undefined, headOf(1)))).toEqual({ head: headOf(1), isWhole: true });
    expect(read(pageOf(undefined, headOf(3)))).toEqual({ head: headOf(3), isWhole: false });
    expect(read(pageOf(headOf(2), undefined))).toEqual({ head: headOf(2), isWhole: false });
  });

  it('are whole with two heads that follow each other, of which the newer counts', () => {
    expect(read(pageOf(headOf(2), headOf(1)))).toEqual({ head: headOf(2), isWhole: true });
    expect(read(pageOf(headOf(2), headOf(3)))).toEqual({ head: headOf(3), isWhole: true });
    expect(read(pageOf(headOf(2), headOf(5)))).toEqual({ head: headOf(5), isWhole: false });
    expect(read(pageOf(headOf(6), headOf(3)))).toEqual({ head: headOf(6), isWhole: false });
  });

  it('are whole after a clean end, though the process died before it said so twice', () => {
    const [open, closed] = [headOf(2), headOf(3, true)];
    expect(read(pageOf(open, closed))).toEqual({ head: closed, isWhole: true });
    expect(read(pageOf(headOf(4, true), closed)).isWhole).toBe(true);
    expect(read(pageOf(headOf(4), closed)).isWhole).toBe(true);
    expect(read(pageOf(undefined, headOf(1, true))).isWhole).toBe(false);
  });

  it('hold a head in its own slot only', () => {
    expect(read(pageOf(headOf(3), headOf(2)))).toEqual({ isWhole: false });
    expect(read(pageOf(headOf(3), headOf(1)))).toEqual({ head: headOf(1), isWhole: false });
    expect(read(pageOf(headOf(2), headOf(2)))).toEqual({ head: headOf(2), isWhole: false });
  });

  it('are not whole with any byte changed, and the head in the other slot counts', () => {
    const broken = flipped(pageOf(headOf(2), headOf(3))).map((bytes) => read(bytes));
    const newest = broken.map(({ head, isWhole }) => (isWhole ? 'whole' : head?.generation));
    const expected = broken.map((_, at) => (at >= 4_096 && at < 4_096 + 256 ? 2 : 3));
    expect(newest).toEqual(expected);
  });

  it('are not whole with any byte changed before the second head is written', () => {
    const broken = flipped(pageOf(undefined, headOf(1))).map((bytes) => read(bytes).isWhole);
    expect(broken.filter((isWhole) => isWhole)).toEqual([]);
  });

  it('are not whole if some are missing or too many', () => {
    const page = pageOf(headOf(2), headOf(3));
    expect(read(undefined)).toEqual({ isWhole: false });
    expect(read(new Uint8Array())).toEqual({ isWhole: false });
    expect(read(page.slice(0, 300))).toEqual({ head: headOf(2), isWhole: false });
    expect(read(page.slice(0, 8_191))).toEqual({ head: headOf(3), isWhole: false });
    expect(read(Uint8Array.of(...page, 0))).toEqual({ head: headOf(3), isWhole: false });
  });

  it('are worth nothing under another key or in another store', () => {
    const page = pageOf(headOf(2), headOf(3));
    expect(readHeadFile(page, secretOf(4), storeId)).toEqual({ isWhole: false });
    expect(readHeadFile(page, key, otherStoreId)).toEqual({ isWhole: false });
  });
});

describe('a head file', () => {
  it('begins with the first generation', async () => {
    const { tools, files } = disk();
    const file = await HeadFile.create(tools, path, said(1));
    expect(file.head).toEqual(headOf(1));
    expect(await files.read(path)).toEqual(pageOf(undefined, headOf(1)));
  });

  it('is not made where one is', async () => {
    const { tools } = disk();
    await HeadFile.create(tools, path, said(1));
    await expect(HeadFile.create(tools, path, said(2))).rejects.toMatchObject({ code: 'TAKEN' });
  });

  it('is written in place, from slot to slot', async () => {
    const { tools, files } = disk();
    const file = await HeadFile.create(tools, path, said(1));
    const inode = (await files.stat(path))?.inode;
    await file.write(said(2));
    const second = await files.read(path);
    await file.write(said(3));
    expect([second, await files.read(path)]).toEqual([
      pageOf(headOf(2), headOf(1)),
      pageOf(headOf(2), headOf(3)),
    ]);
    expect((await files.stat(path))?.inode).toBe(inode);
    expect(file.head).toEqual(headOf(3));
  });

  it('is written anew at a clean end and at the first write after it', async () => {
    const { tools, files } = disk();
    const file = await HeadFile.create(tools, path, said(1));
    for (const head of [said(2), said(3, true), said(4, true), said(5)]) await file.write(head);
    expect([await files.read(path), files.replaced]).toEqual([
      pageOf(headOf(4, true), headOf(5)),
      3,
    ]);
  });

  it('writes one head after the other, however they are asked for', async () => {
    const { tools, files } = disk();
    const file = await HeadFile.create(tools, path, said(1));
    await Promise.all([file.write(said(2)), file.write(said(3)), file.write(said(4))]);
    expect(await files.read(path)).toEqual(pageOf(headOf(4), headOf(3)));
  });

  it('goes on from the newest head once it is opened again', async () => {
    const { tools, files } = disk();
    await files.create(path, pageOf(headOf(4), headOf(3)));
    const file = await HeadFile.open(tools, path);
    expect(file.head).toEqual(headOf(4));
    await file.write(said(5));
    expect(await files.read(path)).toEqual(pageOf(headOf(4), headOf(5)));
  });

  it('cannot be opened if it is not there, or no head in it is whole', async () => {
    const { tools, files } = disk();
    await expect(HeadFile.open(tools, path)).rejects.toMatchObject({ code: 'GONE' });
    await files.create(path, new Uint8Array(8_192));
    await expect(HeadFile.open(tools, path)).rejects.toMatchObject({ code: 'CORRUPT' });
  });

  it('keeps the last good head while writes fail, and takes the same slot again', async () => {
    const { tools, files, look } = disk();
    const file = await HeadFile.create(tools, path, said(1));
    await file.write(said(2));
    files.failures = 2;
    for (const size of [30, 31]) {
      await expect(file.write(said(size))).rejects.toMatchObject({ code: 'DISK_FAILED' });
      expect([file.head, await look()]).toEqual([headOf(2), { head: headOf(2), isWhole: false }]);
    }
    await file.write(said(3));
    expect(await files.read(path)).toEqual(pageOf(headOf(2), headOf(3)));
  });

  it('does not let a write that failed hold up those behind it', async () => {
    const { tools, files } = disk();
    const file = await HeadFile.create(tools, path, said(1));
    files.failures = 1;
    const writes = await Promise.allSettled([file.write(said(9)), file.write(said(2))]);
    expect(writes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(await files.read(path)).toEqual(pageOf(headOf(2), headOf(1)));
  });

  it('heals a slot that was torn by writing over it', async () => {
    const { tools, files, look } = disk();
    await files.create(path, withByte(pageOf(headOf(4), headOf(5)), 4_100, 9));
    const file = await HeadFile.open(tools, path);
    await file.write(said(5));
    expect([file.head, await look()]).toEqual([headOf(5), { head: headOf(5), isWhole: true }]);
    expect(files.replaced).toBe(0);
  });

  it.each([
    ['is cut', (page: Uint8Array) => page.slice(0, 4_352)],
    ['is too long', (page: Uint8Array) => Uint8Array.of(...page, 1)],
    ['has something between its slots', (page: Uint8Array) => withByte(page, 5_000, 1)],
  ])('is written anew if it %s, once', async (_, broken) => {
    const { tools, files } = disk();
    await files.create(path, broken(pageOf(headOf(4), headOf(5))));
    const file = await HeadFile.open(tools, path);
    await file.write(said(6));
    expect(await files.read(path)).toEqual(pageOf(headOf(6), headOf(5)));
    await file.write(said(7));
    expect([await files.read(path), files.replaced]).toEqual([pageOf(headOf(6), headOf(7)), 1]);
  });

  it.each([
    ['in place', said(3)],
    ['as a whole', said(3, true)],
  ])('is not made again if somebody removed it: written %s', async (_, head) => {
    const { tools, files } = disk();
    const file = await HeadFile.create(tools, path, said(1));
    await file.write(said(2));
    await files.remove(path);
    await expect(file.write(head)).rejects.toMatchObject({ code: 'GONE' });
    expect([file.head, await files.stat(path)]).toEqual([headOf(2), undefined]);
  });

  it('that is older than it was goes on with a younger one, in both slots', async () => {
    const { tools, files, look } = disk();
    await files.create(path, pageOf(headOf(4), headOf(3)));
    const file = await HeadFile.open(tools, path);
    file.outgrow(4);
    expect(file.head).toEqual(headOf(4));
    file.outgrow(9);
    await file.write(said(10));
    expect(await files.read(path)).toEqual(pageOf(headOf(10), { ...headOf(4), generation: 9 }));
    await file.write(said(11));
    expect([await look(), files.replaced]).toEqual([{ head: headOf(11), isWhole: true }, 1]);
  });
});
