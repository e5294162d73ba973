import { request } from 'node:http';

/**
 * Asks a peer for a WebSocket, as anybody on the network can.
 * @param {number} port
 */
export const askToUpgrade = (port) =>
  request({
    ...{ host: '127.0.0.1', port, path: '/holdfast' },
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16, 7).toString('base64'),
      'sec-websocket-protocol': 'holdfast.1',
    },
  });

/**
 * Asks to be let in, and goes.
 * @param {number} port
 * @returns {Promise<'is let in' | 'has to work first' | 'is refused'>}
 */
export async function knock(port) {
  const call = askToUpgrade(port);
  /** @type {import('node:http').IncomingMessage} */
  const response = await new Promise((resolve, reject) => {
    call.on('error', reject).on('response', resolve);
    call.on('upgrade', (upgraded, socket) => {
      socket.on('error', () => {}).destroy();
      resolve(upgraded);
    });
    call.end();
  });
  response.resume();
  if (response.statusCode === 101) return 'is let in';
  return 'holdfast-challenge' in response.headers ? 'has to work first' : 'is refused';
}
