import { once } from 'node:events';
import { createServer, connect as open, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { network } from '../../../runtime/world/network.ts';
import { nextTurn } from '../../../runtime/world/turn.ts';
import { GuestBook } from '../../contracts/network.fixture.ts';

export const REFUSED =
  'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn();
}

export async function listening(door = new GuestBook(), trustedProxies: string[] = []) {
  const listener = await network.listen({ host: '127.0.0.1', port: 0, trustedProxies }, door);
  onTestFinished(() => {
    listener.close();
    for (const { link } of door.guests) link.drop();
  });
  return { door, listener, port: Number(new URL(listener.url).port) };
}

/** A socket that says what it likes, and collects what it is told. */
export class Stranger {
  readonly socket: Socket;
  heard = '';
  isOver = false;

  constructor(port: number, localAddress = '127.0.0.1') {
    this.socket = open({ port, host: '127.0.0.1', localAddress });
    onTestFinished(() => void this.socket.destroy());
    this.socket
      .on('error', () => {})
      .on('data', (chunk) => {
        this.heard += chunk.toString('latin1');
      })
      .on('close', () => {
        this.isOver = true;
      });
  }

  say(bytes: string | Uint8Array): this {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    return this;
  }

  /** All it was told until it was over. */
  async told(): Promise<string> {
    await until(() => this.isOver);
    return this.heard;
  }
}

/** What a dialler says; each of `changes` replaces a header, or removes it. */
export function upgrade(
  changes: Readonly<Record<string, string | undefined>> = {},
  line = 'GET /holdfast HTTP/1.1',
): string {
  const headers: Record<string, string | undefined> = {
    Host: '127.0.0.1',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol': 'holdfast.1',
    ...changes,
  };
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return [line, ...lines, '', ''].join('\r\n');
}

/** One masked frame; the mask is zero. */
export function frame(head: number, payload: Uint8Array | string = ''): Uint8Array {
  const bytes = Buffer.from(payload);
  if (bytes.length < 126) {
    return Buffer.concat([Buffer.from([head, 0x80 + bytes.length, 0, 0, 0, 0]), bytes]);
  }
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(bytes.length));
  return Buffer.concat([Buffer.from([head, 0xff]), size, Buffer.alloc(4), bytes]);
}

/** A stranger who was upgraded, and the link on this side. */
export async function upgraded(headers: Readonly<Record<string, string>> = {}) {
  const { door, port, listener } = await listening();
  const stranger = new Stranger(port).say(upgrade(headers));
  await until(() => door.guests.length === 1 && stranger.heard.endsWith('\r\n\r\n'));
  const greeting = stranger.heard;
  stranger.heard = '';
  const [guest] = door.guests;
  if (guest === undefined) throw new Error('it was not upgraded');
  return { stranger, greeting, door, listener, port, ...guest };
}

/** A server that says `answer` to whoever has asked for something. */
export async function answering(answer: string): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('data', () => socket.write(answer));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await once(server, 'listening');
  return `ws://127.0.0.1:${Object(server.address()).port}/holdfast`;
}
