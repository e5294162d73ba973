import { describe, expect, it, onTestFinished } from 'vitest';
import { createRuntime } from '../../runtime/runtime.ts';
import { CONNECTIONS_MAX, REFUSAL } from '../../runtime/world/http-listener.ts';
import { Stranger, until } from '../runtime/world/web.fixture.ts';

const token = 'correct.horse.battery';
const secrets = ['hunter2hunter2', token];

/** A runtime with a secret or two, whose pages others may reach. */
async function victim(host = '0.0.0.0') {
  const rt = await createRuntime({ name: 'shop', diagnostics: { port: 0, host, token } });
  onTestFinished(async () => void (await rt.shutdown()));
  rt.breaker(`psp?token=${secrets[0]}`);
  const port = Number(new URL(rt.diagnosticsUrl ?? '').port);
  /** Status, and how many bytes came after the head. */
  const ask = async (line: string, ...headers: readonly string[]) => {
    const said = [line, ...headers, 'Connection: close', '', ''].join('\r\n');
    const told = await new Stranger(port).say(said).told();
    const [head = '', body = ''] = told.split('\r\n\r\n', 2);
    return { status: Number(head.split(' ')[1]), body, head };
  };
  return { rt, port, ask };
}

/** What it says without what is another each time. */
const dateless = (head: string): string => head.replace(/Date: [^\r]+/, 'Date');

describe('pages that strangers reach', () => {
  it('tell them nothing, whatever they say instead of the token', async () => {
    const { ask } = await victim();
    const said = [
      [],
      ['Authorization: Bearer'],
      ['Authorization: Bearer wrong.horse.battery'],
      [`Authorization: Bearer ${'x'.repeat(7_000)}`],
      [`Authorization: Bearer ${token}`, `Authorization: Bearer ${token}`],
      [`Authorization: Basic ${token}`],
      ['Host: 127.0.0.1'],
      ['Host: localhost', 'X-Forwarded-For: 127.0.0.1'],
    ];
    for (const path of ['/healthz', '/metrics', '/diagnostics']) {
      const refused = await Promise.all(
        said.map((headers) => ask(`GET ${path} HTTP/1.1`, ...headers)),
      );
      expect(refused.map(({ status, body }) => [status, body])).toEqual(said.map(() => [401, '']));
      expect(new Set(refused.map(({ head }) => dateless(head))).size).toBe(1);
    }
  });

  it('are reached by no path that only looks like theirs, and by no other method', async () => {
    const { ask } = await victim();
    const tricks = [
      '//livez',
      '/%6civez',
      '/%2e/livez',
      '/./metrics',
      '/x/../metrics',
      '/metrics/',
    ];
    const odd = [...tricks, '/livez%00', '/livez;a', '*', 'http://a/livez', '/LIVEZ', '/metrics\\'];
    const found = await Promise.all(
      odd.map(async (path) => (await ask(`GET ${path} HTTP/1.1`)).status),
    );
    expect(found).toEqual(odd.map(() => 404));
    const methods = ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH'];
    const said = await Promise.all(
      methods.map(async (method) => (await ask(`${method} /livez HTTP/1.1`)).status),
    );
    expect(said).toEqual(methods.map(() => 405));
    expect(await ask('HEAD /livez HTTP/1.1')).toMatchObject({ status: 200, body: '' });
  });

  it('refuse what is malformed in one and the same way', async () => {
    const { port } = await victim();
    const malformed = [
      'GET /livez\r\n\r\n',
      'GET /livez HTTP/9.9\r\n\r\n',
      'get /livez HTTP/1.1\r\n\r\n',
      '\0\0\0\0',
      `GET /livez HTTP/1.1\r\nX: ${'x'.repeat(9_000)}\r\n\r\n`,
      `GET /livez HTTP/1.1\r\n${'A: b\r\n'.repeat(65)}\r\n`,
      'GET /livez HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n',
    ];
    const said = malformed.map((bytes) => new Stranger(port).say(bytes).told());
    expect(await Promise.all(said)).toEqual(malformed.map(() => REFUSAL));
  });

  it('answer a probe while strangers hold all connections and say nothing, or drip', async () => {
    const { port, ask } = await victim();
    const crowd = Array.from({ length: 3 * CONNECTIONS_MAX }, () =>
      new Stranger(port).say('GET /livez HTTP/1.1\r\nX-A: '),
    );
    await until(() => crowd.filter(({ isOver }) => isOver).length >= 2 * CONNECTIONS_MAX);
    expect((await ask('GET /livez HTTP/1.1')).status).toBe(200);
    for (const { socket } of crowd) socket.destroy();
  });

  it('show no secret to who bears the token, nor lines that somebody named', async () => {
    const { rt, ask } = await victim();
    rt.breaker('x"} 1\nholdfast_ready 0\n# EOF\n');
    const bearing = `Authorization: Bearer ${token}`;
    for (const path of ['/healthz', '/metrics', '/diagnostics']) {
      const { status, body } = await ask(`GET ${path} HTTP/1.1`, bearing);
      expect(status).toBe(200);
      expect(secrets.filter((secret) => body.includes(secret))).toEqual([]);
      expect(body.split('\n').filter((line) => line === 'holdfast_ready 0')).toEqual([]);
    }
  });
});

describe('pages on loopback', () => {
  it('are not for a page of a browser that was led there', async () => {
    const { ask } = await victim('127.0.0.1');
    expect((await ask('GET /diagnostics HTTP/1.1', 'Host: 127.0.0.1')).status).toBe(200);
    const led = [
      'Host: rebound.example',
      'Origin: http://evil.example',
      'Sec-Fetch-Site: cross-site',
    ];
    const said = await Promise.all(
      led.map(async (header) => (await ask('GET /diagnostics HTTP/1.1', header)).status),
    );
    expect(said).toEqual([401, 401, 401]);
  });
});
