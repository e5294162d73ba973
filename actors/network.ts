/** Where the other end of a connection is, as the transport sees it. */
export interface Remote {
  /** Canonical: IPv4, or IPv6 in its shortest form; IPv4 mapped into IPv6 is IPv4. */
  readonly address: string;
  /** 0 if only a proxy knows. */
  readonly port: number;
}

/** A TCP connection that is not upgraded yet. */
export interface Arrival {
  readonly remote: Remote;
  /** Ends it at once, without another byte. */
  drop(): void;
}

/** Lengths of what is said before the upgrade, which is opaque to the transport. */
export const CHALLENGE_BYTES = 41;
export const ANSWER_BYTES = 49;
export const PASS_BYTES = 40;

/** What a dialler asks for, before the upgrade. */
export interface Asking {
  /** Where a trusted proxy says that it comes from, or where it does come from. */
  readonly remote: Remote;
  /** Undefined if there is none, or none that could be one. */
  readonly answer: Uint8Array | undefined;
  readonly pass: Uint8Array | undefined;
}

export const MESSAGE_BYTES_MAX = 65_536;

/** How long a `close` may take, the farewell of the other side included. */
export const CLOSE_MS = 5_000;

/** A channel of whole messages, 1 to 65,536 bytes each. What comes out is not to be believed. */
export interface Link {
  /** As in `Asking`, or where the dial led to. */
  readonly remote: Remote;
  /** Bytes that were sent and have not left this process, those of the carrier among them. */
  readonly bufferedBytes: number;
  /** Does nothing after the end. Trap: `message` is the link's from then on. */
  send(message: Uint8Array): void;
  /**
   * Nothing is read until `resume`, so that an end may go unnoticed; what was read already may
   * still come.
   */
  pause(): void;
  resume(): void;
  /** Ends it once what was sent has left, within 5 s at most. No message comes in any more. */
  close(): void;
  /** Ends it at once, without another byte. */
  drop(): void;
}

/**
 * Why a link ended: `closed` in good order, by either side; `violated` by what the carrier forbids;
 * or `lost`.
 */
export type LinkEnd = 'closed' | 'lost' | 'violated';

/** Called on the stack of the event, never on that of a call to the link. They may not throw. */
export interface LinkEvents {
  /** Trap: `message` is gone once this returns: whoever keeps it keeps a copy. */
  onMessage(message: Uint8Array): void;
  /** All that was sent has left this process. */
  onDrained(): void;
  /** Once; nothing comes after it, and nothing of the link is left. */
  onEnd(how: LinkEnd): void;
}

/** Decides who gets in. It is asked on the stack of the event, and may not throw. */
export interface Door {
  /** A connection, before its first byte. False drops it, and nothing more is heard of it. */
  onArrived(arrival: Arrival): boolean;
  /** It is over, and was not upgraded, whoever ended it. */
  onLeft(arrival: Arrival): void;
  /** It asks to be upgraded. A refusal reads the same whatever the reason, but for a challenge. */
  onAsked(arrival: Arrival, asking: Asking): Admission;
  /** It is upgraded. */
  onOpened(arrival: Arrival, link: Link): LinkEvents;
}

export type Admission =
  | { readonly admitted: true }
  | { readonly admitted: false; readonly challenge?: Uint8Array | undefined };

export interface ListenOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Proxies, as addresses or CIDR, that are believed about `X-Forwarded-For`. */
  readonly trustedProxies: readonly string[];
}

export interface Listener {
  /** `ws://host:port/holdfast`. */
  readonly url: string;
  /** Nobody new gets in, and who was not upgraded yet is dropped; links stay. */
  close(): void;
}

export interface DialOptions {
  readonly answer?: Uint8Array | undefined;
  readonly pass?: Uint8Array | undefined;
  /** Gives the attempt up, whatever state it is in; means nothing to a link that was opened. */
  readonly signal: AbortSignal;
}

/** What became of a dial. */
export type Dialled =
  | { readonly outcome: 'opened'; readonly link: Link }
  | { readonly outcome: 'refused'; readonly challenge: Uint8Array | undefined }
  | { readonly outcome: 'unreachable'; readonly cause: Error };

/** Connections to other machines. Nothing else opens one. */
export interface Network {
  /**
   * @throws {HoldfastError} LISTEN_FAILED if the port is taken, or the address not ours.
   * @throws {TypeError} for a trusted proxy that is no address and no CIDR.
   */
  listen(options: ListenOptions, door: Door): Promise<Listener>;
  /**
   * `onOpened` is called before anything can come in. Rejects with the reason of `signal`, and with
   * nothing else.
   */
  dial(url: string, options: DialOptions, onOpened: (link: Link) => LinkEvents): Promise<Dialled>;
}
