import type { Asked } from '../../../actors/http.ts';
import { hex, sha256, text } from '../../../storage/bytes.ts';
import { mac } from '../../../storage/derivation.ts';
import type { Clock, RandomBytes } from '../../../storage/ports.ts';
import { Secret } from '../../../storage/secret.ts';
import { Access } from '../../endpoints/access.ts';

/** What somebody who showed a token may do. */
export type Grant = 'view' | 'control';

export interface Visitor {
  readonly grant: Grant;
  /** Tells visitors apart, and gives nothing away. */
  readonly id: string;
}

interface Session extends Visitor {
  readonly endsAtMs: number;
}

export interface Tokens {
  readonly view: string;
  /** Without it nobody may command. */
  readonly control: string | undefined;
}

/** Of each grant. */
const SESSIONS_MAX = 64;
const LASTS_S = 12 * 60 * 60;
const ID_BYTES = 32;
const ID = /^[\w-]{43}$/;
/** A cookie of ours may stand there once for each place that we were mounted at. */
const COOKIES_MAX = 8;

/** Who has shown a token of late, as a cookie of a browser says it. */
export class Sessions {
  readonly #draw: RandomBytes;
  readonly #clock: Clock;
  readonly #key: Secret;
  readonly #accesses: Readonly<Record<Grant, Access>>;
  /** Cookies do not tell ports apart, and several runtimes may be on one machine. */
  readonly #cookie: string;
  /** By keyed hash: how long a search takes says nothing of what is sought. Oldest first. */
  readonly #sessions = new Map<string, Session>();

  constructor(draw: RandomBytes, clock: Clock, { view, control }: Tokens) {
    this.#draw = draw;
    this.#clock = clock;
    this.#key = Secret.of(draw(ID_BYTES));
    this.#cookie = `holdfast-${hex(draw(6))}`;
    const access = (token: string | undefined) =>
      new Access(draw(ID_BYTES), token === undefined ? undefined : hashOf(token));
    this.#accesses = { view: access(view), control: access(control) };
  }

  /** The cookie of a session that begins, for whoever bears a token; undefined for others. */
  begin(asked: Asked): string | undefined {
    const grant = this.#borne(asked);
    if (grant === undefined) return undefined;
    const id = Buffer.from(this.#draw(ID_BYTES)).toString('base64url');
    const endsAtMs = this.#clock.monotonicMs() + LASTS_S * 1_000;
    this.#sessions.set(this.#nameOf(id), { grant, id: shown(id), endsAtMs });
    this.#bound(grant);
    const isSecure = asked.valuesOf('origin').some((origin) => origin.startsWith('https:'));
    const attributes = `HttpOnly; SameSite=Strict; Max-Age=${LASTS_S}${isSecure ? '; Secure' : ''}`;
    return `${this.#cookie}=${id}; ${attributes}`;
  }

  /** Whoever shows a cookie of ours, or bears a token now. */
  visitor(asked: Asked): Visitor | undefined {
    const [authorization] = asked.valuesOf('authorization');
    if (authorization !== undefined) {
      const grant = this.#borne(asked);
      return grant && { grant, id: 'bearer' };
    }
    const nowMs = this.#clock.monotonicMs();
    for (const id of this.#cookies(asked)) {
      const session = this.#sessions.get(this.#nameOf(id));
      if (session !== undefined && session.endsAtMs > nowMs) return session;
    }
    return undefined;
  }

  /** Nobody is known any more. */
  close(): void {
    this.#sessions.clear();
  }

  /** Whoever may only look ends nobody who may command. */
  #bound(grant: Grant): void {
    const alike = [...this.#sessions].filter(([, session]) => session.grant === grant);
    const [[oldest] = []] = alike;
    if (alike.length > SESSIONS_MAX && oldest !== undefined) this.#sessions.delete(oldest);
  }

  /** What is wrong takes the same steps as what is right. */
  #borne(asked: Asked): Grant | undefined {
    const mayControl = this.#accesses.control.isBearer(asked);
    const mayView = this.#accesses.view.isBearer(asked);
    if (mayControl) return 'control';
    return mayView ? 'view' : undefined;
  }

  #cookies(asked: Asked): readonly string[] {
    const pairs = asked.valuesOf('cookie').flatMap((line) => line.split(';'));
    const own = pairs.map((pair) => pair.trim()).filter((pair) => pair.startsWith(this.#cookie));
    const values = own.slice(0, COOKIES_MAX).map((pair) => pair.slice(this.#cookie.length + 1));
    return values.filter((value) => ID.test(value));
  }

  #nameOf(id: string): string {
    return hex(mac(this.#key, text(id)));
  }
}

const hashOf = (token: string): Secret => Secret.of(sha256(text(token)));

const shown = (id: string): string => hex(sha256(text(id))).slice(0, 12);
