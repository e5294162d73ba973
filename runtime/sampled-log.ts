import type { Log, LogFields } from '../actors/world.ts';
import type { Clock } from '../storage/ports.ts';

/** Warnings and errors of one kind in a window that are told one by one. */
const FIRST = 10;
/** After those, every so-manyth. */
const EVERY = 100;
const WINDOW_MS = 60_000;
/** Lines of one kind, of any level. */
const LINES_PER_SECOND_MAX = 100;
/** Kinds that are told apart; what is of a further kind shares one with all such of its level. */
const KINDS_MAX = 256;
const SIGN_LENGTH_MAX = 100;

type Level = keyof Log;

/** Lines of the same level, message, code and reason. Times are monotonic milliseconds. */
interface Kind {
  readonly level: Level;
  readonly line: string;
  readonly code: string | undefined;
  windowFromMs: number;
  seen: number;
  secondFromMs: number;
  toldInSecond: number;
  suppressed: number;
}

type KindOf = Pick<Kind, 'level' | 'line' | 'code'>;

/**
 * Lets of many lines of one kind only some through, so that a failure that repeats itself does not
 * bury the others. Of warnings and errors the first 10 in a minute, then every 100th; of any level
 * at most 100 a second. The next line of its kind carries how many were `suppressed`. A line whose
 * `error` has a `code` carries that too.
 */
export class SampledLog implements Log {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #kinds = new Map<string, Kind>();

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  debug(fields: LogFields, message: string): void {
    this.#pass('debug', fields, message);
  }

  info(fields: LogFields, message: string): void {
    this.#pass('info', fields, message);
  }

  warn(fields: LogFields, message: string): void {
    this.#pass('warn', fields, message);
  }

  error(fields: LogFields, message: string): void {
    this.#pass('error', fields, message);
  }

  /** Tells what was suppressed and not told yet. */
  flush(): void {
    for (const kind of this.#kinds.values()) this.#settle(kind);
    this.#kinds.clear();
  }

  #pass(level: Level, fields: LogFields, message: string): void {
    const { code, reason } = signsOf(fields);
    const nowMs = this.#clock.monotonicMs();
    const key = `${level} ${code ?? ''} ${reason ?? ''} ${message}`;
    const kind = this.#kinds.get(key) ?? this.#newKind(key, { level, line: message, code }, nowMs);
    if (!isTold(kind, nowMs)) {
      kind.suppressed += 1;
      return;
    }
    const { suppressed } = kind;
    kind.suppressed = 0;
    const more = {
      ...(code === undefined ? {} : { code }),
      ...(suppressed === 0 ? {} : { suppressed }),
    };
    this.#log[level](withMore(fields, more), message);
  }

  #newKind(key: string, of: KindOf, nowMs: number): Kind {
    if (this.#kinds.size < KINDS_MAX || this.#forgetOld(nowMs)) return this.#add(key, of, nowMs);
    const { level } = of;
    const others = this.#kinds.get(level);
    return others ?? this.#add(level, { level, line: 'others', code: undefined }, nowMs);
  }

  #add(key: string, of: KindOf, nowMs: number): Kind {
    const zero = { seen: 0, toldInSecond: 0, suppressed: 0 };
    const kind = { ...of, ...zero, windowFromMs: nowMs, secondFromMs: nowMs };
    this.#kinds.set(key, kind);
    return kind;
  }

  /** True if it made room. */
  #forgetOld(nowMs: number): boolean {
    for (const [key, kind] of this.#kinds) {
      if (nowMs - kind.windowFromMs < WINDOW_MS) continue;
      this.#settle(kind);
      this.#kinds.delete(key);
    }
    return this.#kinds.size < KINDS_MAX;
  }

  #settle({ level, line, code, suppressed }: Kind): void {
    if (suppressed === 0) return;
    const fields = code === undefined ? { line, suppressed } : { line, code, suppressed };
    this.#log[level](fields, 'lines like this were suppressed');
  }
}

function isTold(kind: Kind, nowMs: number): boolean {
  if (nowMs - kind.windowFromMs >= WINDOW_MS) {
    kind.windowFromMs = nowMs;
    kind.seen = 0;
  }
  if (nowMs - kind.secondFromMs >= 1_000) {
    kind.secondFromMs = nowMs;
    kind.toldInSecond = 0;
  }
  kind.seen += 1;
  const isBad = kind.level === 'warn' || kind.level === 'error';
  if (isBad && kind.seen > FIRST && (kind.seen - FIRST) % EVERY !== 0) return false;
  if (kind.toldInSecond >= LINES_PER_SECOND_MAX) return false;
  kind.toldInSecond += 1;
  return true;
}

/** By what a line is told from others with the same message. */
function signsOf(fields: LogFields): { code?: string | undefined; reason?: string | undefined } {
  try {
    const { error } = fields;
    const inner: unknown = error instanceof Object ? Reflect.get(error, 'code') : undefined;
    return { code: textOf(fields.code ?? inner), reason: textOf(fields.reason) };
  } catch {
    return {};
  }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value.slice(0, SIGN_LENGTH_MAX) : undefined;

function withMore(fields: LogFields, more: LogFields): LogFields {
  try {
    return { ...fields, ...more };
  } catch {
    return { unreadable: true, ...more };
  }
}
