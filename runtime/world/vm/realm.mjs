/**
 * What there is in the world of a guest, at every level: ECMAScript, `input`, `console` and `host`.
 *
 * The functions of this file run in the guest's own realm: their source is taken, so they refer to
 * nothing outside of themselves. They capture what they need before anything runs that is not
 * trusted, and use no method, iterator, setter or prototype that a guest may have replaced since.
 */

/**
 * What a guest says to the host: its kind, as frames have it (2 printed, 3 hostCall, 4 returned,
 * 5 failed), and JSON: of a text, of `{ id, name, input }` with `input` as JSON, of what it
 * returned, of `{ fault, message }`.
 * @typedef {(kind: 2 | 3 | 4 | 5, json: string) => void} Say
 */

/**
 * What the host may have done in the realm.
 * @typedef {object} Realm
 * @property {string} strays what is in the global scope, and should not be, by name
 * @property {(code: string, input: string, resultBytesMax: number) => void} call runs a script;
 * both are JSON
 * @property {(id: number, isRefused: boolean, answer: string) => void} answer what was asked, with
 * its output as JSON, or why it was refused
 * @property {() => never} refuseModule throws an error of the realm
 */

/** Removes what is not ECMAScript, or shares memory between threads. */
function bareScope() {
  const ecmascript =
    'Object Function Error EvalError RangeError ReferenceError SyntaxError TypeError URIError ' +
    'AggregateError SuppressedError Iterator Array parseInt parseFloat isNaN isFinite decodeURI ' +
    'decodeURIComponent encodeURI encodeURIComponent escape unescape Infinity NaN undefined ' +
    'Number Boolean String Math Reflect Symbol eval globalThis Date RegExp JSON Proxy Map Set ' +
    'WeakMap WeakSet ArrayBuffer DataView Uint8ClampedArray Int8Array Uint8Array Int16Array ' +
    'Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array Float16Array Float32Array ' +
    'Float64Array Promise BigInt WeakRef FinalizationRegistry';
  const known = new Set(ecmascript.split(' '));
  const isStray = (/** @type {PropertyKey} */ name) =>
    !known.has(String(name)) && name !== Symbol.toStringTag;
  for (const name of Reflect.ownKeys(globalThis)) {
    if (isStray(name)) Reflect.deleteProperty(globalThis, name);
  }
  // Through them a guest is handed the functions that called it: ours.
  const traces = ['prepareStackTrace', 'captureStackTrace', 'stackTraceLimit'];
  for (const name of traces) Reflect.deleteProperty(Error, name);
  return Reflect.ownKeys(globalThis).filter(isStray).map(String).join(' ');
}

/**
 * What is thrown outside of the realm, as when the stack is at its end, is of another one, and a
 * way into that: no guest is handed it.
 * @param {Say} say
 * @returns {Say}
 */
function guarded(say) {
  const { RangeError: Failed } = globalThis;
  return (kind, json) => {
    try {
      say(kind, json);
    } catch {
      throw new Failed('it could not be said');
    }
  };
}

/** @returns {() => never} */
function refusing() {
  const { TypeError: Refused } = globalThis;
  return () => {
    throw new Refused('there are no modules');
  };
}

/** @param {Say} say */
function printing(say) {
  const { stringify } = JSON;
  const text = String;
  const slice = Function.prototype.call.bind(String.prototype.slice);
  const charCodeAt = Function.prototype.call.bind(String.prototype.charCodeAt);
  const { Error: Failure } = globalThis;
  const LENGTH_MAX = 65_536;
  /** @param {unknown} value */
  const show = (value) => {
    if (typeof value === 'string') return value;
    if (value instanceof Failure) return text(value);
    return (typeof value === 'object' ? stringify(value) : undefined) ?? text(value);
  };
  /** @param {unknown[]} values */
  return (...values) => {
    let line = '';
    for (let at = 0; at < values.length; at += 1) line += (at > 0 ? ' ' : '') + show(values[at]);
    line += '\n';
    for (let at = 0, end = 0; at < line.length; at = end) {
      end = at + LENGTH_MAX;
      const last = charCodeAt(line, end - 1);
      // The first half of a letter that takes two.
      if (last >= 0xd800 && last <= 0xdbff) end -= 1;
      say(2, stringify(slice(line, at, end)));
    }
  };
}

