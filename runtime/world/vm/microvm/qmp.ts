import type { Duplex } from 'node:stream';

const LINE_LENGTH_MAX = 1_048_576;

/** Of whoever has closed what we hear it by: why is to be had once it has ended. */
export class Gone extends Error {}

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** QEMU's own line: one command after the other. It is our VMM that speaks here, not the guest. */
export class Qmp {
  readonly #line: Duplex;
  readonly #onBroken: () => void;
  readonly #waiting: Waiting[] = [];
  #held = '';
  #lost: Error | undefined;

  /** `onBroken` is called if it says what no QEMU says: nothing is read of it any more. */
  constructor(line: Duplex, onBroken: () => void) {
    this.#line = line;
    this.#onBroken = onBroken;
    line.setEncoding('utf8');
    line.on('data', (text: string) => this.#hear(text));
    line.on('error', () => this.#lose(new Gone('QEMU is gone')));
    line.on('close', () => this.#lose(new Gone('QEMU is gone')));
    this.run('qmp_capabilities').catch(() => {});
  }

  /** @throws {Error} in QEMU's words. @throws {Gone} */
  run(execute: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== undefined) return reject(this.#lost);
      this.#waiting.push({ resolve, reject });
      this.#line.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    });
  }

  #hear(text: string): void {
    const lines = `${this.#held}${text}`.split('\n');
    this.#held = lines.pop() ?? '';
    if (this.#held.length > LINE_LENGTH_MAX) return this.#break('QEMU says too much');
    for (const line of lines) this.#take(line);
  }

  #take(line: string): void {
    let said: object;
    try {
      said = Object(JSON.parse(line));
    } catch {
      return this.#break('QEMU says what is no QMP');
    }
    if ('return' in said) this.#waiting.shift()?.resolve(said.return);
    if ('error' in said) {
      const { desc } = Object(said.error);
      this.#waiting.shift()?.reject(new Error(String(desc)));
    }
  }

  #break(why: string): void {
    this.#lose(new Error(why));
    this.#held = '';
    this.#line.destroy();
    this.#onBroken();
  }

  #lose(why: Error): void {
    this.#lost ??= why;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#lost);
  }
}
