import type { Log, LogFields } from '../../actors/world.ts';

export interface LogLine {
  readonly level: keyof Log;
  readonly message: string;
  readonly fields: LogFields;
}

const LINES_MAX = 10_000;

/** Keeps the newest lines, for tests to read. */
export class MemoryLog implements Log {
  readonly lines: LogLine[] = [];

  debug(fields: LogFields, message: string): void {
    this.#add({ level: 'debug', message, fields });
  }

  info(fields: LogFields, message: string): void {
    this.#add({ level: 'info', message, fields });
  }

  warn(fields: LogFields, message: string): void {
    this.#add({ level: 'warn', message, fields });
  }

  error(fields: LogFields, message: string): void {
    this.#add({ level: 'error', message, fields });
  }

  #add(line: LogLine): void {
    this.lines.push(line);
    if (this.lines.length > LINES_MAX) this.lines.shift();
  }
}
