import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyInFile } from '../../runtime/key-file.ts';
import { diskFiles } from '../../runtime/world/files.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { text } from '../../storage/bytes.ts';
import { StorageError } from '../../storage/faults.ts';
import { temporaryDirectory } from '../storage/disk.ts';
import { drawn } from '../storage/sealing.ts';
import { refusal } from './audit-stage.ts';

const digits = '0123456789abcdef'.repeat(4);

/** Keeps what was read and made. */
class HeldFiles extends MemoryFiles {
  readonly held: Uint8Array[] = [];

  override async readAt(path: string, offset: number, length: number) {
    const bytes = await super.readAt(path, offset, length);
    this.held.push(bytes);
    return bytes;
  }

  override create(path: string, bytes: Uint8Array) {
    this.held.push(bytes);
    return super.create(path, bytes);
  }
}

const zeros = (length: number) => new Uint8Array(length);

describe('a key file', () => {
  it('leaves nothing of the key in memory but the secret', async () => {
    const files = new HeldFiles();
    const bytes = drawn()(32);
    const made = await keyInFile(files, '/key', () => bytes);
    const read = await keyInFile(files, '/key');
    await files.create('/bad', text('z'.repeat(64)));
    files.held.pop();
    await refusal(keyInFile(files, '/bad'));
    expect([made.equals(read), bytes]).toEqual([true, zeros(32)]);
    expect(files.held).toEqual([zeros(65), zeros(65), zeros(64)]);
  });

  it('may end with blanks, and has at most 256 bytes', async () => {
    const files = new MemoryFiles();
    await files.create('/key', text(`${digits}${' \r\n'.repeat(64)}`));
    await keyInFile(files, '/key');
    await files.append('/key', text('\n'));
    expect(await refusal(keyInFile(files, '/key'))).toBe(
      'MASTER_KEY_INVALID: the key file /key must hold 64 hex digits',
    );
  });

  it('is made in a directory that is there, or the path is named', async () => {
    const files = new MemoryFiles();
    expect(await refusal(keyInFile(files, '/none/key', drawn()))).toBe(
      'MASTER_KEY_INVALID: there is no directory for the key file /none/key',
    );
    expect(await files.list('/')).toEqual([]);
  });

  it('has no second name that a crash left, however it is named, once it is a key', async () => {
    const root = temporaryDirectory();
    mkdirSync(join(root, 'mounted'));
    symlinkSync(join(root, 'mounted'), join(root, 'linked'));
    const crash = (name: string) =>
      writeFileSync(join(root, 'mounted', name), `${digits}\n`, { mode: 0o600 });
    crash('key.0123456789abcdef.tmp');
    await keyInFile(diskFiles, join(root, 'linked/key'), drawn());
    expect(readdirSync(join(root, 'mounted'))).toEqual(['key']);
    crash('key.fedcba9876543210.tmp');
    symlinkSync(join(root, 'linked/key'), join(root, 'alias'));
    await keyInFile(diskFiles, join(root, 'alias'));
    expect(readdirSync(join(root, 'mounted'))).toEqual(['key']);
  });

  it('has everything left beside it that is not its own', async () => {
    const files = new MemoryFiles();
    const line = text(`${digits}\n`);
    const others = [
      ...['akey.0123456789abcdef.tmp', 'key.0123456789abcdeF.tmp', 'key.0123456789abcdef'],
      ...['key.0123456789abcde.tmp', 'key.0123456789abcdef.tmp.1', 'key.tmp', 'key2'],
      ...['key2.0123456789abcdef.tmp', 'keys0123456789abcdef.tmp'],
    ];
    for (const name of ['key', ...others]) await files.create(`/${name}`, line);
    await files.makeDirectory('/key.00000000000000ff.tmp/kept');
    await files.create('/key.00000000000000fe.tmp', text(`${digits}\nand more`));
    await files.create('/key.00000000000000fd.tmp', line);
    const before = await files.list('/');
    await keyInFile(files, '/key');
    const ours = 'key.00000000000000fd.tmp';
    expect(await files.list('/')).toEqual(before?.filter((name) => name !== ours));
  });

  it('is a key all the same where the disk does not let go of a second name', async () => {
    const files = new MemoryFiles();
    await files.create('/key', text(digits));
    files.list = () => Promise.reject(new StorageError('DISK_FAILED', 'EACCES'));
    expect((await keyInFile(files, '/key')).use((lent) => lent.length)).toBe(32);
  });

  it('whose making failed leaves the second names of others', async () => {
    const files = new MemoryFiles();
    await files.create('/key.0123456789abcdef.tmp', text(digits));
    files.create = () => Promise.reject(new StorageError('TAKEN', 'another process made it'));
    expect(await refusal(keyInFile(files, '/key', drawn()))).toMatch(/^TAKEN/);
    expect(await files.list('/')).toEqual(['key.0123456789abcdef.tmp']);
  });
});
