/** What somebody asks over HTTP. It has no body: what comes of one is not read. */
export interface Asked {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly target: string;
  /** All that a header was given, in order; `name` in lower case. */
  valuesOf(name: string): readonly string[];
}

/** Of text, of bytes, or of what comes of it by and by: that is cancelled once nobody reads it. */
export type Body = string | Uint8Array | ReadableStream<Uint8Array>;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

/** `remoteAddress` is canonical, and that of the socket. It may not throw, and not reject. */
export type Answerer = (asked: Asked, remoteAddress: string) => Answer | Promise<Answer>;

export interface HttpListening {
  /** `http://host:port`. */
  readonly url: string;
  /** Nobody new gets in; what was answered still leaves. */
  close(): void;
}

/** Serves pages, and what goes on, to whoever asks. Nothing else does. */
export interface Http {
  /**
   * Port 0 is any that is free.
   * @throws {HoldfastError} LISTEN_FAILED if the port is taken, or the address not ours.
   */
  listen(
    options: { readonly host: string; readonly port: number },
    answer: Answerer,
  ): Promise<HttpListening>;
}
