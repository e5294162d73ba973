/** What the process ends with. */
export const exits = {
  ok: 0,
  failed: 1,
  usage: 2,
  tampered: 3,
  keyMissing: 4,
} as const;

export type Exit = (typeof exits)[keyof typeof exits];

/** Ends a command, in plain words and with an exit code. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exit: Exit;
  readonly code: string | undefined;

  constructor(message: string, exit: Exit = exits.failed, code?: string) {
    super(message);
    this.exit = exit;
    this.code = code;
  }
}

/** The command was called in a way it does not know. */
export const misused = (message: string): Failure => new Failure(message, exits.usage);
