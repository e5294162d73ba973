import { once } from 'node:events';
import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';
import type { LogWitness } from '../../runtime/witness.ts';

/** A witness on loopback, until the test is over: its address. */
export async function serve(witness: Pick<LogWitness, 'add'>): Promise<string> {
  const server = createServer(async (request, response) => {
    const { status, contentType, body } = await witness.add(await bodyOf(request));
    const found = request.url === '/add-checkpoint' ? status : 404;
    response.writeHead(found, { 'content-type': contentType }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has no port');
  return `http://127.0.0.1:${address.port}`;
}

async function bodyOf(request: AsyncIterable<Buffer>): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
