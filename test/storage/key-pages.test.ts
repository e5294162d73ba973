import { describe, expect, it } from 'vitest';
import { concat, hex, sameBytes, sha256 } from '../../storage/bytes.ts';
import { StorageError } from '../../storage/faults.ts';
import { encodeKeyPage } from '../../storage/key-page.ts';
import { KeyPages } from '../../storage/key-pages.ts';
import { unseal } from '../../storage/seal.ts';
import type { Secret } from '../../storage/secret.ts';
import fc from '../fast-check.ts';
import { FragileFiles } from './fragile-files.ts';
import { drawn, flipped, sealTools, secretOf, storeId } from './sealing.ts';

const audit = '/audit';
const [a, b] = [`${audit}/keys.a`, `${audit}/keys.b`] as const;

/** An empty disk, and what key pages need besides it. */
async function disk() {
  const files = new FragileFiles();
  await files.makeDirectory(audit);
  return { files, tools: { files, ...sealTools() } };
}

async function born() {
  const { files, tools } = await disk();
  const pages = await KeyPages.create(tools, audit);
  files.written.length = 0;
  return { files, tools, pages };
}

const bytesOf = async (files: FragileFiles, path: string): Promise<Uint8Array> =>
  (await files.read(path)) ?? new Uint8Array();

const isTwin = async (files: FragileFiles): Promise<boolean> =>
  sameBytes(await bytesOf(files, a), await bytesOf(files, b));

/** The page of a file, in the clear. */
async function clear(files: FragileFiles, path: string): Promise<string> {
  const file = await bytesOf(files, path);
  const aad = Buffer.concat([Buffer.from('keys'), storeId, file.subarray(0, 16)]);
  return hex(unseal(secretOf(7), aad, file.subarray(16)) ?? new Uint8Array());
}

const shown = (pages: KeyPages) => [
  pages.generation,
  ...pages.segments().map((segment) => `${segment} ${keyOf(pages, segment)}`),
];

const keyOf = (pages: KeyPages, segment: number) => pages.keyOf(segment)?.use((key) => key[0]);

const outcome = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof StorageError ? error.code : error),
  );

