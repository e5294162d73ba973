/** What a name stands for. */
export interface NamedAddress {
  /** IPv4. */
  readonly address: string;
  /** For so long it may be remembered. */
  readonly ttlS: number;
}

/** Names of the internet. Nothing else asks a name server. */
export interface Names {
  /**
   * Empty if there is no such name, or none with an address of IPv4. Rejects if nobody says so, or
   * once `signal` aborts. What it says may be forged by anybody on the path. Asks `servers`, each
   * an address, or an address with a port; without any those of this machine.
   */
  resolve(
    name: string,
    signal: AbortSignal,
    servers: readonly string[],
  ): Promise<readonly NamedAddress[]>;
}
