import type { Sockets } from '../actors/sockets.ts';
import type { Log } from '../actors/world.ts';
import { StorageError } from '../storage/faults.ts';
import type { Clock } from '../storage/ports.ts';
import { type Controlled, ControlSession } from './control-session.ts';
import { describeError } from './errors.ts';
import { SOCKET_PATH_BYTES_MAX } from './world/sockets.ts';

const CONNECTIONS_MAX = 8;

export interface ControlTools {
  readonly clock: Clock;
  readonly sockets: Sockets;
  readonly log: Pick<Log, 'warn'>;
}

export interface Control {
  /** Lets nobody in any more, and ends all connections, within about a second. Never fails. */
  close(): Promise<void>;
}

const none: Control = { close: async () => {} };

/**
 * Opens the socket through which operators reach a running process: 8 connections, each of 16
 * requests at a time, in lines of at most 64 KiB. A process can do without: if it cannot be opened,
 * there is one warning.
 */
export async function openControl(
  { clock, sockets, log }: ControlTools,
  path: string,
  controlled: Controlled,
): Promise<Control> {
  const bytes = Buffer.byteLength(path);
  if (bytes > SOCKET_PATH_BYTES_MAX) {
    log.warn(
      { path, bytes },
      `no control socket: a path has at most ${SOCKET_PATH_BYTES_MAX} bytes`,
    );
    return none;
  }
  const sessions = new Set<ControlSession>();
  try {
    const listening = await sockets.listen(path, (connection) => {
      const session = new ControlSession(connection, clock, controlled);
      if (sessions.size >= CONNECTIONS_MAX) {
        return session.refuse(`at most ${CONNECTIONS_MAX} may be connected`);
      }
      sessions.add(session);
      void session.over.then(() => sessions.delete(session));
    });
    return {
      async close() {
        await listening.close().catch(() => {});
        for (const session of sessions) session.end();
        await Promise.all([...sessions].map(({ ended }) => ended));
      },
    };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    log.warn({ path, error: describeError(error) }, 'no control socket');
    return none;
  }
}
