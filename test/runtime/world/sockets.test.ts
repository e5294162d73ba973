import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Connection } from '../../../actors/sockets.ts';
import { sockets } from '../../../runtime/world/sockets.ts';
import { temporaryDirectory } from '../../storage/disk.ts';

async function listening(path: string, onConnection: (connection: Connection) => void = () => {}) {
  const listening = await sockets.listen(path, onConnection);
  onTestFinished(() => listening.close());
  return listening;
}

async function textFrom(connection: Connection | undefined): Promise<string> {
  let text = '';
  for await (const chunk of connection?.incoming ?? []) text += Buffer.from(chunk).toString();
  return text;
}

async function connected(path: string): Promise<Connection> {
  const connection = await sockets.connect(path);
  if (connection === undefined) throw new Error('nobody answers');
  onTestFinished(() => connection.drop());
  return connection;
}

/** A socket that a killed process left behind. */
async function stale(path: string): Promise<void> {
  const nest = `${path}-nest`;
  mkdirSync(nest);
  const server = createServer().listen(`${nest}/s`);
  await new Promise((resolve) => server.once('listening', resolve));
  renameSync(`${nest}/s`, path);
  server.close();
}

describe('a socket of this machine', () => {
  it('carries text both ways, until one side ends it', async () => {
    const path = `${temporaryDirectory()}/s`;
    await listening(path, (connection) => {
      connection.write('welcome ');
      void textFrom(connection).then((text) => heard(text));
      connection.write('and goodbye');
      connection.end();
    });
    let heard = (_text: string): void => {};
    const told = new Promise<string>((resolve) => {
      heard = resolve;
    });
    const connection = await connected(path);
    connection.write('hello');
    expect(await textFrom(connection)).toBe('welcome and goodbye');
    expect(await told).toBe('hello');
  });

  it('is for its owner alone, in a directory for all too, and leaves nothing behind', async () => {
    const directory = temporaryDirectory();
    chmodSync(directory, 0o777);
    const { close } = await listening(`${directory}/s`);
    expect(lstatSync(`${directory}/s`).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['s']);
    await close();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('takes over a name where nobody answers', async () => {
    const path = `${temporaryDirectory()}/s`;
    await stale(path);
    expect(await sockets.connect(path)).toBe(undefined);
    await listening(path, (connection) => connection.end());
    expect(await textFrom(await connected(path))).toBe('');
  });

  it('takes no name where somebody answers', async () => {
    const path = `${temporaryDirectory()}/s`;
    await listening(path);
    await expect(sockets.listen(path, () => {})).rejects.toMatchObject({ code: 'LOCKED' });
    expect(await sockets.connect(path)).toBeDefined();
  });

  it('takes no name of a file', async () => {
    const path = `${temporaryDirectory()}/s`;
    writeFileSync(path, 'precious');
    await expect(sockets.listen(path, () => {})).rejects.toMatchObject({ code: 'TAKEN' });
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  it('is asked only where it lies itself: a link or a file is refused', async () => {
    const directory = temporaryDirectory();
    const comers: Connection[] = [];
    await listening(`${directory}/s`, (connection) => comers.push(connection));
    symlinkSync(`${directory}/s`, `${directory}/link`);
    writeFileSync(`${directory}/file`, 'precious');
    for (const path of [`${directory}/link`, `${directory}/file`]) {
      const message = `${path} is not asked: it is no socket`;
      await expect(sockets.connect(path)).rejects.toMatchObject({ code: 'DISK_FAILED', message });
    }
    await expect(sockets.listen(`${directory}/link`, () => {})).rejects.toMatchObject({
      code: 'TAKEN',
    });
    expect(comers).toEqual([]);
  });

  it.runIf(process.platform !== 'win32')('of another user is not asked', async () => {
    const path = `${temporaryDirectory()}/s`;
    await listening(path);
    const { uid } = lstatSync(path);
    const geteuid = vi.spyOn(process, 'geteuid').mockReturnValue(uid + 1);
    onTestFinished(() => geteuid.mockRestore());
    await expect(sockets.connect(path)).rejects.toMatchObject({
      code: 'DISK_FAILED',
      message: `${path} is not asked: it belongs to another user, ${uid}`,
    });
  });

  it('that another has made since stays when this one is closed', async () => {
    const path = `${temporaryDirectory()}/s`;
    const { close } = await listening(path);
    await stale(`${path}2`);
    renameSync(`${path}2`, path);
    await close();
    expect(lstatSync(path).isSocket()).toBe(true);
  });

  it('needs a directory, and a path of at most 107 bytes', async () => {
    const directory = temporaryDirectory();
    const refused = { name: 'StorageError', code: 'DISK_FAILED' };
    await expect(sockets.listen(`${directory}/none/s`, () => {})).rejects.toMatchObject(refused);
    const long = `${directory}/${'x'.repeat(107 - directory.length)}`;
    await expect(sockets.listen(long, () => {})).rejects.toMatchObject(refused);
    expect(await sockets.connect(long)).toBe(undefined);
    const { close } = await listening(long.slice(0, -1));
    expect(readdirSync(directory)).toEqual([long.slice(directory.length + 1, -1)]);
    await close();
  });

  it('says when the other side is slow, and when it is no more', async () => {
    const path = `${temporaryDirectory()}/s`;
    let accept = (_connection: Connection): void => {};
    const accepted = new Promise<Connection>((resolve) => {
      accept = resolve;
    });
    await listening(path, (connection) => accept(connection));
    const far = await connected(path);
    const near = await accepted;
    const arriving = textFrom(far);
    const flood = (): void => {
      while (near.write('x'.repeat(65_536)));
    };
    flood();
    await near.drained();
    flood();
    far.drop();
    await near.drained();
    expect(near.write('more')).toBe(true);
    expect((await arriving).length).toBeGreaterThan(0);
  });
});
