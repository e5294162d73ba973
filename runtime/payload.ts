import { ownedPart, type Payload } from '../actors/peer/requests/payload.ts';
import { PAYLOAD_BYTES_MAX } from '../actors/peer/wire/frame.ts';
import { readUtf8 } from '../actors/peer/wire/utf8.ts';

/** SPEC section 6: what is nested deeper takes the parser much more memory than it has bytes. */
const JSON_DEPTH_MAX = 512;
/** All of it is parsed on one turn, while everybody else waits: half a microsecond each. */
const JSON_VALUES_MAX = 100_000;

const NOTHING: Payload = { encoding: 'nothing', bytes: new Uint8Array(0) };

/**
 * A value as it goes over the wire: nothing for undefined, bytes for bytes, which may not be
 * changed until they are sent; else JSON.
 * @throws {TypeError} for what is no JSON. @throws {RangeError} for what is too large, or deep.
 */
export function payloadOf(field: string, value: unknown): Payload {
  if (value === undefined) return NOTHING;
  const payload = value instanceof Uint8Array ? asBytes(value) : asJson(field, value);
  if (payload.bytes.length <= PAYLOAD_BYTES_MAX) return payload;
  const { length } = payload.bytes;
  throw new RangeError(`${field} must have at most ${PAYLOAD_BYTES_MAX} bytes, got ${length}`);
}

const asBytes = (bytes: Uint8Array): Payload => ({ encoding: 'bytes', bytes });

function asJson(field: string, value: unknown): Payload {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (cause) {
    throw new TypeError(`${field} must be JSON or bytes`, { cause });
  }
  if (json === undefined)
    throw new TypeError(`${field} must be JSON or bytes, got ${typeof value}`);
  if (isLost(value, json)) {
    throw new TypeError(`${field} must be JSON or a Uint8Array, got ${kindOf(value)}`);
  }
  const bytes = Buffer.from(json);
  const excess = excessOf(bytes);
  if (excess !== undefined) throw new RangeError(`${field} may ${excess}, no more`);
  return { encoding: 'json', bytes };
}

/** As the language calls it, of whatever realm: `Map`, `Promise`; `Object` for any other class. */
const kindOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

/** JSON makes `{}` of a Map or a promise, and of other views a list with names. */
const isLost = (value: unknown, json: string): boolean =>
  ArrayBuffer.isView(value) || (json === '{}' && kindOf(value) !== 'Object');

/** What of it is beyond what JSON may have; the parser has not seen it yet. */
function excessOf(json: Uint8Array): string | undefined {
  let depth = 0;
  let values = 1;
  let isText = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (byte === 0x22) isText = !isText;
    else if (isText) at += byte === 0x5c ? 1 : 0;
    else if (byte === 0x2c || byte === 0x3a) values += 1;
    else if (byte === 0x5d || byte === 0x7d) depth -= 1;
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      values += 1;
    }
    if (depth > JSON_DEPTH_MAX) return `be nested ${JSON_DEPTH_MAX} deep`;
    if (values > JSON_VALUES_MAX) return `have ${JSON_VALUES_MAX} values and names`;
  }
  return undefined;
}

/** The value of a payload; undefined as `value` for nothing. */
export type Decoded = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

export function decode({ encoding, bytes }: Payload): Decoded {
  if (encoding === 'nothing') return { ok: true, value: undefined };
  if (encoding === 'bytes') return { ok: true, value: ownedPart(bytes) };
  const text = excessOf(bytes) === undefined ? readUtf8(bytes) : undefined;
  if (text === undefined) return { ok: false };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}
