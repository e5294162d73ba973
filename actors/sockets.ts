/** A stream of bytes to and from another process of this machine. */
export interface Connection {
  /** What arrives, for one reader. It ends with the connection, however that ended. */
  readonly incoming: AsyncIterable<Uint8Array>;
  /** False if the other side is slow: wait for `drained` then. Does nothing after the end. */
  write(text: string): boolean;
  /** Resolves once there is room again, or the connection has ended. */
  drained(): Promise<void>;
  /** Ends it once the other side has what was written. */
  end(): void;
  /** Ends it at once. */
  drop(): void;
}

export interface Listening {
  /** Nobody new gets in, and the name is gone; connections stay. */
  close(): Promise<void>;
}

/** Sockets of this machine, by path; of at most 107 bytes. */
export interface Sockets {
  /**
   * Lets nobody in but processes of the same user, from the first moment. Takes over the name of a
   * socket where nobody answers.
   * @throws {StorageError} LOCKED if somebody answers, TAKEN by what is no socket, DISK_FAILED.
   */
  listen(path: string, onConnection: (connection: Connection) => void): Promise<Listening>;
  /** Undefined if nobody answers there. @throws {StorageError} DISK_FAILED if one may not ask. */
  connect(path: string): Promise<Connection | undefined>;
}
