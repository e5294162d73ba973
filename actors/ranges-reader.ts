import type { Clock } from '../storage/ports.ts';
import type { FeedContent, FeedReader } from './feed.actor.ts';
import { FeedRefusal, inTurns } from './feed-file.ts';
import { FeedLines, type FeedReading } from './peer/door/feed-lines.ts';
import { RangeDraft, type RangeTable } from './peer/door/range-table.ts';

/** More bad lines than one in so many, and it is another kind of file, or half of one. */
const BAD_SHARE = 10;

/** Makes a table of a list of addresses and ranges, of at most so many prefixes. */
export class RangesReader implements FeedReader {
  readonly #clock: Pick<Clock, 'soon'>;
  readonly #room: number;
  readonly #onTaken: (table: RangeTable) => void;
  readonly #draft = new RangeDraft();
  readonly #lines: FeedLines;

  constructor(clock: Pick<Clock, 'soon'>, room: number, onTaken: (table: RangeTable) => void) {
    this.#clock = clock;
    this.#room = room;
    this.#onTaken = onTaken;
    this.#lines = new FeedLines(this.#draft, room);
  }

  take(piece: Uint8Array): boolean {
    this.#lines.take(piece);
    return !this.#lines.isFull;
  }

  async finish(): Promise<FeedContent> {
    if (this.#lines.isFull) {
      throw new FeedRefusal(`it has more than the ${this.#room} prefixes left`);
    }
    const reading = this.#lines.end();
    checkReading(reading);
    const { bad, badLines } = reading;
    const table = await inTurns(this.#clock, this.#draft.table());
    const heed = (): void => this.#onTaken(table);
    return { prefixes: table.size, bytes: table.bytes, bad, badLines, heed };
  }
}

/** @throws {FeedRefusal} if so much of it is bad that it is none, or not whole. */
function checkReading({ entries, bad, badLines }: FeedReading): void {
  if (bad * BAD_SHARE <= entries) return;
  const named = badLines.slice(0, 3).map(({ line, because }) => `line ${line}: ${because}`);
  throw new FeedRefusal(`${bad} lines of it are bad, and ${entries} good: ${named.join('; ')}`);
}
