import type { EventEmitter } from 'node:events';
import { afterAll, beforeAll } from 'vitest';
import { containment } from '../../runtime/world/containment.ts';

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * The errors of a test file that reach the process and belong to nobody. To be called before the
 * file runs anything: Vitest would fail the run for errors that have an owner too, so its listeners
 * are away meanwhile. Node makes a rejection that nobody awaited an exception only if nobody
 * listens for it.
 */
export function strayErrors(): readonly unknown[] {
  const stray: unknown[] = [];
  const listen = (error: unknown): void => {
    if (containment.current() === undefined) stray.push(error);
  };
  const bus: EventEmitter = process;
  const silenced = EVENTS.flatMap((event) =>
    bus.listeners(event).map((listener) => [event, listener as () => void] as const),
  );
  beforeAll(() => {
    for (const [event, listener] of silenced) bus.off(event, listener);
    process.on('uncaughtException', listen);
  });
  afterAll(() => {
    process.off('uncaughtException', listen);
    for (const [event, listener] of silenced) bus.on(event, listener);
  });
  return stray;
}
