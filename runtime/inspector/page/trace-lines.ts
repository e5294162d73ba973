import type { Chart } from '../../chart.ts';
import type { Life, ToldFact } from '../protocol.ts';
import { seenJson } from './seen-json.ts';

interface Place {
  readonly atMs: number;
  readonly process: number;
  /** Its address, if there are several. */
  readonly machine?: string;
}

/** One line of a trace, as runtime/sim/TRACE.md and PROTOCOL.md have it. */
export type TraceLine = Place &
  (
    | ({ readonly kind: 'fact' } & ToldFact)
    | {
        readonly kind: 'log';
        readonly level: string;
        readonly message: string;
        readonly fields: Fields;
      }
    | {
        readonly kind: 'move';
        readonly subject: string;
        readonly transitions: readonly string[];
        readonly chart?: string;
        readonly states?: readonly string[];
      }
    | { readonly kind: 'note'; readonly text: string; readonly fields: Fields }
    | { readonly kind: 'fault'; readonly fault: Fields; readonly hit?: string }
    | { readonly kind: 'violation'; readonly invariant: string; readonly detail: string }
    | { readonly kind: 'chart'; readonly chart: Chart }
    | {
        readonly kind: 'actor';
        readonly subject: string;
        readonly is: string;
        readonly chart?: string;
        readonly life: Life;
        readonly states: readonly string[];
        readonly incarnation: number;
      }
    | {
        readonly kind: 'event';
        readonly subject: string;
        readonly from?: string;
        readonly event: string;
        readonly times?: number;
        readonly handledMs?: number;
      }
  );

export type Fields = Readonly<Record<string, unknown>>;

/** What is wrong with a line; `line` counts from 1, as editors do. */
export interface Trouble {
  readonly line: number;
  readonly text: string;
}

/** What has been read of a file. */
export interface TraceReading {
  readonly lines: number;
  /** How many lines were of each kind that nobody knows here. */
  readonly skipped: ReadonlyMap<string, number>;
  /** The first of them; `troubled` counts all. */
  readonly troubles: readonly Trouble[];
  readonly troubled: number;
  /** Why nothing of it can be shown. */
  readonly refused?: string;
}

const LINE_CHARS_MAX = 1 << 20;
const TROUBLES_MAX = 20;
/** As many strange lines before the first good one make a file that is no trace. */
const STRANGE_MAX = 20;

/**
 * Reads a trace piece by piece. What is whole is told, in order; what is not is counted and named
 * by the number of its line.
 */
export class TraceReader {
  readonly #tell: (line: TraceLine, chars: number) => void;
  readonly #decoder = new TextDecoder();
  readonly #skipped = new Map<string, number>();
  readonly #troubles: Trouble[] = [];
  #rest = '';
  #isTooLong = false;
  #lines = 0;
  #troubled = 0;
  #told = 0;
  #refused: string | undefined;

  /** `tell` hears each line, and how long it was. */
  constructor(tell: (line: TraceLine, chars: number) => void) {
    this.#tell = tell;
  }

