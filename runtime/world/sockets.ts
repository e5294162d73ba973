import { once } from 'node:events';
import { chmod, lstat, mkdtemp, rename, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Connection, Listening, Sockets } from '../../actors/sockets.ts';
import { StorageError } from '../../storage/faults.ts';

/** Of the path of a socket. */
export const SOCKET_PATH_BYTES_MAX = 107;

class SocketConnection implements Connection {
  readonly incoming: AsyncIterable<Uint8Array>;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    // Unheard, an error would end the process; `incoming` ends by it.
    socket.on('error', () => {});
    this.incoming = chunksOf(socket);
  }

  write(text: string): boolean {
    return !this.#socket.writable || this.#socket.write(text);
  }

  drained(): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve) => {
      const leave = (): void => {
        socket.off('drain', leave);
        socket.off('close', leave);
        resolve();
      };
      if (!socket.writableNeedDrain || socket.destroyed) return resolve();
      socket.on('drain', leave);
      socket.on('close', leave);
    });
  }

  end(): void {
    this.#socket.end();
  }

  drop(): void {
    this.#socket.destroy();
  }
}

async function* chunksOf(socket: Socket): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of socket) yield chunk;
  } catch {
    // Reset, or dropped here: the end all the same.
  }
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error ? Reflect.get(error, 'code') : undefined;

const failed = (path: string, cause: unknown): StorageError =>
  new StorageError('DISK_FAILED', `the socket ${path} cannot be used: ${codeOf(cause)}`, { cause });

async function connect(path: string): Promise<Connection | undefined> {
  // A longer one is cut off, and leads somewhere else.
  if (Buffer.byteLength(path) > SOCKET_PATH_BYTES_MAX) return undefined;
  if (!(await isOursAt(path))) return undefined;
  const socket = createConnection(path);
  try {
    await once(socket, 'connect');
  } catch (error) {
    const isNobody = ['ENOENT', 'ECONNREFUSED', 'ENOTDIR', 'ENOTSOCK'].includes(
      String(codeOf(error)),
    );
    if (isNobody) return undefined;
    throw failed(path, error);
  }
  return new SocketConnection(socket);
}

/**
 * False if there is nothing. What answers must be of this user, and at that very place: a link
 * would lead to a stranger, who may say anything.
 */
async function isOursAt(path: string): Promise<boolean> {
  const refused = (because: string): StorageError =>
    new StorageError('DISK_FAILED', `${path} is not asked: ${because}`);
  try {
    const found = await lstat(path);
    if (!found.isSocket()) throw refused('it is no socket');
    const isOurs = found.uid === (process.geteuid?.() ?? found.uid);
    if (!isOurs) throw refused(`it belongs to another user, ${found.uid}`);
    return true;
  } catch (error) {
    if (error instanceof StorageError) throw error;
    if (['ENOENT', 'ENOTDIR'].includes(String(codeOf(error)))) return false;
    throw failed(path, error);
  }
}

/** The socket at `path` as a file; undefined if there is none. */
async function inodeAt(path: string): Promise<number | undefined> {
  try {
    const found = await lstat(path);
    if (found.isSocket()) return found.ino;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  throw new StorageError('TAKEN', `${path} is there, and no socket`);
}

/**
 * Made inside a directory that is ours alone, and moved from there: between its birth and its mode
 * nobody can open it. Its first name is no longer than its last.
 */
async function bind(server: Server, path: string): Promise<void> {
  const nest = await mkdtemp(`${dirname(path)}/.c-`);
  try {
    const first = `${nest}/s`;
    server.listen(first);
    await once(server, 'listening');
    await chmod(first, 0o600);
    await rename(first, path);
  } catch (error) {
    server.close();
    throw error;
  } finally {
    await rm(nest, { recursive: true, force: true });
  }
}

async function listen(
  path: string,
  onConnection: (connection: Connection) => void,
): Promise<Listening> {
  if (Buffer.byteLength(path) > SOCKET_PATH_BYTES_MAX) {
    throw new StorageError('DISK_FAILED', `the path ${path} is too long for a socket`);
  }
  try {
    await inodeAt(path);
  } catch (error) {
    throw error instanceof StorageError ? error : failed(path, error);
  }
  const other = await connect(path);
  if (other !== undefined) {
    other.drop();
    throw new StorageError('LOCKED', `another process answers at ${path}`);
  }
  const server = createServer((socket) => {
    socket.unref();
    onConnection(new SocketConnection(socket));
  });
  server.unref();
  // One that could not be accepted is no reason to end the process.
  server.on('error', () => {});
  try {
    await bind(server, path);
  } catch (error) {
    throw error instanceof StorageError ? error : failed(path, error);
  }
  const inode = await inodeAt(path);
  return {
    async close() {
      server.close();
      const isOurs = (await inodeAt(path).catch(() => undefined)) === inode;
      if (isOurs) await rm(path, { force: true });
    },
  };
}

/** The sockets of this machine. */
export const sockets: Sockets = { listen, connect };
