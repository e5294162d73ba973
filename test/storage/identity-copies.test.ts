import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { text } from '../../storage/bytes.ts';
import { StorageError } from '../../storage/faults.ts';
import { encodeIdentity, type Identity } from '../../storage/identity.ts';
import { authenticate, readIdentity, writeIdentity } from '../../storage/identity-copies.ts';
import { everyFlip, rootKey, secretOf, storeId, wrapOf } from './sealing.ts';

const master = secretOf(7);
const wrap = wrapOf(7);
const fresh: Identity = { storeId, wrap };
const begun: Identity = { ...fresh, hasLog: true };
const otherId = storeId.map((byte) => byte + 1);
const other: Identity = { ...begun, storeId: otherId, wrap: wrapOf(7, undefined, otherId) };
const whole = encodeIdentity(begun, rootKey);
/** What is known of one without a key. */
const known = ({ wrap, ...identity }: Identity) => ({ ...identity, wraps: [wrap] });

let files: MemoryFiles;

beforeEach(() => {
  files = new MemoryFiles();
});

/** As somebody without the key would change it: the hash is right. */
const forged = (identity: Identity): Uint8Array => encodeIdentity(identity, secretOf(8));

/** Undefined for a file that is missing. */
async function lay(identity: Uint8Array | undefined, bak: Uint8Array | undefined): Promise<void> {
  files.removeAll();
  if (identity) await files.create('/identity', identity);
  if (bak) await files.create('/identity.bak', bak);
}

const read = () => readIdentity(files, '');
/** Without the root key, which is the right one. */
async function vouched(by = master) {
  const found = await authenticate(files, '', by);
  if (found === undefined) return undefined;
  const { rootKey: root, isSplit, ...said } = found;
  expect(root.equals(rootKey)).toBe(true);
  return isSplit ? { ...said, isSplit } : said;
}
const problem = (because: string) => ({ verdict: 'tampered', because });

