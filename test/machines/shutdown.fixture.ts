import type { ShutdownEvent } from '../../machines/shutdown.machine.ts';

export const events: readonly ShutdownEvent[] = [{ type: 'shutdown.begin', deadlineMs: 25_000 }];
