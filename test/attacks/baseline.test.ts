import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { frame, Stranger, until, upgrade } from '../runtime/world/web.fixture.ts';
import { bareWs } from './bare-ws.ts';

const plain = (more: Readonly<Record<string, string>> = {}): string =>
  upgrade({ ...more, 'Sec-WebSocket-Protocol': undefined }, 'GET / HTTP/1.1');

/** Upgraded, and what ws has of it on its side. */
async function upgraded() {
  const { carriers, port } = await bareWs();
  const stranger = new Stranger(port).say(plain());
  const [carrier] = await once(carriers, 'connection');
  await until(() => stranger.heard.endsWith('\r\n\r\n'));
  const received: number[] = [];
  carrier.on('message', (data: Buffer) => received.push(data.length));
  return { stranger, carrier, received };
}

describe('bare ws', () => {
  it('T01: takes 900 headers', async () => {
    const { port } = await bareWs();
    const many = Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`X-${n}`, '']));
    const stranger = new Stranger(port).say(plain(many));
    await until(() => stranger.heard !== '');
    expect(stranger.heard.startsWith('HTTP/1.1 101 ')).toBe(true);
  });

  it('T02: takes a message in 10,000 pieces', async () => {
    const { stranger, received } = await upgraded();
    const pieces = Array<Uint8Array>(9_998).fill(frame(0x00, 'x'));
    stranger.say(Buffer.concat([frame(0x02, 'x'), ...pieces, frame(0x80, 'x')]));
    await until(() => received.length === 1);
    expect(received).toEqual([10_000]);
  });

  it('T05: answers 50 pings a second', async () => {
    const { stranger } = await upgraded();
    stranger.heard = '';
    stranger.say(Buffer.concat(Array<Uint8Array>(50).fill(frame(0x89))));
    await until(() => stranger.heard.length === 100);
    expect(stranger.isOver).toBe(false);
  });

  it('T06: offers compression when it dials', async () => {
    const heard: string[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => {}).on('data', (chunk) => heard.push(chunk.toString()));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = Object(server.address());
    const carrier = new WebSocket(`ws://127.0.0.1:${port}`).on('error', () => {});
    onTestFinished(() => {
      carrier.terminate();
      server.close();
    });
    await until(() => heard.length > 0);
    expect(heard.join('')).toContain('permessage-deflate');
  });

  it('T09: throws where a connection is to be cut with the code that stands for that', async () => {
    const { carrier } = await upgraded();
    expect(() => carrier.close(1006)).toThrow(TypeError);
  });
});
