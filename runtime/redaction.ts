import type { Log, LogFields } from '../actors/world.ts';
import { isCardNumber } from './card-number.ts';
import { describeError } from './errors.ts';
import { isSecretName, MASK, maskName, maskSecrets } from './masking.ts';

export type Plain = null | boolean | number | string | readonly Plain[] | PlainFields;
export interface PlainFields {
  readonly [name: string]: Plain;
}

const DEPTH_MAX = 8;
/** Of one object or list. */
const ENTRIES_MAX = 64;
/** Of all that is redacted at once. */
const VALUES_MAX = 1_000;
const LENGTH_MAX = 64 * 1024;

/** Fields of our own facts and log lines that hold words. What holds numbers need not be here. */
const WORDS = [
  ...['because', 'by', 'carrier', 'code', 'command', 'decision', 'detail', 'ending', 'engine'],
  ...['event', 'field', 'fix', 'from'],
  ...['granted', 'level', 'line', 'message', 'name', 'parts', 'reason', 'role', 'rule'],
  ...['segments', 'signal', 'stage', 'step', 'strategy', 'to', 'unavailable', 'unit', 'verdict'],
];
/** Fields of our own that hold what others are addressed by, or known by. */
const NAMES = [
  ...[
    'actor',
    'address',
    'affected',
    'aside',
    'cidr',
    'digest',
    'digests',
    'method',
    'netgroup',
    'path',
    'peer',
  ],
  ...['subject', 'subjects', 'tenant'],
];

const ours: { readonly words: readonly string[]; readonly names: readonly string[] } = {
  words: WORDS,
  names: NAMES,
};

/**
 * Leaves of plain data what is known to be harmless, before it leaves the process: numbers,
 * booleans, and text under the names of known fields, without what looks like a secret. Other text
 * becomes `[redacted N chars]`. Takes any value, never throws, gives JSON; at most 8 levels deep,
 * 64 entries wide, 1,000 values and 64 KiB of text in all.
 */
export class Redactor {
  readonly #words: ReadonlySet<string>;
  readonly #names: ReadonlySet<string>;

  /** `allow` names further fields whose text may be told. */
  constructor({ allow = [] }: { readonly allow?: readonly string[] } = {}, known = ours) {
    this.#words = new Set([...known.words, ...allow]);
    this.#names = new Set(known.names);
  }

  /** For data of others, whose fields may be called as ours are: `allow` names all that is told. */
  static ofOthers(allow: readonly string[]): Redactor {
    return new Redactor({ allow }, { words: [], names: [] });
  }

  redact(data: unknown): Plain {
    return new Walk((name, text) => this.#textOf(name, text)).valueOf('', data, 0) ?? null;
  }

  /** The same for the fields of a record; `{ unreadable: true }` if there are none to read. */
  fields(data: unknown): PlainFields {
    const redacted = this.redact(data);
    const isRecord = typeof redacted === 'object' && redacted !== null && !isList(redacted);
    return isRecord ? redacted : { unreadable: true };
  }

  #textOf(name: string, text: string): string {
    if (this.#words.has(name)) return maskSecrets(text);
    return this.#names.has(name) ? maskName(text) : redacted(text.length);
  }
}

const isList = (plain: Plain): plain is readonly Plain[] => Array.isArray(plain);

const redacted = (length: number): string => `[redacted ${length} chars]`;

/** One walk through a value, with what is left of its limits. */
class Walk {
  readonly #textOf: (name: string, text: string) => string;
  readonly #above = new Set<object>();
  #valuesLeft = VALUES_MAX;
  #lengthLeft = LENGTH_MAX;

  constructor(textOf: (name: string, text: string) => string) {
    this.#textOf = textOf;
  }

