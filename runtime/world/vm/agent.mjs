/**
 * What answers for the guest at the levels `process` and `microvm`. It is started with the
 * descriptors to read from and to write to (`agent.mjs 3 3`), and speaks as guest-line.ts says.
 * It keeps nobody in: what the guest may reach is up to the jail around this process.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, read, writeSync } from 'node:fs';
import { constants, createContext, Script } from 'node:vm';

/**
 * @typedef {object} Line
 * @property {(text: string) => void} printed
 * @property {(name: string, input: string, settle: (isRefused: boolean, answer: string) => void)
 *   => void} hostCall
 * @property {(output: string) => void} returned
 * @property {(fault: 'VM_ERROR' | 'VM_RESULT', message: string) => void} failed
 */
/** @typedef {{ run(code: string, input: string): void, reseed(words: readonly number[]): void }}
 * Realm */

/** As source text, like `furnish`. @param {unknown} thrown */
function describe(thrown) {
  try {
    if (typeof thrown === 'string') return thrown;
    const { name, message } = /** @type {Record<string, unknown>} */ (thrown);
    return typeof name === 'string' && typeof message === 'string' ? `${name}: ${message}` : '';
  } catch {
    return '';
  }
}

/** sfc32, as source text: guests restored from one snapshot would draw the same otherwise. */
/** @param {readonly number[]} words */
function drawFrom([a = 0, b = 0, c = 0, d = 1]) {
  return () => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
}

/**
 * Runs as source text inside the guest's realm, before any guest does, and takes with it what it
 * needs: whatever a guest does to its globals, it hears the same from here.
 * @param {Line} line
 * @returns {Realm}
 */
function furnish(line) {
  const [pledge, toText, failure, math] = [Promise, String, Error, Math];
  const { parse, stringify } = JSON;
  const { assign, create } = Object;
  const { apply, defineProperty, deleteProperty } = Reflect;
  const { join, map } = Array.prototype;
  // Indirect, so that `let` and `const` are of one call, and `var` and functions stay.
  const run = Reflect.get(globalThis, 'eval');

  // A descriptor without a prototype: a guest may have put a `get` on that of objects.
  /** @param {string} name @param {unknown} value */
  const expose = (name, value) =>
    defineProperty(
      globalThis,
      name,
      assign(create(null), { value, writable: true, configurable: true }),
    );

  /** @param {unknown} value */
  const show = (value) => {
    if (typeof value === 'string') return value;
    return (typeof value === 'object' ? stringify(value) : undefined) ?? toText(value);
  };

  /** @param {unknown[]} values */
  const print = (...values) => line.printed(`${apply(join, apply(map, values, [show]), [' '])}\n`);

  /** @param {unknown} name @param {unknown} input */
  const call = (name, input) =>
    new pledge((resolve, reject) => {
      if (typeof name !== 'string') throw new failure('the name of a host call is a string');
      line.hostCall(name, stringify(input) ?? 'null', (isRefused, answer) =>
        isRefused ? reject(new failure(answer)) : resolve(parse(answer)),
      );
    });

  for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics']) {
    deleteProperty(globalThis, name);
  }
  expose('console', { log: print, info: print, warn: print, error: print, debug: print });
  expose('host', { call });

  return {
    async run(code, input) {
      let value;
      try {
        expose('input', parse(input));
        value = await run(code);
      } catch (error) {
        return line.failed('VM_ERROR', describe(error));
      }
      try {
        value = stringify(value) ?? 'null';
      } catch (error) {
        return line.failed('VM_RESULT', describe(error));
      }
      line.returned(value);
    },
    reseed: (words) =>
      defineProperty(math, 'random', {
        value: drawFrom(words),
        writable: true,
        configurable: true,
      }),
  };
}

const MESSAGE_LENGTH_MAX = 1024;
const PRINTED_LENGTH_MAX = 16_384;
const HOST_INPUT_BYTES_MAX = 1024 * 1024;
const HOST_NAME_LENGTH_MAX = 200;

const [readFd = 3, writeFd = 3] = process.argv.slice(2, 4).map(Number);

/** @param {number} kind @param {string} text */
function send(kind, text) {
  const payload = Buffer.from(text);
  const frame = Buffer.alloc(5 + payload.length);
  frame.writeUInt32BE(payload.length);
  frame[4] = kind;
  payload.copy(frame, 5);
  try {
    for (let at = 0; at < frame.length; ) at += writeSync(writeFd, frame, at);
  } catch {
    process.exit(1);
  }
}

