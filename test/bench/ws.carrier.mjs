/** Raw ws. */
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { askEcho, serveEcho } from './echo.mjs';

/** That of the package: js-libp2p brings another. */
const require = createRequire(new URL('../../package.json', import.meta.url));
/** @type {typeof import('ws')} */
const { WebSocket, WebSocketServer } = require('ws');

/**
 * @param {import('ws').WebSocket} socket
 * @returns {import('./echo.mjs').Messages}
 */
const messagesOf = (socket) => ({
  send: (message) => socket.send(message),
  bufferedBytes: () => socket.bufferedAmount,
  drained: () => new Promise((resolve) => socket.send('', resolve)),
  onMessage: (listener) => void socket.on('message', listener),
});

export async function listen() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  server.on('connection', (socket) => serveEcho(messagesOf(socket)));
  await once(server, 'listening');
  return `ws://127.0.0.1:${Object(server.address()).port}`;
}

/** @param {string} address */
export async function dial(address) {
  const socket = new WebSocket(address, { perMessageDeflate: false });
  await once(socket, 'open');
  return askEcho(messagesOf(socket));
}
