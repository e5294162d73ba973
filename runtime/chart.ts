/** A statechart as it is drawn: what a machine's definition says, without its code. */
export interface Chart {
  /** SHA-256 of all the rest, in hex, the first 16 digits. */
  readonly hash: string;
  /** The id of the machine. */
  readonly id: string;
  /** Paths of all states in the order of the definition, as `calling.waiting`; the root is `''`. */
  readonly states: readonly string[];
  readonly root: ChartState;
  readonly edges: readonly ChartEdge[];
  /** States and edges that are left out, for there are too many. */
  readonly more: number;
}

export interface ChartState {
  readonly path: string;
  /** The last part of its path; of the root, the id of the machine. */
  readonly key: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  /** The key of the state within that it begins in. */
  readonly initial?: string;
  readonly tags: readonly string[];
  /** Names of actions, of what is invoked. What has no name is `(inline)`. */
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  readonly invoke: readonly string[];
  readonly states: readonly ChartState[];
}

export interface ChartEdge {
  /** As coverage and traces name it: `closed breaker.trip -> open`. Not unique: guards differ. */
  readonly name: string;
  readonly source: string;
  /** As it is read: `breaker.trip`, `after 500 ms`, `always`, `done mailer`, `error mailer`. */
  readonly event: string;
  readonly guard?: string;
  readonly actions: readonly string[];
  /** Paths of states; none if it stays where it is. */
  readonly targets: readonly string[];
  /** It leaves and enters its source again. */
  readonly reenter: boolean;
}