describe('the two copies of an identity', () => {
  it('are none, or what was written', async () => {
    expect([await read(), await vouched()]).toEqual([undefined, undefined]);
    await writeIdentity(files, '', begun, rootKey);
    expect([await files.read('/identity'), await files.read('/identity.bak')]).toEqual([
      whole,
      whole,
    ]);
    expect([await read(), await vouched()]).toEqual([
      known(begun),
      { identity: begun, problems: [] },
    ]);
  });

  it('stand for each other, whichever bit of one was flipped', async () => {
    for (const damaged of [...everyFlip(whole), text('PNG'), new Uint8Array()]) {
      await lay(damaged, whole);
      expect(await read()).toEqual(known(begun));
      expect(await vouched()).toEqual({
        identity: begun,
        problems: [problem('identity is damaged')],
      });
      await lay(whole, damaged);
      expect(await vouched()).toEqual({
        identity: begun,
        problems: [problem('identity.bak is damaged')],
      });
      await writeIdentity(files, '', begun, rootKey);
      expect(await vouched()).toEqual({ identity: begun, problems: [] });
    }
  });

  it('are no identity if both are damaged, and the first one says why', async () => {
    const damaged = [text('PNG'), whole.subarray(1), whole.subarray(0, 99)];
    const codes = ['FOREIGN', 'FOREIGN', 'CORRUPT'];
    for (const [at, bytes] of damaged.entries()) {
      await lay(bytes, new Uint8Array());
      await expect(read()).rejects.toMatchObject({ code: codes[at] });
      expect(await vouched()).toBeUndefined();
    }
  });

  it('do without one that is missing, but miss it once the log has begun', async () => {
    await lay(whole, undefined);
    expect([await read(), await vouched()]).toEqual([
      known(begun),
      { identity: begun, problems: [problem('identity.bak is missing')] },
    ]);
    await lay(undefined, whole);
    expect([await read(), await vouched()]).toEqual([
      known(begun),
      { identity: begun, problems: [problem('identity is missing')] },
    ]);
    const before = encodeIdentity(fresh, rootKey);
    for (const [identity, bak] of [
      [undefined, before],
      [before, undefined],
    ]) {
      await lay(identity, bak);
      expect(await vouched()).toEqual({ identity: fresh, problems: [] });
    }
  });

  it('say that the log has begun if one of them does: a crash may lie between', async () => {
    const before = encodeIdentity(fresh, rootKey);
    for (const [identity, bak] of [
      [before, whole],
      [whole, before],
    ]) {
      await lay(identity, bak);
      expect([await read(), await vouched()]).toEqual([
        known(begun),
        { identity: begun, problems: [] },
      ]);
    }
  });

  it('open nothing if both were written without the key', async () => {
    await lay(forged(begun), forged(begun));
    expect([await read(), await vouched()]).toEqual([known(begun), undefined]);
  });

  it('are believed only as far as the key vouches for them', async () => {
    await lay(forged(begun), encodeIdentity(fresh, rootKey));
    expect(await vouched()).toEqual({
      identity: fresh,
      problems: [problem('identity is damaged')],
    });
  });

  it('under two master keys open with either, and neither is called damaged', async () => {
    const turned: Identity = { ...fresh, wrap: wrapOf(9, { sinceMs: 6 }) };
    await lay(whole, encodeIdentity(turned, rootKey));
    expect(await read()).toEqual({ storeId, hasLog: true, wraps: [turned.wrap, wrap] });
    const split = { problems: [], isSplit: true };
    expect([await vouched(), await vouched(secretOf(9)), await vouched(secretOf(8))]).toEqual([
      { identity: begun, ...split },
      { identity: { ...turned, hasLog: true }, ...split },
      undefined,
    ]);
    await writeIdentity(files, '', begun, rootKey);
    expect([await vouched(), await vouched(secretOf(9))]).toEqual([
      { identity: begun, problems: [] },
      undefined,
    ]);
  });

  it('are not believed under another master key without the root key', async () => {
    const stranger = forged({ ...begun, wrap: wrapOf(9) });
    await lay(whole, stranger);
    const damaged = [problem('identity.bak is damaged')];
    expect([await vouched(), await vouched(secretOf(9))]).toEqual([
      { identity: begun, problems: damaged },
      undefined,
    ]);
  });

  it('of different stores are refused', async () => {
    await lay(whole, encodeIdentity(other, rootKey));
    const refused = new StorageError(
      'CORRUPT',
      'identity and identity.bak are of different stores',
    );
    await expect(read()).rejects.toEqual(refused);
    await expect(vouched()).rejects.toEqual(refused);
  });

  it('may be no file, or not to be read', async () => {
    await lay(whole, undefined);
    await files.makeDirectory('/identity.bak/deep');
    expect((await vouched())?.problems).toEqual([problem('identity.bak is damaged')]);
    await writeIdentity(files, '', begun, rootKey);
    expect((await vouched())?.problems).toEqual([]);
    const { read: readFile } = files;
    files.read = (path) =>
      path.endsWith('.bak')
        ? Promise.reject(new StorageError('DISK_FAILED', 'EIO'))
        : readFile.call(files, path);
    expect((await vouched())?.problems).toEqual([
      { verdict: 'unverifiable', because: 'identity.bak is unreadable' },
    ]);
  });

  it('are written only where they say something else, or where they are missing', async () => {
    const damaged = whole.subarray(1);
    await lay(damaged, undefined);
    await writeIdentity(files, '', begun, rootKey, 'missing');
    expect([await files.read('/identity'), await files.read('/identity.bak')]).toEqual([
      damaged,
      whole,
    ]);
    await writeIdentity(files, '', begun, rootKey);
    files.isReadOnly = true;
    await writeIdentity(files, '', begun, rootKey);
    expect(await files.read('/identity')).toEqual(whole);
  });
});
