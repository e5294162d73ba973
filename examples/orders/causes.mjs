/** @typedef {import('holdfast').Fact} Fact */

const KEPT_MAX = 1_000;
const CHAIN_MAX = 20;

/** What was told of late, so that one can walk back from a fact to what led to it. */
export class Causes {
  /** @type {Map<string, Fact>} */
  #facts = new Map();

  /** @param {Fact} fact */
  note(fact) {
    this.#facts.set(fact.id, fact);
    const [oldest] = this.#facts.keys();
    if (this.#facts.size > KEPT_MAX && oldest !== undefined) this.#facts.delete(oldest);
  }

  /**
   * From the fact itself to what led to it first.
   * @param {Fact | undefined} fact
   * @returns {Fact[]}
   */
  of(fact) {
    const chain = [];
    for (let each = fact; each !== undefined && chain.length < CHAIN_MAX; ) {
      chain.push(each);
      each = this.#facts.get(each.causationid ?? '');
    }
    return chain;
  }
}
