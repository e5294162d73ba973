import { join } from 'node:path';
import { createRuntime } from 'holdfast';
import { becauseOf } from '../fetch-json.mjs';
import { LinesFile } from '../lines-file.mjs';

const LOG_BYTES_MAX = 1024 * 1024;

/** @typedef {{ task: string, input: unknown, correlationId: string | undefined }} Order */
/** @typedef {{ do(input: unknown): Promise<string> }['do']} Task says what came of it */
/** @typedef {import('holdfast').RuntimeOptions} Options */

/**
 * A peer in a process of its own. Who it is outlives the process, which outlives no parent,
 * however that parent ended.
 * @param {string} name
 * @param {Options} [options]
 */
export async function openPeer(name, options = {}) {
  if (process.send === undefined) {
    console.error(`${name} is started by main.mjs, with an IPC channel`);
    process.exit(2);
  }
  process.on('disconnect', () => process.exit(0));
  // It may have closed while this file was being loaded, when nobody listened yet.
  if (!process.connected) process.exit(0);
  // Ctrl-C reaches the whole terminal; who supervises this process decides when it ends.
  process.on('SIGINT', () => {});
  const [folder = '', shopUrl = '', shopId = '', ...args] = process.argv.slice(2);
  const log = new LinesFile(join(folder, 'log.ndjson'), LOG_BYTES_MAX);
  process.stderr.write = (text) => {
    log.append(String(text).trimEnd());
    return true;
  };
  const runtime = await createRuntime({
    ...options,
    name,
    dataDir: join(folder, 'holdfast'),
    masterKey: { file: join(folder, 'master.key'), create: true },
    signals: ['SIGTERM'],
  });
  return { runtime, folder, shopUrl, shopId, args };
}

/**
 * Tells its parent of these facts, under its own name.
 * @param {import('holdfast').Runtime} runtime
 * @param {string} name
 * @param {RegExp} types
 */
export function tell(runtime, name, types) {
  runtime.events$.subscribe((fact) => {
    if (types.test(fact.type)) process.send?.({ fact: { ...fact, subject: name } }, () => {});
  });
}

/**
 * Says that it is ready, and from then on does what its parent tells it to do.
 * @param {import('../process.machine.mjs').Ready} ready
 * @param {Readonly<Record<string, Task>>} tasks
 */
export function obey(ready, tasks) {
  process.on('message', async (/** @type {Order} */ { task, input, correlationId }) => {
    const saw = await (tasks[task]?.(input) ?? Promise.resolve('nothing')).catch(becauseOf);
    process.send?.({ saw, correlationId }, () => {});
  });
  process.send?.({ ready }, () => {});
}

/**
 * @param {Promise<unknown>} answer
 * @returns {Promise<string>} `answered`, or the code of the error
 */
export const codeOf = (answer) => answer.then(() => 'answered', becauseOf);
