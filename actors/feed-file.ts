import { concat, hex, sha256 } from '../storage/bytes.ts';
import type { Clock, Files } from '../storage/ports.ts';

const PIECE_BYTES = 65_536;
/** Between two of so many bytes others have their turn: a few of them may mean much. */
const TURN_BYTES = 4_096;

/** What is in a feed cannot be taken. */
export class FeedRefusal extends Error {
  override readonly name = 'FeedRefusal';
}

/**
 * Reads a file in pieces of at most 4,096 bytes, others having their turn between them, and says
 * what it was, as a digest. `take` may return false: then nothing more is read.
 * @throws {FeedRefusal | StorageError} also for a file that is too large, before it is read.
 */
export async function readFeed(
  { files, clock }: { readonly files: Files; readonly clock: Pick<Clock, 'soon'> },
  path: string,
  bytesMax: number,
  take: (piece: Uint8Array) => boolean,
): Promise<string> {
  const real = await files.realPath(path);
  const found = await files.stat(real);
  if (found === undefined) throw new FeedRefusal('there is no such file');
  if (found.kind !== 'file') throw new FeedRefusal('it is no file');
  const tooLarge = (bytes: number) =>
    new FeedRefusal(`it has ${bytes} bytes, of at most ${bytesMax}`);
  if (found.sizeBytes > bytesMax) throw tooLarge(found.sizeBytes);
  if (found.sizeBytes === 0) throw new FeedRefusal('it is an empty file');
  let digest: Uint8Array = new Uint8Array(0);
  for (let offset = 0; ; offset += PIECE_BYTES) {
    const piece = await files.readAt(real, offset, PIECE_BYTES);
    // It may grow while it is read.
    if (offset + piece.length > bytesMax) throw tooLarge(offset + piece.length);
    digest = sha256(concat(digest, sha256(piece)));
    for (let from = 0; from < piece.length; from += TURN_BYTES) {
      if (!take(piece.subarray(from, from + TURN_BYTES))) return hex(digest);
      await new Promise<void>((resolve) => clock.soon(resolve));
    }
    if (piece.length < PIECE_BYTES) return hex(digest);
  }
}

/** Runs work to its end, others having their turn after each step. */
export async function inTurns<Result>(
  clock: Pick<Clock, 'soon'>,
  work: Generator<void, Result>,
): Promise<Result> {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    await new Promise<void>((resolve) => clock.soon(resolve));
  }
}