/** @param {Say} say */
function asking(say) {
  const { parse, stringify } = JSON;
  const { create } = Object;
  const { Promise: Later, RangeError: Wrong, Error: Refused } = globalThis;
  const NAME_LENGTH_MAX = 256;
  const INPUT_BYTES_MAX = 1_048_576;
  const charCodeAt = Function.prototype.call.bind(String.prototype.charCodeAt);
  /** In UTF-8, of text without halves of letters. @param {string} text */
  const bytesOf = (text) => {
    let bytes = text.length;
    if (bytes > INPUT_BYTES_MAX || 3 * bytes <= INPUT_BYTES_MAX) return bytes;
    for (let at = 0; at < text.length; at += 1) {
      const unit = charCodeAt(text, at);
      if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
    }
    return bytes;
  };
  /** @type {Record<number, { resolve(output: unknown): void, reject(error: Error): void }>} */
  let asked = create(null);
  let count = 0;
  let isOpen = false;

  return {
    /**
     * @param {unknown} name
     * @param {unknown} input
     */
    call: (name, input) =>
      new Later((resolve, reject) => {
        const json = stringify(input) ?? 'null';
        if (typeof name !== 'string' || name.length > NAME_LENGTH_MAX) {
          throw new Wrong(`name must be a text of at most ${NAME_LENGTH_MAX} characters`);
        }
        if (bytesOf(json) > INPUT_BYTES_MAX) {
          throw new Wrong(`input must have at most ${INPUT_BYTES_MAX} bytes as JSON`);
        }
        if (!isOpen) throw new Refused('the call that this belongs to is over');
        count += 1;
        asked[count] = { resolve, reject };
        say(3, stringify({ __proto__: null, id: count, name, input: json }));
      }),
    /** @type {Realm['answer']} */
    answer(id, isRefused, answer) {
      const one = asked[id];
      delete asked[id];
      if (one === undefined) return;
      if (isRefused) one.reject(new Refused(answer));
      else one.resolve(parse(answer));
    },
    open() {
      isOpen = true;
    },
    close() {
      isOpen = false;
      asked = create(null);
    },
  };
}

/**
 * @param {Say} say
 * @param {ReturnType<typeof printing>} print
 * @param {ReturnType<typeof asking>} host
 */
function calling(say, print, host) {
  const { parse, stringify } = JSON;
  const { defineProperty } = Object;
  const scope = globalThis;
  // Called by another name it is indirect: `var` and functions stay, `let` is of one script.
  const evaluate = Reflect.get(globalThis, 'eval');
  const slice = Function.prototype.call.bind(String.prototype.slice);
  const MESSAGE_LENGTH_MAX = 1_024;

  /** @type {(name: string, value: unknown) => void} */
  const define = (name, value) => {
    const is = { __proto__: null, writable: true, enumerable: true, configurable: true, value };
    defineProperty(scope, name, is);
  };
  define('console', { log: print, info: print, warn: print, error: print, debug: print });
  define('host', { call: host.call });

  /** @type {(fault: string, message: string) => void} */
  const fail = (fault, message) => {
    host.close();
    say(5, stringify({ __proto__: null, fault, message }));
  };
  /** @param {unknown} thrown */
  const messageOf = (thrown) => {
    try {
      if (typeof thrown === 'string') return slice(thrown, 0, MESSAGE_LENGTH_MAX);
      const { name, message } = /** @type {Error} */ (thrown);
      if (typeof name !== 'string' || typeof message !== 'string') return '';
      const start = `${slice(name, 0, MESSAGE_LENGTH_MAX)}: `;
      return slice(start + slice(message, 0, MESSAGE_LENGTH_MAX), 0, MESSAGE_LENGTH_MAX);
    } catch {
      return '';
    }
  };

  /** @type {Realm['call']} */
  return async (code, input, resultBytesMax) => {
    host.open();
    let value;
    try {
      define('input', parse(input));
      value = await evaluate(parse(code));
    } catch (thrown) {
      return fail('VM_ERROR', messageOf(thrown));
    }
    let json;
    try {
      json = stringify(value) ?? 'null';
    } catch (thrown) {
      return fail('VM_RESULT', messageOf(thrown));
    }
    if (json.length > resultBytesMax) {
      return fail('VM_RESULT', `${json.length} characters of at most ${resultBytesMax} bytes`);
    }
    host.close();
    say(4, json);
  };
}

/** The source of a function that is given `say` and makes the realm it runs in ready: a `Realm`. */
export const realmSource = `(function (say) {
'use strict';
const strays = (${bareScope})();
const tell = (${guarded})(say);
const print = (${printing})(tell);
const host = (${asking})(tell);
const call = (${calling})(tell, print, host);
return { strays, call, answer: host.answer, refuseModule: (${refusing})() };
})`;
