import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { onTestFinished } from 'vitest';
import type { InspectorPart } from '../../../runtime/inspected.ts';
import { createRuntime } from '../../../runtime/runtime.ts';
import { simWorld } from '../../../runtime/sim/world.ts';
import { settled } from '../audit-stage.ts';

export const token = 'correct.horse.battery';

export async function runtime(inspector?: InspectorPart) {
  const world = simWorld({ seed: 1 });
  const rt = await createRuntime({
    world,
    name: 'shop',
    diagnostics: { token },
    ...(inspector === undefined ? {} : { inspector }),
  });
  onTestFinished(async () => void (await settled(world, rt.shutdown())));
  return rt;
}

/** A server on loopback, and what it says: status, kind and body. */
export async function serving(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${Object(server.address()).port}`;
  return async (path: string, { method = 'GET', bearing = '' } = {}) => {
    const headers: Record<string, string> = { connection: 'close' };
    if (bearing !== '') headers.authorization = `Bearer ${bearing}`;
    const response = await fetch(`${url}${path}`, { method, headers });
    return [response.status, response.headers.get('content-type'), await response.text()];
  };
}
