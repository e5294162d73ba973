import { HoldfastError } from 'holdfast';

const BODY_BYTES_MAX = 64 * 1024;
const QUOTED_MAX = 24;

/** The code of an error that says that the answer began, and broke off. */
export const BROKEN_OFF = 'BROKEN_OFF';

/**
 * What the upstream has at `path`, if `isRight` says that it is what it should be.
 * @template Shape
 * @param {string | undefined} base undefined while the upstream has no address
 * @param {string} path
 * @param {(value: unknown) => value is Shape} isRight
 * @param {AbortSignal} signal
 * @returns {Promise<Shape>}
 * @throws {Error} that says in plain words what the upstream did
 */
export async function fetchJson(base, path, isRight, signal) {
  if (base === undefined) throw new Error('the upstream is not up');
  const response = await fetch(base + path, { signal }).catch((error) => {
    throw new Error(`nobody answers (${codeOf(error)})`, { cause: error });
  });
  if (!response.ok) throw new Error(`the upstream answers ${response.status}`);
  const value = parse(await readText(response));
  if (!isRight(value)) throw new Error('the answer has the wrong shape');
  return value;
}

/** @param {Response} response */
async function readText(response) {
  const chunks = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > BODY_BYTES_MAX) break;
      chunks.push(chunk);
    }
  } catch (error) {
    const brokenOff = new Error('the answer broke off half-way', { cause: error });
    throw Object.assign(brokenOff, { code: BROKEN_OFF });
  }
  if (bytes > BODY_BYTES_MAX) throw new Error(`the answer exceeds ${BODY_BYTES_MAX} bytes`);
  return Buffer.concat(chunks).toString();
}

/**
 * @param {string} text
 * @returns {unknown}
 */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    const quoted = text.slice(0, QUOTED_MAX);
    throw new Error(`the answer is no JSON: ${quoted}…`, { cause: error });
  }
}

/** @param {unknown} error */
function codeOf(error) {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? cause.code : 'aborted';
}

/**
 * Why there is no answer: what a peer refused with, or what Holdfast made of it, as its code; all
 * else in its own words.
 * @param {unknown} error
 */
export function becauseOf(error) {
  if (error instanceof HoldfastError) return String(error.details.refusal ?? error.code);
  return error instanceof Error ? error.message : String(error);
}