  /** Undefined for what JSON leaves out. */
  valueOf(name: string, value: unknown, depth: number): Plain | undefined {
    if (value === undefined) return undefined;
    this.#valuesLeft -= 1;
    if (this.#valuesLeft < 0) return '[cut]';
    if (value === null || typeof value === 'boolean') return value;
    if (isSecretName(name)) return MASK;
    if (typeof value === 'number' || typeof value === 'bigint') return numberOf(value);
    if (typeof value === 'string') return this.#text(name, value);
    if (typeof value !== 'object') return `[${typeof value}]`;
    try {
      return this.#object(name, value, depth);
    } catch {
      return '[unreadable]';
    }
  }

  #text(name: string, text: string): string {
    if (this.#lengthLeft <= 0) return `[cut ${text.length} chars]`;
    this.#lengthLeft -= text.length;
    return this.#textOf(name, text);
  }

  #object(name: string, value: object, depth: number): Plain {
    if (value instanceof Error) return this.#fields(describeError(value), depth);
    const summary = summaryOf(value);
    if (summary !== undefined) return summary;
    if (this.#above.has(value)) return '[cycle]';
    if (depth >= DEPTH_MAX) return '[too deep]';
    this.#above.add(value);
    try {
      return Array.isArray(value) ? this.#list(name, value, depth) : this.#fields(value, depth);
    } finally {
      this.#above.delete(value);
    }
  }

  /** In a list, as in the raw headers of a request, the name of a secret may stand before it. */
  #list(name: string, list: readonly unknown[], depth: number): Plain[] {
    const plain: Plain[] = [];
    const { length } = list;
    for (let index = 0; index < Math.min(length, ENTRIES_MAX); index++) {
      const [before, value] = [list[index - 1], list[index]];
      const isSecret = typeof before === 'string' && isSecretName(before);
      plain.push(isSecret ? MASK : (this.valueOf(name, value, depth + 1) ?? null));
    }
    if (length > ENTRIES_MAX) plain.push(`[cut ${length - ENTRIES_MAX} entries]`);
    return plain;
  }

  #fields(from: object, depth: number): PlainFields {
    const plain: Record<string, Plain> = {};
    const { names, more } = namesIn(from);
    for (const name of names) {
      const value = this.#read(name, from, depth);
      if (value !== undefined) plain[nameOf(name)] = value;
    }
    if (more > 0) plain.more = `[cut ${more} entries]`;
    return plain;
  }

  /** A getter may throw; that is no reason to lose the other fields. */
  #read(name: string, from: object, depth: number): Plain | undefined {
    let value: unknown;
    try {
      value = Reflect.get(from, name);
    } catch {
      return '[unreadable]';
    }
    return this.valueOf(name, value, depth + 1);
  }
}

interface Names {
  readonly names: readonly string[];
  /** That are left out. */
  readonly more: number;
}

const LARGE = 1_000;
/** Of those that had many when they were listed first: to list a million takes a second. */
const largeOnes = new WeakMap<object, Names>();

function namesIn(from: object): Names {
  const known = largeOnes.get(from);
  if (known !== undefined) return known;
  const all = Object.keys(from);
  const names = { names: all.slice(0, ENTRIES_MAX), more: Math.max(0, all.length - ENTRIES_MAX) };
  if (all.length > LARGE) largeOnes.set(from, names);
  return names;
}

/** A name is told if it reads like one: somebody's data may be used as names. */
function nameOf(name: string): string {
  return /^[A-Za-z$][\w$.:-]{0,63}$/.test(name) && maskSecrets(name) === name
    ? name
    : redacted(name.length);
}

function numberOf(value: number | bigint): Plain {
  const text = String(value);
  if (isCardNumber(text)) return MASK;
  if (typeof value === 'bigint') return text.length <= 40 ? text : `[${text.length} digits]`;
  if (!Number.isFinite(value)) return text;
  // JSON has no -0.
  return value === 0 ? 0 : value;
}

/** For what is told by its kind and size alone. */
function summaryOf(value: object): string | undefined {
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? '[no date]' : value.toISOString();
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
    return `[${value.byteLength} bytes]`;
  if (value instanceof Map) return `[map of ${value.size}]`;
  if (value instanceof Set) return `[set of ${value.size}]`;
  return undefined;
}

/** For what is told by default. */
export const redactor = new Redactor();

/** Lets no line through to `log` but redacted. */
export function redactedLog(log: Log, by = redactor): Log {
  const told = (level: keyof Log) => (fields: LogFields, message: string) =>
    log[level](by.fields(fields), maskSecrets(message));
  return { debug: told('debug'), info: told('info'), warn: told('warn'), error: told('error') };
}
