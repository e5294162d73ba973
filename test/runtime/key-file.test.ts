import {
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyInFile } from '../../runtime/key-file.ts';
import { diskFiles } from '../../runtime/world/files.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { hex, text } from '../../storage/bytes.ts';
import { StorageError } from '../../storage/faults.ts';
import type { Files } from '../../storage/ports.ts';
import { temporaryDirectory } from '../storage/disk.ts';
import { drawn } from '../storage/sealing.ts';
import { refusal } from './audit-stage.ts';

/** Of the key file that a test has on the disk. */
const place = { path: '' };

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
    expect(files.held).toEqual([zeros(65), zeros(65), zeros(65), zeros(64)]);
  });

  it('leaves nothing in memory of the files beside it', async () => {
    const files = new HeldFiles();
    await files.create('/key', text(digits));
    await files.create('/key.0123456789abcdef.tmp', text(digits));
    await files.create('/key.fedcba9876543210.tmp', text(digits.toUpperCase()));
    files.held.splice(0);
    await keyInFile(files, '/key');
    expect(files.held).toEqual([zeros(64), zeros(64), zeros(64)]);
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
    const at = (name: string) => join(root, 'mounted', name);
    writeFileSync(at('key'), `${digits}\n`, { mode: 0o600 });
    linkSync(at('key'), at('key.0123456789abcdef.tmp'));
    await keyInFile(diskFiles, join(root, 'linked/key'), drawn());
    expect(readdirSync(join(root, 'mounted'))).toEqual(['key']);
    // As a backup has it, which knows no second names.
    copyFileSync(at('key'), at('key.fedcba9876543210.tmp'));
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
    await files.create('/key.00000000000000fc.tmp', text('a note of the user'));
    await files.create('/key.00000000000000fb.tmp', text(`${digits.replace('0', '1')}\n`));
    const before = await files.list('/');
    await keyInFile(files, '/key');
    const ours = 'key.00000000000000fd.tmp';
    expect(await files.list('/')).toEqual(before?.filter((name) => name !== ours));
  });

  it('is a key all the same where the disk lets nobody look or write beside it', async () => {
    const files = new MemoryFiles();
    await files.create('/key', text(digits));
    files.isReadOnly = true;
    files.list = () => Promise.reject(new StorageError('DISK_FAILED', 'EACCES'));
    const key = await keyInFile(files, '/key', drawn());
    expect(key.use((lent) => hex(lent))).toBe(digits);
  });

  it('is the one of another process that makes it meanwhile, its name made to last', async () => {
    const files = new MemoryFiles();
    const lasting: string[] = [];
    files.create = async (path) => {
      await MemoryFiles.prototype.create.call(files, path, text(`${digits}\n`));
      throw new StorageError('TAKEN', 'another process made it');
    };
    files.rename = async (from, to) => {
      lasting.push(from, to);
    };
    const made = await keyInFile(files, '/key', drawn());
    const found = await keyInFile(files, '/key', drawn());
    expect([made, found].map((key) => key.use((lent) => hex(lent)))).toEqual([digits, digits]);
    expect(lasting).toEqual(['/key', '/key', '/key', '/key']);
  });

  it.each([
    ['is no file', () => mkdirSync(place.path)],
    ['is no file', () => symlinkSync('/etc/hostname', place.path)],
    ['must have mode 0600, it has 0644', () => writeFileSync(place.path, digits, { mode: 0o644 })],
    ['must hold 64 hex digits', () => writeFileSync(place.path, digits.slice(1), { mode: 0o600 })],
  ])('%s, whoever makes it meanwhile', async (what, make) => {
    place.path = join(temporaryDirectory(), 'key');
    const files: Files = {
      ...diskFiles,
      create: (path, bytes) => {
        make();
        return diskFiles.create(path, bytes);
      },
    };
    expect(await refusal(keyInFile(files, place.path, drawn()))).toBe(
      `MASTER_KEY_INVALID: the key file ${place.path} ${what}`,
    );
    expect(readdirSync(dirname(place.path))).toEqual(['key']);
  });

  it('leaves what is beside it if it cannot be made', async () => {
    const files = new MemoryFiles();
    await files.create('/key.0123456789abcdef.tmp', text(digits));
    files.create = () => Promise.reject(new StorageError('NO_SPACE', 'the disk is full'));
    expect(await refusal(keyInFile(files, '/key', drawn()))).toMatch(/^NO_SPACE/);
    expect(await files.list('/')).toEqual(['key.0123456789abcdef.tmp']);
  });
});
