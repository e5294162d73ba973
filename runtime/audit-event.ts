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
export function recordOf(event: AuditEvent, filled: Pick<Fact, 'id' | 'source' | 'time'>): Buffer {
  checkEvent(event);
  const { type, subject, data, causationid, traceparent, time = filled.time } = event;
  const { id, source } = filled;
  const json: string | undefined = JSON.stringify(data);
  const bytes = bytesOf(
    `{"specversion":"1.0","id":"${id}","source":${quoted(source)},"type":${quoted(type)}` +
      `${member('subject', subject)},"time":"${time}"${member('causationid', causationid)}` +
      `${member('traceparent', traceparent)}${json === undefined ? '' : `,"data":${json}`}}`,
  );
  if (bytes.length <= RECORD_BYTES_MAX) return bytes;
  const message = `the record has ${bytes.length} bytes, of at most ${RECORD_BYTES_MAX}`;
  throw new HoldfastError('AUDIT_RECORD_TOO_LARGE', message, { bytes: bytes.length });
}

/** All but quotes, backslashes and control characters. */
const PLAIN = /^[ !#-[\]-\uffff]*$/;

/** Well-formed text as JSON. */
const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));

const member = (name: string, text: string | undefined): string =>
  text === undefined ? '' : `,"${name}":${quoted(text)}`;

/** Node's own pool is so small that every tenth record would cost a buffer of its own. */
const POOL_BYTES = 256 * 1024;
let pool = Buffer.allocUnsafeSlow(POOL_BYTES);
let pooled = 0;

function bytesOf(text: string): Buffer {
  const bytesMax = text.length * 3;
  if (bytesMax > POOL_BYTES / 4) return Buffer.from(text);
  if (pooled + bytesMax > POOL_BYTES) {
    pool = Buffer.allocUnsafeSlow(POOL_BYTES);
    pooled = 0;
  }
  const start = pooled;
  pooled += pool.write(text, start);
  return pool.subarray(start, pooled);
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
  if (!('data' in event) || event.data === undefined || isPlainJson(event.data, 0)) return;
  checkJson('event.data', event.data, []);
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

/** The same as `checkJson`, for most: it names nothing, and makes nothing. */
function isPlainJson(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isFinite(value);
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value !== 'object' || depth >= DEPTH_MAX || 'toJSON' in value) return false;
  if (Array.isArray(value)) return value.findIndex((held) => !isPlainJson(held, depth + 1)) === -1;
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const key in value) {
    const held: unknown = Reflect.get(value, key);
    if (!key.isWellFormed()) return false;
    if (held !== undefined && !isPlainJson(held, depth + 1)) return false;
  }
  return true;
}

/** Names the first field that would not come back as it went in. */
function checkJson(field: string, value: unknown, around: readonly object[]): void {
  if (typeof value === 'string') return checkUnicode(field, value);
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return;
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
    return checkJson(field, value.toJSON(), [...around, value]);
  }
  checkInside(field, value, [...around, value]);
}

function checkInside(field: string, value: object, around: readonly object[]): void {
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) checkJson(`${field}[${at}]`, value[at], around);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`${field} must be plain JSON, got a ${value.constructor?.name || 'class'}`);
  }
  for (const [key, held] of Object.entries(value)) {
    checkUnicode(field, key);
    if (held !== undefined) checkJson(`${field}.${key}`, held, around);
  }
}

const kindOf = (value: unknown): string =>
  value === undefined ? 'undefined' : `a ${typeof value}`;

const nameOf = (value: unknown): string => (value === null ? 'null' : typeof value);
