import { reservedPrefix } from '../actors/fact-family.ts';
import { RECORD_BYTES_MAX } from '../storage/block.ts';
import { HoldfastError } from './errors.ts';
import type { Fact } from './facts.ts';

/** What an embedder wants on record. The rest of a CloudEvents 1.0 event is filled in. */
export interface AuditEvent {
  /** What happened: dotted words, in the past tense by custom. Those of facts are reserved. */
  readonly type: string;
  /** What it happened to. */
  readonly subject?: string | undefined;
  /** Plain JSON. */
  readonly data?: unknown;
  /** The id of the event that led to it. */
  readonly causationid?: string | undefined;
  /** W3C trace context. */
  readonly traceparent?: string | undefined;
  /** When it happened, RFC 3339; now by default. */
  readonly time?: string | undefined;
}

const KNOWN = new Set(['type', 'subject', 'data', 'causationid', 'traceparent', 'time']);
const DEPTH_MAX = 64;

/**
 * An event as the bytes of a record.
 * @throws {TypeError} naming the field that is no JSON. @throws {HoldfastError} EVENT_REFUSED,
 * AUDIT_RECORD_TOO_LARGE.
 */
export function recordOf(
  event: AuditEvent,
  filled: Pick<Fact, 'id' | 'source' | 'time'>,
): Uint8Array {
  checkEvent(event);
  const { type, subject, data, causationid, traceparent, time = filled.time } = event;
  const { id, source } = filled;
  const json: string | undefined = JSON.stringify(data);
  const bytes = bytesOf(
    `{"specversion":"1.0","id":"${id}","source":${sources.quoted(source)},` +
      `"type":${types.quoted(type)}` +
      `${member('subject', subject)},"time":"${time}"${member('causationid', causationid)}` +
      `${member('traceparent', traceparent)}${json === undefined ? '' : `,"data":${json}`}}`,
  );
  if (bytes.length <= RECORD_BYTES_MAX) return bytes;
  throw tooLarge(bytes.length);
}

function tooLarge(bytes: number, about = ''): HoldfastError {
  const message = `the record has ${about}${bytes} bytes, of at most ${RECORD_BYTES_MAX}`;
  return new HoldfastError('AUDIT_RECORD_TOO_LARGE', message, { bytes });
}

/** All but quotes, backslashes and control characters. */
const PLAIN = /^[ !#-[\]-\uffff]*$/;

/** Well-formed text as JSON. */
const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));

/** Of texts that are few, the last one is at hand. */
class LastQuoted {
  #text = '';
  #json = '""';

  quoted(text: string): string {
    if (text !== this.#text) {
      this.#text = text;
      this.#json = quoted(text);
    }
    return this.#json;
  }
}

const sources = new LastQuoted();
const types = new LastQuoted();

const member = (name: string, text: string | undefined): string =>
  text === undefined ? '' : `,"${name}":${quoted(text)}`;

/** Node's own pool is so small that every tenth record would cost a buffer of its own. */
const POOL_BYTES = 256 * 1024;
let pool = Buffer.allocUnsafeSlow(POOL_BYTES);
let pooled = 0;

function bytesOf(text: string): Uint8Array {
  const bytesMax = text.length * 3;
  if (bytesMax > POOL_BYTES / 4) return Buffer.from(text);
  if (pooled + bytesMax > POOL_BYTES) {
    pool = Buffer.allocUnsafeSlow(POOL_BYTES);
    pooled = 0;
  }
  const start = pooled;
  const length = pool.write(text, start);
  pooled += length;
  // A quarter of what `subarray` of a buffer costs, of which there are so many.
  return new Uint8Array(pool.buffer, start, length);
}

function checkEvent(event: unknown): asserts event is AuditEvent {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    throw new TypeError(`event must be an object, got ${nameOf(event)}`);
  }
  for (const field in event) {
    const value: unknown = Reflect.get(event, field);
    if (!KNOWN.has(field)) throw new TypeError(`event.${field} is no field of an event`);
    if (field !== 'data' && value !== undefined) checkText(`event.${field}`, value);
  }
  if (!('type' in event) || event.type === undefined) throw new TypeError('event.type is missing');
  checkType(`${event.type}`);
  if ('time' in event && event.time !== undefined && !isTime(`${event.time}`)) {
    throw new RangeError('event.time must be an RFC 3339 time');
  }
  if (!('data' in event) || event.data === undefined) return;
  const room = roomAfter(event.data, 0, RECORD_BYTES_MAX);
  if (room < 0) throw tooLarge(RECORD_BYTES_MAX - room, 'at least ');
  if (Number.isNaN(room)) new JsonCheck().check('event.data', event.data, []);
}