let isCalled = false;
let resultBytesMax = 0;
let hostCalls = 0;
/** @type {Map<number, (isRefused: boolean, answer: string) => void>} */
const waiting = new Map();

/** @param {number} kind @param {string} text */
function conclude(kind, text) {
  isCalled = false;
  waiting.clear();
  send(kind, text);
}

/** @type {Line} */
const line = {
  printed(text) {
    for (let at = 0; at < text.length && isCalled; ) {
      const end = at + PRINTED_LENGTH_MAX;
      const isTorn = /[\uD800-\uDBFF]/.test(text.charAt(end - 1));
      const piece = text.slice(at, isTorn ? end - 1 : end);
      send(2, piece);
      at += piece.length;
    }
  },
  hostCall(name, input, settle) {
    if (!isCalled) return settle(true, 'the call is over');
    if (name.length > HOST_NAME_LENGTH_MAX) return settle(true, 'the name is too long');
    if (Buffer.byteLength(input) > HOST_INPUT_BYTES_MAX) return settle(true, 'it is too large');
    hostCalls += 1;
    waiting.set(hostCalls, settle);
    send(3, JSON.stringify({ id: hostCalls, name, input }));
  },
  returned(output) {
    if (Buffer.byteLength(output) <= resultBytesMax) return conclude(4, output);
    line.failed('VM_RESULT', `more than ${resultBytesMax} bytes`);
  },
  failed: (fault, message) =>
    conclude(5, JSON.stringify({ fault, message: message.slice(0, MESSAGE_LENGTH_MAX) })),
};

const context = createContext(constants.DONT_CONTEXTIFY);
/** @type {Realm} */
const realm = new Script(`(() => {\n${describe}\n${drawFrom}\nreturn ${furnish} })()`).runInContext(
  context,
)(line);

/**
 * Only in a machine of its own, where we are root: sets its clock, and has its kernel draw anew.
 * Trap: OpenSSL draws anew by itself, because the clock of a snapshot is decades behind.
 * @param {Buffer} seed 32 bytes
 * @param {number} wallMs
 */
function renew(seed, wallMs) {
  const head = Buffer.alloc(24);
  head.writeBigInt64LE(BigInt(Math.floor(wallMs / 1000)), 0);
  head.writeBigInt64LE(BigInt((wallMs % 1000) * 1_000_000), 8);
  head.writeInt32LE(8 * seed.length, 16);
  head.writeInt32LE(seed.length, 20);
  const pool = openSync('/dev/urandom', 'r');
  const stdio = /** @type {import('node:child_process').StdioOptions} */ (['pipe', 1, 2, pool]);
  execFileSync('/bin/renew', { input: Buffer.concat([head, seed]), stdio });
  closeSync(pool);
}

/** @param {number} kind @param {string} text */
function hear(kind, text) {
  if (kind === 3) return send(6, text);
  const message = JSON.parse(text);
  if (kind === 1) {
    isCalled = true;
    resultBytesMax = message.resultBytesMax;
    realm.run(message.code, message.input);
  } else if (kind === 2) {
    const settle = waiting.get(message.id);
    waiting.delete(message.id);
    settle?.('refused' in message, message.refused ?? message.output);
  } else if (kind === 4) {
    const seed = Buffer.from(message.seedHex, 'hex');
    realm.reseed([0, 4, 8, 12].map((at) => seed.readInt32BE(at)));
    renew(seed.subarray(16), message.wallMs);
    send(1, '');
  }
}

// What a guest leaves behind may reject or throw; that is nothing to end for.
let isSetUp = false;
for (const name of ['unhandledRejection', 'uncaughtException']) {
  process.on(name, () => isSetUp || process.exit(1));
}

/** @param {Buffer} held */
function listen(held) {
  const chunk = Buffer.allocUnsafe(65_536);
  read(readFd, chunk, 0, chunk.length, null, (error, length) => {
    if (error !== null || length === 0) process.exit(error === null ? 0 : 1);
    let rest = Buffer.concat([held, chunk.subarray(0, length)]);
    while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE()) {
      const end = 5 + rest.readUInt32BE();
      const frame = rest.subarray(0, end);
      rest = rest.subarray(end);
      hear(frame[4] ?? 0, frame.toString('utf8', 5));
    }
    listen(rest);
  });
}

listen(Buffer.alloc(0));
isSetUp = true;
send(1, '');
