import type { Command, PanelName } from './protocol.ts';

/** What one viewer is told, as text for server-sent events, when it can take it. */
export interface Viewer {
  /** As `welcome` has it. */
  readonly id: string;
  /** True once nothing follows: `bye` was taken, or it was closed. */
  readonly isOver: boolean;
  /** Calls `listener` whenever there is something to take after there was nothing, and now. */
  onReady(listener: () => void): void;
  /** The next message, whole; undefined if there is none now. */
  take(): string | undefined;
  /** The panels that it looks at from now on. */
  watch(names: readonly PanelName[]): void;
  /** Its connection is gone. */
  close(): void;
}

/** All who watch one runtime. Nothing is attached to the runtime while nobody does. */
export interface Watch {
  /** One that comes too late, or when there are too many, is only told `bye`. */
  open(allowed: { readonly commands: readonly Command[]; readonly why?: string }): Viewer;
  find(viewer: string): Viewer | undefined;
  /** Tells everybody `bye`. */
  close(): void;
}
