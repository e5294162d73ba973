/** What an audit log may take, and for how long. `runtime/options/audit.ts` has the defaults. */
export interface AuditLimits {
  readonly recordsPerCommitMax: number;
  readonly queueRecordsMax: number;
  readonly queueBytesMax: number;
  /** A commit that takes longer has stalled. */
  readonly appendMs: number;
  /** How often the head is written, if there is news. */
  readonly headMs: number;
  readonly healthMs: number;
  readonly segmentBytesMax: number;
  readonly spoolBytesMax: number;
  readonly ballastBytes: number;
  /** Below it there is too little room; there is enough again at twice as much. */
  readonly freeBytesMin: number;
  readonly reopenMs: number;
  readonly replayMs: number;
  readonly retention: {
    readonly ageMs: number;
    readonly bytesMax: number;
    readonly segmentsMax: number;
  };
}