function checkType(type: string): void {
  const reserved = reservedPrefix(type);
  if (reserved === undefined) return;
  const message = `event.type must not begin with '${reserved}', which is reserved for facts`;
  throw new HoldfastError('EVENT_REFUSED', message, { field: 'event.type', type });
}

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** A date that does not exist, such as the 31st of February, is taken for another by Date. */
function isTime(text: string): boolean {
  if (!TIME.test(text) || Number.isNaN(Date.parse(text))) return false;
  const day = text.slice(0, 10);
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}

function checkText(field: string, value: unknown): void {
  if (typeof value !== 'string') {
    throw new TypeError(`${field} must be a string, got ${nameOf(value)}`);
  }
  if (value === '' || value.length > 1_024) {
    throw new RangeError(`${field} must have 1 to 1024 characters, got ${value.length}`);
  }
  checkUnicode(field, value);
}

function checkUnicode(field: string, value: string): void {
  if (value.isWellFormed()) return;
  throw new TypeError(`${field} must be well-formed Unicode: it has half of a surrogate pair`);
}

/**
 * How much of `room` is left beside a value: its JSON takes at least what is gone. It looks no
 * further once there is none. NaN if it is not plain JSON, which `JsonCheck` is to look at.
 */
function roomAfter(value: unknown, depth: number, room: number): number {
  if (typeof value === 'string') return roomAfterText(value, room);
  if (typeof value === 'number') return Number.isFinite(value) ? room - 1 : Number.NaN;
  if (value === null || typeof value === 'boolean') return room - 4;
  if (typeof value !== 'object' || depth >= DEPTH_MAX || 'toJSON' in value) return Number.NaN;
  let left = room - 2;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length && left >= 0; at++) {
      left = roomAfter(value[at], depth + 1, left);
    }
    return left;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return Number.NaN;
  for (const key in value) {
    const held: unknown = Reflect.get(value, key);
    if (held !== undefined) left = roomAfter(held, depth + 1, roomAfterText(key, left));
    if (!(left >= 0)) return left;
  }
  return left;
}

/** Each unit of UTF-16 takes a byte at least. */
function roomAfterText(text: string, room: number): number {
  const left = room - text.length - 2;
  return left < 0 || text.isWellFormed() ? left : Number.NaN;
}

/** Names the first field that would not come back as it went in, unless it is too large before. */
class JsonCheck {
  #room = RECORD_BYTES_MAX;

  check(field: string, value: unknown, around: readonly object[]): void {
    if (typeof value === 'string') return this.#checkText(field, value);
    if (value === null || typeof value === 'boolean') return this.#take(4);
    if (typeof value === 'number') {
      if (Number.isFinite(value)) return this.#take(1);
      throw new TypeError(`${field} must be a finite number, got ${value}`);
    }
    if (typeof value !== 'object') {
      throw new TypeError(`${field} must be plain JSON, got ${kindOf(value)}`);
    }
    if (around.includes(value)) throw new TypeError(`${field} is cyclic`);
    if (around.length >= DEPTH_MAX) {
      throw new TypeError(`${field} is nested deeper than ${DEPTH_MAX} levels`);
    }
    if (value instanceof Date && Number.isNaN(value.getTime())) {
      throw new TypeError(`${field} must be a valid Date`);
    }
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      // Each byte of a buffer becomes a number.
      if (ArrayBuffer.isView(value)) this.#mustHold(value.byteLength);
      return this.check(field, value.toJSON(), [...around, value]);
    }
    this.#checkInside(field, value, [...around, value]);
  }

  #checkInside(field: string, value: object, around: readonly object[]): void {
    this.#take(2);
    if (Array.isArray(value)) {
      for (let at = 0; at < value.length; at++) this.check(`${field}[${at}]`, value[at], around);
      return;
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      const name = value.constructor?.name || 'class';
      throw new TypeError(`${field} must be plain JSON, got a ${name}`);
    }
    for (const key of Object.keys(value)) {
      const held: unknown = Reflect.get(value, key);
      if (held === undefined) continue;
      this.#checkText(field, key);
      this.check(`${field}.${key}`, held, around);
    }
  }

  #checkText(field: string, text: string): void {
    this.#take(text.length + 2);
    checkUnicode(field, text);
  }

  #take(bytes: number): void {
    this.#mustHold(bytes);
    this.#room -= bytes;
  }

  #mustHold(bytes: number): void {
    if (bytes > this.#room) throw tooLarge(RECORD_BYTES_MAX - this.#room + bytes, 'at least ');
  }
}

const kindOf = (value: unknown): string =>
  value === undefined ? 'undefined' : `a ${typeof value}`;

const nameOf = (value: unknown): string => (value === null ? 'null' : typeof value);
