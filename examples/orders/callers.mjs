import { HoldfastError } from 'holdfast';
import { Subject } from 'rxjs';
import { becauseOf } from './fetch-json.mjs';

/**
 * What one caller saw: an answer of the upstream, at once or when it was asked again; one from the
 * cache, for the upstream failed or its breaker spared it the call; a refusal, an actor that failed
 * on it, or silence.
 * @typedef {{ kind: Kind, who: string, durationMs: number, because: string }} Outcome
 */
/**
 * @typedef {'answered' | 'retried' | 'cached' | 'spared' | 'refused' | 'failed' | 'timedOut'} Kind
 */
/** @typedef {typeof import('./worker.machine.mjs').workerMachine} Machine */
/** @typedef {import('holdfast').Handle<Machine>} Worker */

const INTERVAL_MS = 50;
const TIMEOUT_MS = 800;
const SKUS = ['tea', 'coffee', 'cocoa', 'mate'];

/** Asks the workers in turn, 20 times a second, and tells what each caller saw. */
export class Callers {
  /** @type {Subject<Outcome>} */
  outcomes$ = new Subject();
  #workers;
  #calls = 0;
  /** @type {NodeJS.Timeout | undefined} */
  #interval;

  /** @param {readonly Worker[]} workers */
  constructor(workers) {
    this.#workers = workers;
  }

  start() {
    this.#interval = setInterval(() => this.#call(), INTERVAL_MS);
  }

  stop() {
    clearInterval(this.#interval);
    this.outcomes$.complete();
  }

  async #call() {
    this.#calls += 1;
    const worker = this.#workers[this.#calls % this.#workers.length];
    const sku = SKUS[this.#calls % SKUS.length];
    if (worker === undefined || sku === undefined) return;
    const startedAtMs = performance.now();
    /** @param {Outcome['kind']} kind @param {string} because */
    const tell = (kind, because) => {
      const durationMs = performance.now() - startedAtMs;
      this.outcomes$.next({ kind, who: worker.id, durationMs, because });
    };
    try {
      const order = { type: /** @type {const} */ ('order.quote'), sku };
      const reply = await worker.ask(order, { reply: 'order.quoted', timeoutMs: TIMEOUT_MS });
      const isSpared = reply.from === 'cache' && REFUSALS.includes(reply.because);
      tell(isSpared ? 'spared' : KINDS[reply.from], reply.because);
    } catch (error) {
      tell(kindOf(error), becauseOf(error));
    }
  }
}

const KINDS = /** @type {const} */ ({
  upstream: 'answered',
  secondAttempt: 'retried',
  cache: 'cached',
  nobody: 'refused',
});

const REFUSALS = ['BREAKER_OPEN', 'BREAKER_ISOLATED'];
const TIMEOUTS = ['ASK_TIMEOUT', 'CALL_TIMEOUT'];

/**
 * @param {unknown} error
 * @returns {Outcome['kind']}
 */
export function kindOf(error) {
  const code = error instanceof HoldfastError ? error.code : '';
  if (TIMEOUTS.includes(code)) return 'timedOut';
  return ['MAILBOX_FULL', 'EVENT_UNHANDLED', ...REFUSALS].includes(code) ? 'refused' : 'failed';
}