  get reading(): TraceReading {
    return {
      lines: this.#lines,
      skipped: this.#skipped,
      troubles: this.#troubles,
      troubled: this.#troubled,
      ...(this.#refused === undefined ? {} : { refused: this.#refused }),
    };
  }

  /** False once it is clear that this is no trace. */
  read(bytes: Uint8Array): boolean {
    this.#take(this.#decoder.decode(bytes, { stream: true }));
    return this.#refused === undefined;
  }

  end(): TraceReading {
    this.#take(this.#decoder.decode());
    if (this.#rest !== '' || this.#isTooLong) this.#last();
    if (this.#told === 0 && this.#refused === undefined) this.#refuse();
    return this.reading;
  }

  #take(text: string): void {
    const parts = text.split('\n');
    const last = parts.pop() ?? '';
    for (const part of parts) {
      if (this.#refused !== undefined) return;
      this.#line(this.#rest + part);
      this.#rest = '';
      this.#isTooLong = false;
    }
    if (this.#isTooLong) return;
    this.#rest += last;
    if (this.#rest.length <= LINE_CHARS_MAX) return;
    this.#isTooLong = true;
    this.#rest = '';
  }

  #last(): void {
    const parsed = parse(this.#rest);
    if (parsed === undefined && !this.#isTooLong) {
      this.#lines += 1;
      this.#trouble('is cut off: the file ends within it');
    } else this.#line(this.#rest);
    this.#rest = '';
  }

  #line(text: string): void {
    this.#lines += 1;
    if (this.#isTooLong || text.length > LINE_CHARS_MAX) {
      return this.#trouble('is longer than 1 MiB');
    }
    if (text.trim() === '') return;
    const fields = parse(text);
    if (fields === undefined) return this.#trouble('is no object of JSON');
    const line = lineOf(fields);
    if (line === undefined) return this.#trouble(`is no line of a trace: ${missingIn(fields)}`);
    if (typeof line === 'string') {
      this.#skipped.set(line, (this.#skipped.get(line) ?? 0) + 1);
      return;
    }
    this.#told += 1;
    this.#tell(line, text.length);
  }

  #trouble(text: string): void {
    this.#troubled += 1;
    if (this.#troubles.length < TROUBLES_MAX) this.#troubles.push({ line: this.#lines, text });
    if (this.#told === 0 && this.#skipped.size === 0 && this.#troubled >= STRANGE_MAX) {
      this.#refuse();
    }
  }

  #refuse(): void {
    const [first] = this.#troubles;
    this.#refused =
      first === undefined
        ? 'There is nothing in it.'
        : `This is no trace of Holdfast: line ${first.line} ${first.text}.`;
  }
}

function parse(text: string): Fields | undefined {
  try {
    const value = seenJson(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(isText);
const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER;

type Check = (value: unknown) => boolean;

const orNone =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

/** A chart is drawn as it stands: what the drawing walks through has to be there. */
const isChart = (value: unknown): boolean =>
  isFields(value) &&
  isText(value.hash) &&
  isText(value.id) &&
  isTexts(value.states) &&
  isState(value.root, 0) &&
  Array.isArray(value.edges) &&
  value.edges.every(isEdge);

const STATES_DEEP_MAX = 64;

const isState = (value: unknown, depth: number): boolean =>
  depth < STATES_DEEP_MAX &&
  isFields(value) &&
  [value.path, value.key, value.type].every(isText) &&
  [value.tags, value.entry, value.exit, value.invoke].every(isTexts) &&
  Array.isArray(value.states) &&
  value.states.every((state) => isState(state, depth + 1));

const isEdge = (value: unknown): boolean =>
  isFields(value) &&
  [value.name, value.source, value.event].every(isText) &&
  [value.actions, value.targets].every(isTexts);

const shapes: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  fact: {
    id: isText,
    type: isText,
    subject: orNone(isText),
    data: isFields,
    causationid: orNone(isText),
  },
  log: { level: isText, message: isText, fields: isFields },
  move: {
    subject: isText,
    transitions: isTexts,
    chart: orNone(isText),
    states: orNone(isTexts),
  },
  note: { text: isText, fields: isFields },
  fault: { fault: isFields, hit: orNone(isText) },
  violation: { invariant: isText, detail: isText },
  chart: { chart: isChart },
  actor: {
    subject: isText,
    is: isText,
    chart: orNone(isText),
    life: isText,
    states: isTexts,
    incarnation: isCount,
  },
  event: {
    subject: isText,
    from: orNone(isText),
    event: isText,
    times: orNone(isCount),
    handledMs: orNone(isCount),
  },
};

const place: Readonly<Record<string, Check>> = {
  atMs: isCount,
  process: orNone(isCount),
  machine: orNone(isText),
  kind: isText,
};

/** The line; or its kind, if nobody knows it here; undefined if it is not as lines are. */
function lineOf(fields: Fields): TraceLine | string | undefined {
  const { kind } = fields;
  if (!isText(kind) || !isCount(fields.atMs)) return undefined;
  const shape = Object.hasOwn(shapes, kind) ? shapes[kind] : undefined;
  if (shape === undefined) return kind;
  return isLine(fields, shape) ? fields : undefined;
}

const isLine = (
  fields: Fields,
  shape: Readonly<Record<string, Check>>,
): fields is Fields & TraceLine =>
  Object.entries({ ...place, ...shape }).every(([name, check]) => check(fields[name]));

function missingIn(fields: Fields): string {
  const shape = isText(fields.kind) && Object.hasOwn(shapes, fields.kind) ? fields.kind : '';
  const checks = Object.entries({ ...place, ...shapes[shape] });
  const [name] = checks.find(([field, check]) => !check(fields[field])) ?? ['kind'];
  return `"${name}" is ${fields[name] === undefined ? 'missing' : 'of another shape'}`;
}
