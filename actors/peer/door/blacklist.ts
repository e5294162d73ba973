import { StorageError } from '../../../storage/faults.ts';
import { isKeyName, NOTE_BYTES_MAX } from '../../../storage/proofs/note.ts';
import { publicKeyOfPeer } from '../wire/peer-id.ts';
import { utf8Bytes } from '../wire/utf8.ts';
import type { Verdict } from './access-list.ts';

/** Of all that are listed; far more than one note has room for. */
export const BLACKLISTED_MAX = 100_000;
/** Of the lines of our own word: one note holds them, its head and its signature. */
export const SAID_BYTES_MAX = NOTE_BYTES_MAX - 1_000;
const HEADER = 'holdfast-blacklist/v1';
const REASON = /^[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u;

/** An identity that is known to be malicious, and who says so. */
export interface Blacklisted {
  readonly id: string;
  readonly reason: string;
  /** The name of whoever signed it, and the line there; `here`, without a line, if we did. */
  readonly by: string;
  readonly line?: number | undefined;
  /** When that was signed, or said here; wall-clock milliseconds. */
  readonly sinceMs: number;
}

export type Blame = Pick<Blacklisted, 'id' | 'reason' | 'line'>;

/** Keeps it over restarts. They may not throw. */
export interface BlacklistKeeper {
  listed(entry: Blacklisted): void;
  forgiven(id: string): void;
}

/** Who said so here. Nobody can sign by that name. */
export const HERE = 'here';

export const isReason = (text: string): boolean => REASON.test(text);

/** Whether somebody else may sign by that name. */
export const isSignerName = (name: string): boolean => isKeyName(name) && name !== HERE;

/** What is signed: a line for each identity. */
export function blacklistText(timeMs: number, blamed: readonly Blame[]): string {
  return [HEADER, `time ${timeMs}`, ...blamed.map(lineOf), ''].join('\n');
}

const lineOf = ({ id, reason }: Blame): string => `${id} ${reason}`;

/** What the line of it takes, with its end. */
export const lineBytes = (blame: Blame): number => utf8Bytes(lineOf(blame)) + 1;

/** @throws {StorageError} UNPROVEN, naming the line, if it is no such text. */
export function readBlacklist(text: string): { timeMs: number; blamed: readonly Blame[] } {
  const [header, time = '', ...lines] = text.slice(0, -1).split('\n');
  if (header !== HEADER) throw refused(1, `it is not ${HEADER}`);
  const timeMs = /^time \d{1,15}$/.test(time) ? Number(time.slice(5)) : undefined;
  if (timeMs === undefined) throw refused(2, 'it is no time');
  const blamed = lines.map((line, at) => {
    const [id = ''] = line.split(' ', 1);
    const reason = line.slice(id.length + 1);
    const isGood = publicKeyOfPeer(id) !== undefined && isReason(reason);
    if (!isGood) throw refused(at + 3, 'it is no peer id with a reason');
    return { id, reason, line: at + 3 };
  });
  return { timeMs, blamed };
}

const refused = (line: number, because: string): StorageError =>
  new StorageError('UNPROVEN', `line ${line} of the blacklist is malformed: ${because}`);

/** Identities that are known to be malicious, found in the same time however many there are. */
export class Blacklist {
  readonly #entries = new Map<string, Blacklisted>();
  #keeper: BlacklistKeeper | undefined;
  #saidBytes = 0;

  /** What the lines of our own word take. */
  get saidBytes(): number {
    return this.#saidBytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  keepWith(keeper: BlacklistKeeper): void {
    this.#keeper = keeper;
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  all(): Iterable<Blacklisted> {
    return this.#entries.values();
  }

  /** Whoever is listed already stays as it is. False, and nothing, if there is no room for all. */
  add(entries: readonly Blacklisted[]): boolean {
    const fresh = entries.filter(({ id }) => !this.#entries.has(id));
    if (this.#entries.size + new Set(fresh.map(({ id }) => id)).size > BLACKLISTED_MAX) {
      return false;
    }
    for (const entry of fresh) {
      if (this.#entries.has(entry.id)) continue;
      this.#entries.set(entry.id, entry);
      if (entry.by === HERE) this.#saidBytes += lineBytes(entry);
      this.#keeper?.listed(entry);
    }
    return true;
  }

  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    if (entry.by === HERE) this.#saidBytes -= lineBytes(entry);
    this.#keeper?.forgiven(id);
  }

  verdict(id: string): Verdict | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    const { by, line, reason } = entry;
    return { because: 'blacklisted', list: by, ...(line !== undefined && { line }), reason };
  }
}
