import { once } from 'node:events';
import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';

/** What ws is, if nobody adds anything to it. */
export async function bareWs() {
  const server = createServer();
  const carriers = new WebSocketServer({ server });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const carrier of carriers.clients) carrier.terminate();
  });
  return { carriers, port: Number(Reflect.get(Object(server.address()), 'port')) };
}
