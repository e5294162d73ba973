/**
 * What answers for the guest at the levels `process` and `microvm`. It is started with the
 * descriptors to read from and to write to (`agent.mjs 3 3`), and speaks as guest-line.ts says.
 * It keeps nobody in: what the guest may reach is up to the jail around this process.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, read, writeSync } from 'node:fs';
import { constants, createContext, runInContext } from 'node:vm';
import { realmSource } from './realm.mjs';

/**
 * As source text in the guest's realm: sfc32 for `Math.random`, of which guests that are restored
 * from one snapshot would draw the same.
 * @param {readonly number[]} words
 */
function reseed([a = 0, b = 0, c = 0, d = 1]) {
  Math.random = () => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
}

const PRINTED_LENGTH_MAX = 16_384;

const [readFd = 3, writeFd = 3] = process.argv.slice(2, 4).map(Number);

/** @param {number} kind @param {string} text */
function send(kind, text) {
  const payload = Buffer.from(text);
  const frame = Buffer.alloc(5 + payload.length);
  frame.writeUInt32BE(payload.length);
  frame[4] = kind;
  payload.copy(frame, 5);
  let at = 0;
  try {
    while (at < frame.length) at += writeSync(writeFd, frame, at);
  } catch (error) {
    // The stack of a guest was at its end: nothing of it is said.
    if (at === 0 && error instanceof RangeError) throw error;
    process.exit(1);
  }
}

let isCalled = false;
let resultBytesMax = 0;

/** @param {string} text */
function print(text) {
  for (let at = 0; at < text.length; ) {
    const end = at + PRINTED_LENGTH_MAX;
    const isTorn = /[\uD800-\uDBFF]/.test(text.charAt(end - 1));
    const piece = text.slice(at, isTorn ? end - 1 : end);
    send(2, piece);
    at += piece.length;
  }
}

/** @param {number} kind @param {string} json */
function conclude(kind, json) {
  isCalled = false;
  if (kind === 5 || Buffer.byteLength(json) <= resultBytesMax) return send(kind, json);
  const message = `more than ${resultBytesMax} bytes`;
  send(5, JSON.stringify({ fault: 'VM_RESULT', message }));
}

/** What is left of a call that is over is not heard. @type {import('./realm.mjs').Say} */
function say(kind, json) {
  if (!isCalled) return;
  if (kind === 2) print(JSON.parse(json));
  else if (kind === 3) send(3, json);
  else conclude(kind, json);
}

/**
 * What Node says by itself is said by an error of our realm, which is a way into it.
 * @type {() => never}
 */
let refuseModule = () => process.exit(1);
const imports = { importModuleDynamically: () => refuseModule() };
// Trap: the first is for code that no other code has read, as what `eval` is given by a promise.
const context = createContext(constants.DONT_CONTEXTIFY, imports);
/** @type {import('./realm.mjs').Realm} */
const realm = runInContext(realmSource, context, imports)(say);
refuseModule = realm.refuseModule;

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
    realm.call(JSON.stringify(message.code), message.input, resultBytesMax);
  } else if (kind === 2) {
    realm.answer(message.id, 'refused' in message, message.refused ?? message.output);
  } else if (kind === 4) {
    const seed = Buffer.from(message.seedHex, 'hex');
    const words = [0, 4, 8, 12].map((at) => seed.readInt32BE(at));
    runInContext(`(${reseed})(${JSON.stringify(words)})`, context);
    renew(seed.subarray(16), message.wallMs);
    send(1, '');
  }
}

// What a guest leaves behind may reject or throw; that is nothing to end for.
let isSetUp = false;
for (const name of ['unhandledRejection', 'uncaughtException']) {
  process.on(name, () => isSetUp || process.exit(1));
}

/**
 * What takes as much memory as the host sends. If there is none, it ends as V8 does then, which is
 * how the host knows of what.
 * @template T
 * @param {() => T} take
 */
function taken(take) {
  try {
    return take();
  } catch {
    writeSync(2, 'out of memory');
    return process.abort();
  }
}

/** @param {Buffer} room @param {number} at how much of it there is @param {number} end */
function listen(room, at, end) {
  read(readFd, room, at, room.length - at, null, (error, length) => {
    if (error !== null || length === 0) process.exit(error === null ? 0 : 1);
    if (at + length < end) listen(room, at + length, end);
    else heedFrames(room.subarray(0, at + length));
  });
}

/** One frame a turn: what it sets off is heard before the next. @param {Buffer} held */
function heedFrames(held) {
  const end = held.length < 5 ? 5 : 5 + held.readUInt32BE();
  if (held.length < end) {
    const room = taken(() => Buffer.allocUnsafe(Math.max(end, 65_536)));
    return listen(room, held.copy(room), end);
  }
  const text = taken(() => held.toString('utf8', 5, end));
  hear(held[4] ?? 0, text);
  setImmediate(heedFrames, held.subarray(end));
}

heedFrames(Buffer.alloc(0));
isSetUp = true;
send(1, '');
