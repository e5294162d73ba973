import { readlinkSync } from 'node:fs';
import { parentPort, resourceLimits, workerData } from 'node:worker_threads';
import { realmSource } from '../realm.mjs';
import { BoundedMemory } from './bounded-memory.mjs';
import { Engine, Starved } from './engine.mjs';

/**
 * @typedef {object} Given
 * @property {WebAssembly.Module} engine
 * @property {number} pagesMax
 * @property {Int32Array} gauge shared: the text that the host has not taken yet, the memory in KiB
 *
 * `code` and `input` are JSON.
 * @typedef {{ type: 'call', code: string, input: string, resultBytesMax: number }} Call
 * @typedef {{ type: 'answer', id: number, isRefused: boolean, text: string }} Answer
 * @typedef {{ type: 'ping', nonce: string }} Ping
 *
 * @typedef {object} Ready
 * @property {'ready'} type
 * @property {string} strays what is in the global scope, and should not be, by name
 * @property {number} memoryBytesMax
 * @property {number} heapMbMax of the thread
 * @property {number} variables of the environment
 * @property {string} thread as /proc has it, or nothing
 *
 * @typedef {object} Said
 * @property {'said'} type
 * @property {number} kind
 * @property {string} json
 * @property {boolean} isStarved
 * @property {boolean} isStill nothing of the call runs any more
 * @typedef {{ type: 'pong', nonce: string }} Pong
 */

/** Beyond this the guest waits until the host has taken what it said. */
const UNTAKEN_LENGTH_MAX = 1_048_576;

/** So many jobs of a guest may run before what its call came to is said. */
const JOBS_AT_ONCE = 64;

const port = parentPort;
if (port === null) throw new Error('this is the program of a worker');

const { engine: module, pagesMax, gauge } = /** @type {Given} */ (workerData);

const memory = new BoundedMemory(pagesMax, (bytes) => Atomics.store(gauge, 1, bytes / 1024));

let isCalled = false;
/** What a call came to: it is said as soon as it is known whether anything is left behind. */
let held = '';
let heldKind = 0;
/** The engine has been left in the middle of its work, and is not to be used any more. */
let isLost = false;

/**
 * What is left of a call that is over is not heard.
 * @param {number} kind
 * @param {string} json
 */
function say(kind, json) {
  if (!isCalled) return;
  if (kind < 4) return post(kind, json, false);
  isCalled = false;
  held = json;
  heldKind = kind;
}

/**
 * @param {number} kind
 * @param {string} json
 * @param {boolean} isStill
 */
function post(kind, json, isStill) {
  const isStarved = memory.isRefused;
  Atomics.add(gauge, 0, json.length);
  port?.postMessage(/** @type {Said} */ ({ type: 'said', kind, json, isStarved, isStill }));
  for (;;) {
    const untaken = Atomics.load(gauge, 0);
    if (untaken <= UNTAKEN_LENGTH_MAX) return;
    Atomics.wait(gauge, 0, untaken);
  }
}

const engine = await Engine.start(module, memory, say);
const made = engine.call(engine.run(realmSource).value, engine.newEar()).value;
const realm = { call: engine.fieldOf(made, 'call'), answer: engine.fieldOf(made, 'answer') };

/** @param {Call} call */
function run({ code, input, resultBytesMax }) {
  memory.isRefused = false;
  isCalled = true;
  const values = [engine.textOf(code), engine.textOf(input), engine.numberOf(resultBytesMax)];
  engine.free(engine.call(realm.call, ...values).value);
  goOn();
}

/** @param {Answer} answer */
function answer({ id, isRefused, text }) {
  const values = [engine.numberOf(id), engine.numberOf(isRefused ? 1 : 0), engine.textOf(text)];
  engine.free(engine.call(realm.answer, ...values).value);
  goOn();
}

/** Until nothing is left to do, which may be never. */
function goOn() {
  for (let hasMore = true; hasMore; ) {
    hasMore = engine.runJobs(JOBS_AT_ONCE);
    if (heldKind !== 0) post(heldKind, held, !hasMore);
    heldKind = 0;
  }
  if (isCalled && memory.isRefused) throw new Starved();
}

function isSound() {
  const { isThrown, value } = engine.run('0');
  engine.free(value);
  return !isThrown;
}

/** @param {Call | Answer | Ping} asked */
function heard(asked) {
  if (isLost) return;
  try {
    if (asked.type === 'call') run(asked);
    else if (asked.type === 'answer') answer(asked);
    else if (isSound())
      port?.postMessage(/** @type {Pong} */ ({ type: 'pong', nonce: asked.nonce }));
  } catch (error) {
    if (!(error instanceof Starved)) throw error;
    isLost = true;
    memory.isRefused = true;
    if (isCalled || heldKind !== 0) post(5, '{"fault":"VM_ERROR","message":""}', false);
  }
}

/** The thread that this is, to whoever measures what it takes. */
function threadOf() {
  try {
    return readlinkSync('/proc/thread-self');
  } catch {
    return '';
  }
}

port.on('message', heard);
port.postMessage(
  /** @type {Ready} */ ({
    type: 'ready',
    strays: engine.read(engine.fieldOf(made, 'strays')),
    memoryBytesMax: memory.measuredBytesMax(),
    heapMbMax: resourceLimits.maxOldGenerationSizeMb,
    variables: Object.keys(process.env).length,
    thread: threadOf(),
  }),
);
