export const LEDGER_BYTES_MAX = 536_870_912;
export const ACCOUNT_BYTES_MAX = 33_554_432;
/** From this share of what the process may hold on, whoever holds the most has to go. */
const CROWDED = 15 / 16;

/** What one connection, or several, have cost. */
export interface Usage {
  bytesIn: number;
  bytesOut: number;
  framesIn: number;
  framesOut: number;
  requestsIn: number;
  requestsOut: number;
  cryptoMs: number;
  handlerMs: number;
  heldBytes: number;
}

const nothing = (): Usage => ({
  bytesIn: 0,
  bytesOut: 0,
  framesIn: 0,
  framesOut: 0,
  requestsIn: 0,
  requestsOut: 0,
  cryptoMs: 0,
  handlerMs: 0,
  heldBytes: 0,
});

/** What all connections of the process cost. Sums are made when they are asked for. */
export class Ledger {
  readonly #heldBytesMax: number;
  readonly #accounts = new Set<Account>();
  /** Trap: on the stack of whoever holds. Have it relieved once that is over. */
  onCrowded = (): void => {};
  #heldBytes = 0;

  constructor(heldBytesMax = LEDGER_BYTES_MAX) {
    this.#heldBytesMax = heldBytesMax;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** For a connection, whoever it will turn out to be. */
  open(netgroup: string, heldBytesMax = ACCOUNT_BYTES_MAX): Account {
    const account = new Account(this, netgroup, heldBytesMax);
    this.#accounts.add(account);
    return account;
  }

  /** Of all that are open; `heldBytes` is all that was held and not given back. */
  total(): Usage {
    const total = nothing();
    for (const account of this.#accounts) add(total, account);
    total.heldBytes = this.#heldBytes;
    return total;
  }

  /** By peer id; those that are not verified yet under ''. */
  byPeer(): ReadonlyMap<string, Usage> {
    return this.#by(({ peer }) => peer);
  }

  /** Whoever was known by one id is known by another one. */
  rename(from: string, to: string): void {
    for (const account of this.#accounts) if (account.peer === from) account.peer = to;
  }

  byNetgroup(): ReadonlyMap<string, Usage> {
    return this.#by(({ netgroup }) => netgroup);
  }

  #by(keyOf: (account: Account) => string): ReadonlyMap<string, Usage> {
    const sums = new Map<string, Usage>();
    for (const account of this.#accounts) {
      const key = keyOf(account);
      const sum = sums.get(key) ?? nothing();
      sums.set(key, sum);
      add(sum, account);
    }
    return sums;
  }

  /** For its accounts. False if that would be more than the process may hold. */
  hold(bytes: number): boolean {
    const mayHold = this.#heldBytes + bytes <= this.#heldBytesMax;
    if (mayHold) this.#heldBytes += bytes;
    if (!mayHold || this.isCrowded) this.onCrowded();
    return mayHold;
  }

  get isCrowded(): boolean {
    return this.#heldBytes > this.#heldBytesMax * CROWDED;
  }

  /** Whoever holds the most, in the netgroup that holds the most, makes room for the others. */
  relieve(): void {
    if (!this.isCrowded) return;
    let largest: Account | undefined;
    let most = 0;
    const sums = this.byNetgroup();
    for (const account of this.#accounts) {
      const bytes = sums.get(account.netgroup)?.heldBytes ?? 0;
      const isMore = bytes === most && account.heldBytes > (largest?.heldBytes ?? 0);
      if (bytes <= most && !isMore) continue;
      largest = account;
      most = bytes;
    }
    largest?.drop();
  }

  /** For its accounts. */
  free(bytes: number): void {
    this.#heldBytes -= bytes;
  }

  /** For its accounts. */
  forget(account: Account): void {
    this.#accounts.delete(account);
  }
}

/** What one connection costs. Whoever causes a cost adds it to the field of its name. */
export class Account implements Usage {
  readonly netgroup: string;
  readonly heldBytesMax: number;
  /** Its id, once it is verified. */
  peer = '';
  /** Ends its connection at once. */
  drop = (): void => {};
  bytesIn = 0;
  bytesOut = 0;
  framesIn = 0;
  framesOut = 0;
  requestsIn = 0;
  requestsOut = 0;
  cryptoMs = 0;
  handlerMs = 0;
  readonly #ledger: Ledger;
  #heldBytes = 0;
  #isClosed = false;

  constructor(ledger: Ledger, netgroup: string, heldBytesMax: number) {
    this.#ledger = ledger;
    this.netgroup = netgroup;
    this.heldBytesMax = heldBytesMax;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** False, and nothing held, if that is more than the connection or the process may hold. */
  hold(bytes: number): boolean {
    if (this.#isClosed || this.#heldBytes + bytes > this.heldBytesMax) return false;
    if (!this.#ledger.hold(bytes)) return false;
    this.#heldBytes += bytes;
    return true;
  }

  /** Of what was held. Does nothing after `close`, which gave all of it back. */
  free(bytes: number): void {
    if (this.#isClosed) return;
    this.#heldBytes -= bytes;
    this.#ledger.free(bytes);
  }

  /** The connection is over: whatever it held is given back, and it counts no more. */
  close(): void {
    this.free(this.#heldBytes);
    this.#isClosed = true;
    this.#ledger.forget(this);
  }
}

function add(sum: Usage, usage: Usage): void {
  sum.bytesIn += usage.bytesIn;
  sum.bytesOut += usage.bytesOut;
  sum.framesIn += usage.framesIn;
  sum.framesOut += usage.framesOut;
  sum.requestsIn += usage.requestsIn;
  sum.requestsOut += usage.requestsOut;
  sum.cryptoMs += usage.cryptoMs;
  sum.handlerMs += usage.handlerMs;
  sum.heldBytes += usage.heldBytes;
}
