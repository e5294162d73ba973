import type { Log, LogFields } from '../../actors/world.ts';
import { escapeSteering } from '../steering.ts';

/** pino's numbers. */
const LEVELS = { debug: 20, info: 30, warn: 40, error: 50 } as const;

/**
 * One line of JSON per warning or error, to `write`: `{ level, time, msg, ...fields }`. What is
 * less than a warning is left out; an error among the fields is `{ name, message, stack, code?,
 * cause? }`; a field that cannot be written is named, without its value.
 */
export function lineLog(write: (text: string) => void): Log {
  const log = (level: keyof typeof LEVELS) => (fields: LogFields, message: string) => {
    try {
      const head = { level: LEVELS[level], time: Date.now(), msg: message };
      write(`${escapeSteering(line(head, fields))}\n`);
    } catch {
      // A log that cannot be written must not bring down what it is about.
    }
  };
  const nothing = (): void => {};
  return { debug: nothing, info: nothing, warn: log('warn'), error: log('error') };
}

/** The head has the last word: a field named `level` must not change how bad it is. */
function line(head: LogFields, fields: LogFields): string {
  try {
    return JSON.stringify({ ...head, ...fields, ...head }, plain);
  } catch {
    const names = Object.keys(fields).map((name) => [name, printable(fields, name)]);
    return JSON.stringify({ ...head, ...Object.fromEntries(names), ...head });
  }
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  const code: unknown = Reflect.get(value, 'code');
  return { name, message, stack, code, cause };
}

function printable(fields: LogFields, name: string): unknown {
  try {
    return JSON.parse(JSON.stringify(fields[name], plain) ?? 'null');
  } catch {
    return '[unprintable]';
  }
}
