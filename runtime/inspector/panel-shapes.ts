/** What each panel holds. Times without a calendar count from when the runtime began. */
export interface Panels {
  readonly modes: ModesPanel;
  readonly health: HealthPanel;
  readonly breakers: BreakersPanel;
  readonly peers: PeersPanel;
  readonly sandboxes: SandboxesPanel;
  readonly audit: AuditPanel;
  readonly letters: LettersPanel;
}

/** `sinceMs` is of the calendar. */
export interface ToldMode {
  readonly mode: string;
  readonly sinceMs: number;
  readonly because?: string;
  readonly [further: string]: unknown;
}

export interface ModesPanel {
  readonly audit: ToldMode;
  readonly isolation: ToldMode;
  readonly route: ToldMode;
  readonly load: ToldMode;
  readonly own: Readonly<Record<string, ToldMode>>;
  /** What is still promised with all of them as they are. */
  readonly promises: Readonly<Record<string, unknown>>;
}

export interface HealthPanel {
  readonly status: string;
  readonly isStarted: boolean;
  readonly isReady: boolean;
  readonly checks: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly [further: string]: unknown;
}

export interface ToldBreaker {
  readonly name: string;
  readonly circuit: 'closed' | 'open' | 'halfOpen';
  readonly isolations: readonly { readonly by: string; readonly reason: string }[];
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
  readonly refused: number;
  readonly late: number;
  /** In a row. */
  readonly openings: number;
  /** While it is open: when it lets a call try it, and for how long it is open. */
  readonly retryAtMs?: number;
  readonly openForMs?: number;
  /** What opens it, and how long it looks back, in words: `5 failures in a row`. */
  readonly opensAt: string;
}

export interface BreakersPanel {
  readonly total: number;
  readonly byCircuit: Readonly<Record<ToldBreaker['circuit'], number>>;
  /** Those that let calls through last, at most 200. */
  readonly told: readonly ToldBreaker[];
}

export interface ToldPeer {
  readonly id: string;
  readonly address: string;
  readonly dialled: boolean;
  readonly connectedMs: number;
  readonly pingMs?: number;
  readonly trust: number;
  readonly level: string;
  readonly sandboxedLevel: string;
  /** `clear`, `watched` or `suspect`: whether it looks like a honeypot or a sensor. */
  readonly suspicion: string;
  /** What it has cost, as the ledger has it. */
  readonly usage?: Readonly<Record<string, number>>;
}

export interface PeersPanel {
  /** Empty if its keys are lost, and it is nobody. */
  readonly id: string;
  readonly connected: number;
  readonly silent: number;
  readonly away: number;
  /** At most 200. */
  readonly told: readonly ToldPeer[];
  readonly total: Readonly<Record<string, number>>;
}

export interface SandboxesPanel {
  readonly mode: string;
  /** Each level: whether it is proved, by what, or why it is not to be had. */
  readonly levels: readonly {
    readonly isolation: string;
    readonly is: string;
    readonly evidence?: Readonly<Record<string, unknown>>;
    readonly unavailable?: string;
    readonly fix?: string;
  }[];
  readonly guests: readonly {
    readonly isolation: string;
    readonly idle: number;
    readonly taken: number;
  }[];
}

export interface AuditPanel {
  readonly status: Readonly<Record<string, unknown>>;
  /** The newest, at most 100, oldest first. */
  readonly records: readonly ToldRecord[];
}

export interface ToldRecord {
  readonly index: number;
  readonly time: string;
  readonly type: string;
  readonly subject?: string;
  readonly id: string;
  readonly causationid?: string;
  readonly data: unknown;
}

export interface LettersPanel {
  readonly total: number;
  readonly byReason: Readonly<Record<string, number>>;
  readonly recent: readonly {
    readonly subject: string;
    readonly reason: string;
    readonly type: string;
    /** Of the calendar. */
    readonly atMs: number;
  }[];
}

/** Of one actor, on demand. */
export interface ActorDetail {
  readonly path: string;
  readonly context: unknown;
  readonly output?: unknown;
  readonly error?: unknown;
  readonly tags: readonly string[];
  /** What it waits for. */
  readonly deadlines: readonly { readonly event: string; readonly dueAtMs: number }[];
  readonly policy: Readonly<Record<string, unknown>>;
}

/** From what is asked about, newest, back to the first cause that is known. */
export interface Explained {
  readonly chain: readonly ExplainedFact[];
  /** Why it goes no further back. */
  readonly ends: 'first' | 'forgotten';
}

export interface ExplainedFact {
  readonly id: string;
  readonly type: string;
  readonly subject?: string;
  readonly time: string;
  readonly data: unknown;
  /** Where it was found. */
  readonly from: 'recorder' | 'audit';
}
