import type { Writable } from 'node:stream';
import { escapeSteering, STEERING } from '../steering.ts';
import { Failure } from './failure.ts';

const BAR_CELLS = 24;

/** Nobody reads any more what a command says, as after `| head`. No failure. */
export class Hangup extends Error {
  override readonly name = 'Hangup';
}

/** For what its exit code says as well: `telling` it counts as done, though nobody reads on. */
export async function unlessHungUp(telling: Promise<void>): Promise<void> {
  try {
    await telling;
  } catch (error) {
    if (!(error instanceof Hangup)) throw error;
  }
}

type Screen = Writable & { readonly isTTY?: boolean };

/** Where a command says what it has to say: results on `out`, all else on `err`. */
export class Terminal {
  readonly #out: Screen;
  readonly #err: Screen;
  #isBarShown = false;

  constructor(out: Screen, err: Screen) {
    this.#out = out;
    this.#err = err;
    // Unheard, errors would end the process with a stack: those of `out` come with the write.
    for (const stream of [out, err]) stream.on('error', () => {});
  }

  /** Resolves once the text is out. @throws {Hangup} @throws {Failure} if it cannot be written. */
  async print(text: string): Promise<void> {
    await this.#write(`${printableLines(text)}\n`);
  }

  /** The same, in the place of all that a person saw before; a program gets it as it comes. */
  async redraw(text: string): Promise<void> {
    const clear = this.#out.isTTY === true ? '\u001b[H\u001b[2J' : '';
    await this.#write(`${clear}${printableLines(text)}\n`);
  }

  async #write(text: string): Promise<void> {
    this.clear();
    await new Promise<void>((resolve, reject) => {
      this.#out.write(text, (error) => {
        if (!error) return resolve();
        const code: unknown = Reflect.get(error, 'code');
        const isHangup = code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED';
        reject(isHangup ? new Hangup() : new Failure(`cannot write: ${error.message}`));
      });
    });
  }

  /** A line of JSON: what would steer the terminal is escaped, and means what it did. */
  async printJson(json: string): Promise<void> {
    await this.print(escapeSteering(json));
  }

  note(text: string): void {
    this.clear();
    this.#err.write(`${printableLines(text)}\n`);
  }

  /** A bar, for people only. */
  progress(done: number, of: number, what: string): void {
    if (this.#err.isTTY !== true || of === 0) return;
    const full = Math.round((done / of) * BAR_CELLS);
    const bar = `${'#'.repeat(full)}${'.'.repeat(BAR_CELLS - full)}`;
    this.#err.write(`\r[${bar}] ${done} of ${of} ${what}\u001b[K`);
    this.#isBarShown = true;
  }

  clear(): void {
    if (this.#isBarShown) this.#err.write('\r\u001b[K');
    this.#isBarShown = false;
  }
}

/** Text of strangers must not steer a terminal. */
export const printable = (text: string): string => text.replaceAll(STEERING, '\uFFFD');

/** The same of several lines; without the feed of the last one, which comes when it is printed. */
export const printableLines = (text: string): string =>
  text.replace(/\n$/, '').split('\n').map(printable).join('\n');
