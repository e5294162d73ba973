import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { bind, strictServer } from '../../../runtime/world/strict-server.ts';

function server() {
  const made = strictServer({ headersTimeout: 5_000, requestTimeout: 5_000 });
  onTestFinished(() => void made.close());
  return made;
}

it.each([
  ['127.0.0.1', /^127\.0\.0\.1:[1-9]\d*$/],
  ['::1', /^\[::1\]:[1-9]\d*$/],
] as const)('a server that is bound at %s says where, as a URL has it', async (host, place) => {
  expect(await bind(server(), { host, port: 0 })).toMatch(place);
});

it('a port that is taken is told with the reason', async () => {
  const place = await bind(server(), { host: '127.0.0.1', port: 0 });
  const port = Number(place.split(':')[1]);
  await expect(bind(server(), { host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'LISTEN_FAILED',
    details: { host: '127.0.0.1', port, reason: 'EADDRINUSE' },
  });
});

it('who names no host is heard, and left to whoever answers', async () => {
  const made = server();
  made.on('request', (request, response) => response.end(`${request.rawHeaders.length}`));
  const place = await bind(made, { host: '127.0.0.1', port: 0 });
  const socket = connect(Number(place.split(':')[1]), '127.0.0.1');
  socket.end('GET / HTTP/1.1\r\nConnection: close\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\n2$/s);
});
