import {
  type Bye,
  type Delta,
  type Panel,
  type PanelName,
  PROTOCOL,
  type Refused,
  type Snapshot,
  type Welcome,
} from '../protocol.ts';
import { eventReader } from './event-stream.ts';
import type { Step } from './model.ts';
import { seenJson } from './seen-json.ts';

/** How it stands between the page and the runtime. */
export type Connection =
  | { readonly is: 'connecting' }
  | { readonly is: 'live' }
  /** It is tried again. */
  | { readonly is: 'away'; readonly because: string }
  /** It is not tried again: somebody has to do something. */
  | { readonly is: 'refused'; readonly because: string };

export interface Listener {
  welcomed(welcome: Welcome): void;
  stepped(step: Step): void;
  told(panel: Panel): void;
  connection(connection: Connection): void;
}

/** What it needs of a browser. */
export interface Browser {
  fetch(address: string, init?: RequestInit): Promise<Response>;
  after(ms: number, run: () => void): void;
  /** The token that the address brought, if any. */
  readonly token: string | undefined;
  /** Takes the token out of the address. */
  forgetToken(): void;
}

const AGAIN_MIN_MS = 250;
const AGAIN_MAX_MS = 8000;

const byes: Readonly<Record<Bye['because'], string>> = {
  slow: 'This page did not keep up and was let go.',
  stopped: 'The runtime has stopped.',
  full: 'As many pages watch as may.',
  refused: 'The runtime refuses this page.',
};

const hints: Readonly<Record<number, string>> = {
  401: 'Open the address that the runtime printed: this page has no token that holds.',
  403: 'The runtime does not take this page for its own.',
  421: 'The runtime knows no such name of its own. Allow it by hosts, of inspector().',
  404: 'There is no runtime behind this page.',
};

/** Says what was refused, and why, in the words of the runtime. */
export class RefusedError extends Error {
  readonly code: string;

  constructor({ code, message }: Refused) {
    super(message);
    this.code = code;
  }
}

export class Live {
  readonly #browser: Browser;
  readonly #listener: Listener;
  #viewer: string | undefined;
  #watched: readonly PanelName[] = [];
  #seq = 0;
  #hasEntered = false;
  #againMs = AGAIN_MIN_MS;
  #leave = new AbortController();

  constructor(browser: Browser, listener: Listener) {
    this.#browser = browser;
    this.#listener = listener;
  }

  /** Comes, and comes again until it is refused or closed. */
  async open(): Promise<void> {
    this.#listener.connection({ is: 'connecting' });
    try {
      await this.#enter();
      await this.#read();
    } catch (error) {
      if (this.#leave.signal.aborted) return;
      if (error instanceof Refusal) return this.#refused(error.message);
      this.#away(error instanceof Lost ? error.message : 'The runtime is not to be reached.');
    }
  }

  close(): void {
    this.#leave.abort();
  }

  /** The panels that are looked at now. */
  watch(panels: readonly PanelName[]): void {
    if (panels.join() === this.#watched.join()) return;
    this.#watched = panels;
    this.#tellWatched();
  }

  /** What the runtime answers to a question. */
  async ask(address: string, method: 'GET' | 'POST' = 'GET'): Promise<unknown> {
    const answer = await this.#browser.fetch(address, { method, credentials: 'same-origin' });
    const text = await answer.text();
    if (!answer.ok) throw new RefusedError(refusedIn(text, answer.status));
    return text === '' ? {} : seenJson(text);
  }

  async #enter(): Promise<void> {
    const { token } = this.#browser;
    if (token === undefined || this.#hasEntered) return;
    const headers = { authorization: `Bearer ${token}` };
    const answer = await this.#browser.fetch('session', { method: 'POST', headers });
    if (!answer.ok) throw new Refusal(refusedIn(await answer.text(), answer.status).message);
    this.#browser.forgetToken();
    this.#hasEntered = true;
  }

  async #read(): Promise<void> {
    const { signal } = this.#leave;
    const answer = await this.#browser.fetch('stream', { signal, credentials: 'same-origin' });
    if (!answer.ok || answer.body === null) {
      const { message } = refusedIn(await answer.text(), answer.status);
      throw answer.status in hints ? new Refusal(message) : new Lost(message);
    }
    const read = eventReader(({ event, data }) => this.#heard(event, seenJson(data)));
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    try {
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        read(piece.value);
      }
    } finally {
      this.#viewer = undefined;
      void reader.cancel().catch(() => {});
    }
    throw new Lost('The runtime ended the connection.');
  }

  #heard(event: string, data: unknown): void {
    switch (event) {
      case 'welcome':
        return this.#welcomed(data as Welcome);
      case 'snapshot': {
        const { seq, ...step } = data as Snapshot;
        this.#seq = seq;
        return this.#listener.stepped({ ...step, isNew: true });
      }
      case 'delta': {
        const { seq, ...step } = data as Delta;
        if (seq !== this.#seq + 1) throw new Lost('Something was missed: all is told anew.');
        this.#seq = seq;
        return this.#listener.stepped(step);
      }
      case 'panel':
        return this.#listener.told(data as Panel);
      case 'bye': {
        const { because } = data as Bye;
        const words = byes[because] ?? 'The runtime said goodbye.';
        throw because === 'refused' ? new Refusal(words) : new Lost(words);
      }
    }
  }

  #welcomed(welcome: Welcome): void {
    if (welcome.protocol !== PROTOCOL) {
      const both = `the runtime speaks version ${welcome.protocol}, this page ${PROTOCOL}`;
      throw new Refusal(`They are not of one version: ${both}. Reload the page.`);
    }
    this.#viewer = welcome.viewer;
    this.#againMs = AGAIN_MIN_MS;
    this.#listener.welcomed(welcome);
    this.#listener.connection({ is: 'live' });
    this.#tellWatched();
  }

  #tellWatched(): void {
    if (this.#viewer === undefined) return;
    const asked = new URLSearchParams({ viewer: this.#viewer, panels: this.#watched.join() });
    this.ask(`watch?${asked}`, 'POST').catch(() => {});
  }

  #refused(because: string): void {
    this.#listener.connection({ is: 'refused', because });
  }

  #away(because: string): void {
    this.#listener.connection({ is: 'away', because });
    this.#browser.after(this.#againMs, () => {
      if (!this.#leave.signal.aborted) void this.open();
    });
    this.#againMs = Math.min(this.#againMs * 2, AGAIN_MAX_MS);
  }
}

/** It may be otherwise soon. */
class Lost extends Error {}

/** It stays so until somebody does something. */
class Refusal extends Error {}

function refusedIn(text: string, status: number): Refused {
  const hint = hints[status] ?? `The runtime answered ${status}.`;
  try {
    const { code, message } = seenJson(text) as Partial<Refused>;
    return { code: code ?? String(status), message: status === 401 ? hint : (message ?? hint) };
  } catch {
    return { code: String(status), message: hint };
  }
}
