import { constants, fstatSync, openSync, writeSync } from 'node:fs';

const { O_WRONLY, O_NONBLOCK } = constants;

/** A pipe that takes what it has room for: whoever does not read it keeps nobody waiting. */
class Pipe {
  readonly #descriptor: number;
  /** What has not gone out yet, of one line. */
  #rest: Uint8Array = new Uint8Array();
  #lost = 0;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  write(text: string): void {
    if (!this.#flush()) {
      this.#lost += 1;
      return;
    }
    this.#rest = Buffer.from(`${this.#gap()}${text}`);
    this.#flush();
  }

  #gap(): string {
    const lost = this.#lost;
    this.#lost = 0;
    if (lost === 0) return '';
    return `${JSON.stringify({ level: 40, time: Date.now(), msg: 'lines were lost', lost })}\n`;
  }

  /** Whether all is out. */
  #flush(): boolean {
    try {
      while (this.#rest.length > 0) {
        this.#rest = this.#rest.subarray(writeSync(this.#descriptor, this.#rest));
      }
    } catch (error) {
      if (Reflect.get(Object(error), 'code') === 'EAGAIN') return false;
      this.#rest = new Uint8Array();
    }
    return true;
  }
}

let pipe: Pipe | 'none' | undefined;

/** Opened anew, for what others write to it stays as it is. */
function openPipe(): Pipe | 'none' {
  try {
    if (!fstatSync(2).isFIFO()) return 'none';
    return new Pipe(openSync('/proc/self/fd/2', O_WRONLY | O_NONBLOCK));
  } catch {
    return 'none';
  }
}

/**
 * Writes a line to stderr. When that is closed, it is lost, and nobody is told; when it is a pipe
 * that nobody reads, it is counted, and the next line that finds room says how many were lost.
 */
export function writeToStderr(text: string): void {
  const { stderr } = process;
  pipe ??= openPipe();
  // Whoever has put something else in its place gets the lines.
  if (pipe !== 'none' && !Object.hasOwn(stderr, 'write')) return pipe.write(text);
  stderr.write(text, (error) => {
    // Unheard, the 'error' that comes next would end the process.
    if (error && stderr.listenerCount('error') === 0) stderr.once('error', () => {});
  });
}
