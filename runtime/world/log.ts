import type { Log, LogFields } from '../../actors/world.ts';

/** pino's numbers. */
const LEVELS = { debug: 20, info: 30, warn: 40, error: 50 } as const;

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  return { name, message, stack, ...(cause === undefined ? {} : { cause }) };
}

function line(level: keyof typeof LEVELS, fields: LogFields, msg: string): string {
  const head = { level: LEVELS[level], time: Date.now() };
  try {
    return JSON.stringify({ ...head, ...fields, msg }, plain);
  } catch {
    return JSON.stringify({ ...head, msg, unprintable: true });
  }
}

/** One line of JSON per warning or error, to `write`; what is less than a warning is left out. */
export function lineLog(write: (text: string) => void): Log {
  const log = (level: keyof typeof LEVELS) => (fields: LogFields, message: string) => {
    try {
      write(`${line(level, fields, message)}\n`);
    } catch {
      // A log that cannot be written must not bring down what it is about.
    }
  };
  const nothing = (): void => {};
  return { debug: nothing, info: nothing, warn: log('warn'), error: log('error') };
}
