import { createConnection, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LogFields } from '../../actors/world.ts';
import { openControl } from '../../runtime/control.ts';
import { Lines } from '../../runtime/lines.ts';
import { clock } from '../../runtime/world/clock.ts';
import { sockets } from '../../runtime/world/sockets.ts';
import { temporaryDirectory } from '../storage/disk.ts';
import { controlled, FakeAudit } from './control.fixture.ts';

const PATIENTLY = { timeout: 10_000 };

async function opened(path = `${temporaryDirectory()}/control.sock`) {
  const warned: unknown[] = [];
  const log = { warn: (fields: LogFields, message: string) => warned.push([fields, message]) };
  const audit = new FakeAudit();
  const control = await openControl({ clock, sockets, log }, path, controlled(audit));
  onTestFinished(() => control.close());
  return { path, warned, audit, control };
}

function call(path: string): Socket {
  const socket = createConnection(path);
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** The next lines that arrive, as many as asked for, or all if the connection ends before. */
async function replies(socket: Socket, count: number): Promise<readonly unknown[]> {
  const lines = new Lines(2 ** 20);
  const all: unknown[] = [];
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      for (const line of lines.take(chunk)) all.push(JSON.parse(line));
      if (all.length >= count) break;
    }
  } catch {
    // Reset: what came before counts.
  }
  return all;
}

const request = `${JSON.stringify({ id: 1, method: 'audit.status' })}\n`;
const answered = { id: 1, result: { size: 4 } };
const busy = { code: 'CONTROL_BUSY', message: 'at most 8 may be connected' };

describe('the control socket', () => {
  it('answers whoever connects', async () => {
    const { path } = await opened();
    const socket = call(path);
    socket.write(request);
    expect(await replies(socket, 1)).toEqual([answered]);
  });

  it('has room for 8, tells the others, and has room again when one leaves', async () => {
    const { path } = await opened();
    const inside = Array.from({ length: 8 }, () => call(path));
    for (const socket of inside) {
      socket.write(request);
      expect(await replies(socket, 1)).toEqual([answered]);
    }
    const outside = Array.from({ length: 92 }, () => call(path));
    const told = await Promise.all(outside.map((socket) => replies(socket, 1)));
    expect(told).toEqual(outside.map(() => [{ id: null, error: busy }]));
    for (const socket of inside) socket.write(request);
    expect(await Promise.all(inside.map((socket) => replies(socket, 1)))).toEqual(
      inside.map(() => [answered]),
    );
    inside[0]?.destroy();
    await expect
      .poll(async () => {
        const next = call(path);
        next.write(request);
        const [reply] = await replies(next, 1);
        next.destroy();
        return reply;
      }, PATIENTLY)
      .toEqual(answered);
  });

  it('outlives garbage, giant lines, half requests and hang-ups', async () => {
    const { path } = await opened();
    const garbage = call(path);
    garbage.write(Buffer.from([0xff, 0x00, 0x0a, 0x80]));
    expect(await replies(garbage, 1)).toMatchObject([
      { id: null, error: { code: 'CONTROL_INVALID' } },
    ]);
    const giant = call(path);
    giant.write('x'.repeat(2 ** 23));
    expect(await replies(giant, 1)).toMatchObject([
      { id: null, error: { code: 'CONTROL_INVALID' } },
    ]);
    call(path).end('{ "id": 1, "meth');
    const rude = call(path);
    rude.write(request.repeat(50));
    rude.destroy();
    await expect
      .poll(async () => {
        const socket = call(path);
        socket.write(request);
        const [reply] = await replies(socket, 1);
        socket.destroy();
        return reply;
      }, PATIENTLY)
      .toEqual(answered);
  });

  it('tells its followers that it ends, and is gone', async () => {
    const { path, control, audit } = await opened();
    const socket = call(path);
    socket.write(`${JSON.stringify({ id: 1, method: 'audit.tail' })}\n`);
    await expect.poll(() => audit.listeners, PATIENTLY).toBe(1);
    const end = replies(socket, 9);
    await control.close();
    expect(await end).toEqual([{ id: 1, end: true }]);
    expect(await sockets.connect(path)).toBe(undefined);
  });

  it('is done without where its path would be too long, with one warning', async () => {
    const directory = temporaryDirectory();
    const path = `${directory}/${'x'.repeat(107 - directory.length)}`;
    const { warned, control } = await opened(path);
    const message = 'no control socket: a path has at most 107 bytes';
    expect(warned).toEqual([[{ path, bytes: 108 }, message]]);
    await control.close();
    expect((await opened(path.slice(0, -1))).warned).toEqual([]);
  });

  it('is done without where it cannot be made, with one warning', async () => {
    const path = `${temporaryDirectory()}/none/control.sock`;
    const { warned } = await opened(path);
    const message = `the socket ${path} cannot be used: ENOENT`;
    const error = { name: 'StorageError', code: 'DISK_FAILED', message };
    expect(warned).toEqual([[{ path, error }, 'no control socket']]);
  });
});
