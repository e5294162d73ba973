import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Until then the compiler is what is measured: 40,000 requests make both sides twice as fast. */
const WARM_UP_TURNS = 5;

const program = fileURLToPath(new URL('peer.mjs', import.meta.url));

class Process {
  #child;
  /** @type {Promise<never>} */
  #exited;

  /**
   * @param {string} execPath
   * @param {...string} args
   */
  constructor(execPath, ...args) {
    const stdio = /** @type {import('node:child_process').StdioOptions} */ ([
      'ignore',
      2,
      2,
      'ipc',
    ]);
    this.#child = fork(program, args, { execPath, execArgv: [], stdio });
    this.#exited = once(this.#child, 'exit').then(([code, signal]) => {
      throw new Error(`${args.join(' ')}: ended with ${signal ?? code}`);
    });
    // What follows its work is nobody's business.
    this.#exited.catch(() => {});
  }

  async hear() {
    const heard = new AbortController();
    const message = once(this.#child, 'message', heard);
    try {
      return (await Promise.race([message, this.#exited]))[0];
    } finally {
      heard.abort();
    }
  }

  /** @param {import('./peer.mjs').Order} order */
  send(order) {
    this.#child.send(order);
  }

  kill() {
    this.#child.kill();
  }
}

/**
 * Does all of one work in turns, between two processes on loopback.
 * @param {string} carrier
 * @param {string} execPath the Node that both run on
 */
export async function twoProcesses(carrier, execPath = process.execPath) {
  const listener = new Process(execPath, carrier);
  const { address } = await listener.hear();
  const dialer = new Process(execPath, carrier, address);
  await dialer.hear();
  return {
    /**
     * @param {import('./peer.mjs').Order} order
     * @returns {Promise<number>} in milliseconds
     */
    async take(order) {
      dialer.send(order);
      return (await dialer.hear()).tookMs;
    },
    end() {
      dialer.kill();
      listener.kill();
    },
  };
}

/**
 * How many a second, once warm.
 * @param {Awaited<ReturnType<typeof twoProcesses>>} pair
 * @param {import('./peer.mjs').Order} order what is done in each turn
 * @param {number} turns
 * @param {() => Promise<unknown>} turn
 */
export async function perSecond(pair, order, turns, turn) {
  await pair.take({ ...order, count: WARM_UP_TURNS * order.count });
  let tookMs = 0;
  for (let at = 0; at < turns; at++) {
    await turn();
    tookMs += await pair.take(order);
  }
  return (turns * order.count * 1_000) / tookMs;
}

/** A Node that js-libp2p runs on; undefined if there is none. */
export function modernNode() {
  if (Number.parseInt(process.versions.node, 10) >= 22) return process.execPath;
  const args = ['-y', '-p', 'node@24', 'node', '-p', 'process.execPath'];
  const { status, stdout } = spawnSync('npx', args, { encoding: 'utf8', timeout: 120_000 });
  return status === 0 ? stdout.trim() : undefined;
}