describe('the key pages', () => {
  it('begin empty, in two equal files', async () => {
    const { files, pages } = await born();
    expect([shown(pages), await isTwin(files)]).toEqual([[1], true]);
  });

  it.each([a, b])('do not begin where %s is already', async (path) => {
    const { files, tools } = await disk();
    await files.create(path, Uint8Array.of(1));
    expect(await outcome(KeyPages.create(tools, audit))).toBe('TAKEN');
    expect([await files.list(audit), await files.read(path)]).toEqual([
      [path.slice(audit.length + 1)],
      Uint8Array.of(1),
    ]);
  });

  it.each([
    [0, []],
    [1, ['keys.b']],
  ])('that a crash stops at birth, after %d files, leave whole ones or none', async (...args) => {
    const [wholeWrites, names] = args;
    const { files, tools } = await disk();
    files.wholeWrites = wholeWrites;
    expect(await outcome(KeyPages.create(tools, audit))).toBe('DISK_FAILED');
    expect(await files.list(audit)).toEqual(names);
    const pages = await KeyPages[names.length === 0 ? 'create' : 'open'](tools, audit);
    expect([shown(pages), await isTwin(files)]).toEqual([[1], true]);
  });

  it('are found again as they were, and write nothing if nothing is wrong', async () => {
    const { files, tools, pages } = await born();
    for (const segment of [1, 2, 3]) await pages.put(segment, secretOf(segment));
    await pages.drop(2);
    files.written.length = 0;
    const again = await KeyPages.open(tools, audit);
    expect([shown(again), files.written]).toEqual([[5, '1 1', '3 3'], []]);
    expect(shown(again)).toEqual(shown(pages));
  });

  it('write b before a, with each change', async () => {
    const { files, pages } = await born();
    await pages.put(1, secretOf(1));
    await pages.drop(1);
    expect(files.written).toEqual([b, a, b, a]);
  });

  it('tell with each page of the youngest head, and when they are asked to', async () => {
    const { files, tools, pages } = await born();
    pages.noteHead(4);
    await pages.put(1, secretOf(1));
    pages.noteHead(6);
    const { page } = await KeyPages.read(tools, audit);
    expect([page?.headGeneration, pages.headGeneration]).toEqual([4, 6]);
    await pages.stamp();
    const again = await KeyPages.open(tools, audit);
    expect([again.headGeneration, shown(again), await isTwin(files)]).toEqual([
      6,
      [3, '1 1'],
      true,
    ]);
    await again.drop(1);
    expect((await KeyPages.open(tools, audit)).headGeneration).toBe(6);
  });

  it('know no segment that has no key', async () => {
    const { pages } = await born();
    for (const segment of [1, 2, 2 ** 31, 2 ** 32 - 1])
      await pages.put(segment, secretOf(segment % 7));
    const asked = [0, 1, 2, 3, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, -1, 1.5, NaN];
    expect(asked.map((segment) => keyOf(pages, segment))).toEqual([
      undefined,
      1,
      2,
      undefined,
      2,
      3,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('keep what is put and forget what is dropped, in any order, at once or not', async () => {
    const change = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 4 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
        const { tools, pages } = await born();
        const model = new Map<number, number>();
        const heard = changes.map(([isPut, segment], index) =>
          outcome(isPut ? pages.put(segment, secretOf(index)) : pages.drop(segment)),
        );
        const expected = changes.map(([isPut, segment], index) => {
          if (isPut && model.has(segment)) return 'TAKEN';
          if (isPut) model.set(segment, index);
          else model.delete(segment);
          return 'done';
        });
        expect(await Promise.all(heard)).toEqual(expected);
        const keys = [...model].map(([segment, byte]) => `${segment} ${byte}`);
        expect(shown(pages).slice(1)).toEqual(keys);
        expect(shown(await KeyPages.open(tools, audit))).toEqual(shown(pages));
      }),
      { numRuns: 25 },
    );
  });

  it('with 1,024 keys take no more, and change nothing then', async () => {
    const { files, tools } = await disk();
    const keys = new Map<number, Secret>();
    for (let segment = 1; segment <= 1_024; segment++) keys.set(segment, secretOf(segment % 256));
    const full = encodeKeyPage(
      { generation: 9, headGeneration: 0, keys, holds: [] },
      tools.key,
      storeId,
      drawn()(24),
    );
    for (const path of [a, b]) await files.create(path, full);
    files.written.length = 0;
    const pages = await KeyPages.open(tools, audit);
    const refused = await outcome(pages.put(2_000, secretOf(1)));
    expect([refused, pages.generation, files.written]).toEqual(['KEY_PAGE_FULL', 9, []]);
    await pages.drop(512);
    expect([await outcome(pages.put(2_000, secretOf(1))), keyOf(pages, 1_024)]).toEqual([
      'done',
      0,
    ]);
  });

  it('have the same holds with the next key, and after they were opened again', async () => {
    const { files, tools, pages } = await born();
    const holds = [{ name: 'case 7', from: 5, to: 9 }];
    await pages.putHolds(holds);
    await pages.put(1, secretOf(1));
    const again = await KeyPages.open(tools, audit);
    expect([pages.holds, again.holds, pages.generation]).toEqual([holds, holds, 3]);
    files.wholeWrites = 0;
    expect([await outcome(pages.putHolds([])), pages.holds]).toEqual(['DISK_FAILED', holds]);
  });

  it('leave a dropped key nowhere: not in memory, not in the clear page, no old file', async () => {
    const { files, pages } = await born();
    const gone = secretOf(0xd7);
    await pages.put(1, secretOf(1));
    await pages.put(2, gone);
    const lent = gone.use((bytes) => bytes);
    const old = hex(await bytesOf(files, a));
    expect(await clear(files, a)).toContain('d7'.repeat(32));
    const inodes = await Promise.all([a, b].map((path) => files.stat(path)));
    await pages.drop(2);
    for (const path of [a, b]) {
      expect(await clear(files, path)).toContain('01'.repeat(32));
      expect(await clear(files, path)).not.toContain('d7d7d7d7');
      const now = hex(await bytesOf(files, path));
      const kept = [32, 4_096, 60_000].filter((at) => now.includes(old.slice(2 * at, 2 * at + 32)));
      expect(kept).toEqual([]);
    }
    expect(await Promise.all([a, b].map((path) => files.stat(path)))).toEqual(inodes);
    expect([await files.list(audit), pages.keyOf(2)]).toEqual([['keys.a', 'keys.b'], undefined]);
    expect(lent).toEqual(new Uint8Array(32));
    expect(() => gone.use(() => 1)).toThrow(new StorageError('KEY_MISSING', 'the key was wiped'));
  });
});

describe('a change of the key pages that fails', () => {
  it.each([
    ['the first', 0, ['1 1', '2 2']],
    ['the second', 1, ['1 1']],
  ])('in %s file forgets what it drops, and a crash finds a whole page', async (...args) => {
    const [, wholeWrites, found] = args;
    const { files, tools, pages } = await born();
    for (const segment of [1, 2]) await pages.put(segment, secretOf(segment));
    files.wholeWrites = wholeWrites;
    expect(await outcome(pages.drop(2))).toBe('DISK_FAILED');
    expect(shown(pages)).toEqual([3, '1 1']);
    const { copies } = await KeyPages.read(tools, audit);
    expect(copies).toEqual(wholeWrites === 0 ? ['whole', 'damaged'] : ['damaged', 'whole']);
    const again = await KeyPages.open(tools, audit);
    expect(shown(again)).toEqual([wholeWrites === 0 ? 3 : 4, ...found]);
    expect(await isTwin(files)).toBe(true);
  });

  it.each([0, 1])('leaves them of use: the next writes both anew (%d whole)', async (whole) => {
    const { files, tools, pages } = await born();
    await pages.put(1, secretOf(1));
    files.wholeWrites = whole;
    expect(await outcome(pages.put(2, secretOf(2)))).toBe('DISK_FAILED');
    expect(shown(pages)).toEqual([2, '1 1']);
    await pages.put(3, secretOf(3));
    expect(shown(pages)).toEqual([4, '1 1', '3 3']);
    expect(shown(await KeyPages.open(tools, audit))).toEqual([4, '1 1', '3 3']);
  });

  it('says before of which generation the page without a key will be', async () => {
    const { files, pages } = await born();
    await pages.put(1, secretOf(1));
    const told: unknown[] = [];
    const announce = async (generation: number): Promise<void> => {
      told.push(generation, files.written.length);
    };
    files.wholeWrites = 1;
    files.written.length = 0;
    expect(await outcome(pages.drop(1, announce))).toBe('DISK_FAILED');
    await pages.drop(1, announce);
    await pages.drop(1, announce);
    expect([told, pages.generation]).toEqual([[3, 0, 4, 2, 4, 4], 4]);
    const refused = pages.drop(1, () => Promise.reject(new StorageError('NO_SPACE', 'full')));
    expect([await outcome(refused), files.written.length]).toEqual(['NO_SPACE', 4]);
  });

  it('is mended by dropping the key again, even one that was never put', async () => {
    const { files, tools, pages } = await born();
    files.wholeWrites = 1;
    expect(await outcome(pages.put(2, secretOf(0xd7)))).toBe('DISK_FAILED');
    expect(await clear(files, b)).toContain('d7d7d7d7');
    await pages.drop(2);
    expect(await clear(files, b)).not.toContain('d7d7d7d7');
    expect(shown(await KeyPages.open(tools, audit))).toEqual([3]);
    files.written.length = 0;
    await pages.drop(2);
    expect(files.written).toEqual([]);
  });
});

describe('opening the key pages', () => {
  const keptOf = new Map([
    ['whole', [3, '1 1', '2 2']],
    ['older', [2, '1 1']],
  ]);
  const states = ['whole', 'older', 'damaged', 'too long', 'absent'];
  const pairs = states.flatMap((one) => states.map((other) => [one, other] as const));

  async function prepared(one: string, other: string) {
    const { files, tools, pages } = await born();
    await pages.put(1, secretOf(1));
    const older = await bytesOf(files, a);
    await pages.put(2, secretOf(2));
    const whole = await bytesOf(files, a);
    const damaged = flipped(whole, 30_000);
    const kinds = { whole, older, damaged, 'too long': concat(whole, Uint8Array.of(0)) };
    for (const [path, state] of new Map([
      [a, one],
      [b, other],
    ])) {
      await files.remove(path);
      const bytes = new Map(Object.entries(kinds)).get(state);
      if (bytes) await files.create(path, bytes);
    }
    files.written.length = 0;
    return { files, tools };
  }

  const found = async (files: FragileFiles) => [
    await files.list(audit),
    hex(sha256(await bytesOf(files, a), await bytesOf(files, b))),
  ];

  it.each(pairs)('when a is %s and b %s finds the newest in both', async (one, other) => {
    const { files, tools } = await prepared(one, other);
    const before = await found(files);
    const { page, copies } = await KeyPages.read(tools, audit);
    const best = ['whole', 'older'].find((state) => state === one || state === other);
    const saidOf = (state: string) => {
      if (state === best) return 'whole';
      return state === 'too long' ? 'misshapen' : state;
    };
    expect([copies, await found(files)]).toEqual([[saidOf(one), saidOf(other)], before]);
    const opening = KeyPages.open(tools, audit);
    if (best === undefined) {
      expect([page, await outcome(opening), await found(files)]).toEqual([
        undefined,
        'CORRUPT',
        before,
      ]);
      return;
    }
    const pages = await opening;
    expect([shown(pages), await isTwin(files)]).toEqual([keptOf.get(best), true]);
    expect([page?.generation, ...(page?.keys.keys() ?? [])]).toEqual([
      pages.generation,
      ...pages.segments(),
    ]);
    expect(await KeyPages.read(tools, audit)).toMatchObject({ copies: ['whole', 'whole'] });
  });

  it('says of an older copy whether it is older than the head, too', async () => {
    const { tools } = await prepared('older', 'whole');
    const said = [2, 3].map(async (promised) => KeyPages.read(tools, audit, promised));
    expect((await Promise.all(said)).map(({ copies }) => copies)).toEqual([
      ['older', 'whole'],
      ['outdated', 'whole'],
    ]);
  });

  it('overwrites an older copy in place, so that its keys are gone from the disk', async () => {
    const { files, tools } = await prepared('older', 'whole');
    const before = await files.stat(a);
    await KeyPages.open(tools, audit);
    expect([await files.stat(a), await isTwin(files)]).toEqual([before, true]);
  });

  const faults = [
    ['no file', 'misshapen', { code: 'TAKEN' }],
    ['not to be read', 'unreadable', { code: 'DISK_FAILED' }],
  ] as const;

  /** The file at `path` is a directory, or the disk fails to read it and to write it in place. */
  async function spoil(files: FragileFiles, path: string, how: string): Promise<void> {
    if (how === 'no file') {
      await files.remove(path);
      return await files.makeDirectory(`${path}/deep`);
    }
    const refuse = (method: 'readAt' | 'overwrite') => {
      const before = files[method].bind(files) as (at: string, ...rest: unknown[]) => unknown;
      const work = (at: string, ...rest: unknown[]) =>
        at === path ? Promise.reject(new StorageError('DISK_FAILED', 'EIO')) : before(at, ...rest);
      Object.assign(files, { [method]: work });
    };
    for (const method of ['readAt', 'overwrite'] as const) refuse(method);
  }

  it.each(faults)('with a copy that is %s goes by the other, and remakes it', async (how, copy) => {
    for (const path of [a, b]) {
      const { files, tools } = await prepared('whole', 'whole');
      const whole = await files.read(a);
      await spoil(files, path, how);
      const { page, copies } = await KeyPages.read(tools, audit, 3);
      expect([page?.generation, copies]).toEqual([
        3,
        path === a ? [copy, 'whole'] : ['whole', copy],
      ]);
      expect(shown(await KeyPages.open(tools, audit, 3))).toEqual(keptOf.get('whole'));
      expect(await files.read(path)).toEqual(whole);
    }
  });

  it.each(faults)('with a copy that is %s goes by no older one', async (how, _, error) => {
    for (const other of ['older', 'damaged', 'absent']) {
      const { files, tools } = await prepared('whole', other);
      const before = await files.read(a);
      await spoil(files, a, how);
      await expect(KeyPages.read(tools, audit, 3)).rejects.toMatchObject(error);
      await expect(KeyPages.open(tools, audit, 3)).rejects.toMatchObject(error);
      if (how !== 'no file') expect(await files.read(a)).toEqual(before);
      expect(files.written).toEqual([]);
    }
  });

  it('with the wrong key finds nothing whole, and touches nothing', async () => {
    const { files, tools } = await born();
    const wrong = { ...tools, key: secretOf(8) };
    expect(await outcome(KeyPages.open(wrong, audit))).toBe('CORRUPT');
    expect([await KeyPages.read(wrong, audit), files.written]).toEqual([
      { copies: ['damaged', 'damaged'] },
      [],
    ]);
  });
});
