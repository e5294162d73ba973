import { Observable } from 'rxjs';
import type { Audit } from '../actors/audit.actor.ts';
import { onAbort } from '../actors/on-abort.ts';
import type { AuditGap, AuditRecord } from './audit.ts';
import type { Kernel } from './kernel/kernel.ts';

type TailKernel = Pick<Kernel, 'containment' | 'subscriberFailed'>;
type Read = AuditRecord | AuditGap;

/** Follows a log: each subscriber reads it at its own pace, and waits at its end. */
export class AuditTail {
  readonly #actor: Audit;
  readonly #kernel: TailKernel;
  readonly #read: (fromIndex: number) => AsyncIterable<Read>;

  constructor(actor: Audit, kernel: TailKernel, read: (fromIndex: number) => AsyncIterable<Read>) {
    this.#actor = actor;
    this.#kernel = kernel;
    this.#read = read;
  }

  /** A subscriber that throws hurts only itself: it is told, and unsubscribed. */
  from(fromIndex: number): Observable<Read> {
    const { containment } = this.#kernel;
    return new Observable((subscriber) => {
      const leaving = new AbortController();
      const uncaught = (error: unknown): void => {
        if (leaving.signal.aborted) return;
        subscriber.unsubscribe();
        this.#kernel.subscriberFailed('audit', error);
      };
      const tell = (call: () => void): void => containment.run({ uncaught }, call);
      const run = async (): Promise<void> => {
        try {
          for await (const read of this.#follow(fromIndex, leaving.signal)) {
            tell(() => subscriber.next(read));
          }
          tell(() => subscriber.complete());
        } catch (error) {
          tell(() => subscriber.error(error));
        }
      };
      void run();
      return () => leaving.abort();
    });
  }

  async *#follow(from: number, signal: AbortSignal): AsyncGenerator<Read> {
    let next = from;
    let known = 0;
    while (!signal.aborted) {
      const { size } = this.#actor.status();
      // It was lost, and has begun anew.
      if (size < known) next = 0;
      known = size;
      const before = next;
      if (before < size) {
        for await (const read of this.#read(before)) {
          if (signal.aborted) return;
          yield read;
          next = read.kind === 'gap' ? read.to : read.index + 1;
        }
      }
      if (next > before) continue;
      if (this.#actor.mode === 'closed') return;
      await this.#news(signal);
    }
  }

  /** Resolves when something was committed, the log was closed, or nobody listens any more. */
  #news(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const leave = (): void => {
        deafen();
        forget();
        resolve();
      };
      const forget = this.#actor.onCommitted(leave);
      const deafen = onAbort(signal, leave);
    });
  }
}
