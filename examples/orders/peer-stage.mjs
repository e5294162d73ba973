import { filter, map, startWith } from 'rxjs';

/** @typedef {import('holdfast').Peer} Peer */
/** @typedef {import('./stage.mjs').Stage} Stage */
/** @typedef {import('./street.mjs').Neighbour} Neighbour */

/** Longer than anything that is promised may take, however busy the machine is. */
const PATIENCE_MS = 30_000;

/**
 * The peer that a neighbour is, once it is connected.
 * @param {Stage} stage
 * @param {Neighbour} neighbour
 */
export async function meet(stage, neighbour) {
  const peerNow = () => stage.street.peerOf(neighbour);
  const opened$ = stage.facts('peer.opened').pipe(startWith(undefined), map(peerNow));
  const there$ = opened$.pipe(filter((peer) => peer !== undefined));
  await stage.expect(`the ${neighbour.id} has proved who it is`, there$);
  return peerNow();
}

/**
 * Has the process of a peer do something, and tells what that saw of it.
 * @param {Stage} stage
 * @param {Neighbour} neighbour
 * @param {string} what in words
 * @param {{ task: string, input?: unknown }} message
 */
export async function order(stage, neighbour, what, message) {
  stage.say(neighbour, what);
  /** @type {import('./process.machine.mjs').Tell} */
  const told = { type: 'process.tell', message };
  const { saw } = await neighbour.ask(told, { reply: 'process.said', timeoutMs: PATIENCE_MS });
  stage.timeline.say('call', neighbour.id, `saw: ${saw}`);
  return saw;
}

/**
 * Asks a peer, and tells what came of it.
 * @param {Stage} stage
 * @param {Neighbour} neighbour
 * @param {Peer} peer
 * @param {string} method
 * @param {unknown} payload
 * @returns {Promise<string>} the code of the error, or `answered`
 */
export function request(stage, neighbour, peer, method, payload) {
  const answer = peer.request(method, payload, { timeoutMs: PATIENCE_MS });
  return stage.hear(
    neighbour,
    answer.then((count) => ({ type: method, ...Object(count) })),
  );
}
