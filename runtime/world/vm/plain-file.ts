import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/**
 * A file to be read. To be closed by whoever asked for it.
 * Trap: without O_NONBLOCK a pipe waits for its other end, and keeps a thread of the process for
 * good: after four of them no file is read any more.
 * @throws {Error} if it is no file, or cannot be read.
 */
export async function openPlainFile(path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const found = await file.stat();
  if (found.isFile()) return file;
  await file.close();
  throw new Error(`${path} is no file`);
}

/** All that is in it. @throws {Error} as above. */
export async function readPlainFile(path: string): Promise<Buffer> {
  const file = await openPlainFile(path);
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** Whether it is not there, or is no file: else it is there, and the system refuses it. */
export function isNoFile(error: unknown): boolean {
  const { code } = Object(error);
  return code === undefined || code === 'ENOENT';
}

/** Of what the system refuses, by its own code. */
export function refusal(path: string, what: 'read' | 'written', error: unknown): Error {
  const { code, message } = Object(error);
  return new Error(`${path} cannot be ${what}: ${code ?? message}`);
}
