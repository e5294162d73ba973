import { describe, expect, it, onTestFinished } from 'vitest';
import { setup } from 'xstate';
import { inspector } from '../../runtime/inspector/inspector.ts';
import type { InspectorOptionsInput } from '../../runtime/options/inspector.ts';
import { createRuntime } from '../../runtime/runtime.ts';
import { CONNECTIONS_MAX } from '../../runtime/world/http-listener.ts';
import { Stranger, until } from '../runtime/world/web.fixture.ts';

const token = 'correct.horse.battery';
const controlToken = 'another.horse.battery';
const secret = 'hunter2hunter2';

/** A runtime whose inspector listens on loopback, and what is said over sockets of our own. */
async function victim(options: InspectorOptionsInput = { control: { token: controlToken } }) {
  const part = inspector({ token, ...options });
  const rt = await createRuntime({ name: 'shop', diagnostics: { port: 0 }, inspector: part });
  onTestFinished(async () => void (await rt.shutdown()));
  const url = rt.diagnosticsUrl ?? '';
  const port = Number(new URL(url).port);
  const say = (line: string, ...headers: readonly string[]): Stranger =>
    new Stranger(port).say([line, `Host: 127.0.0.1:${port}`, ...headers, '', ''].join('\r\n'));
  const ask = async (line: string, ...headers: readonly string[]) => {
    const told = await say(`${line} HTTP/1.1`, ...headers, 'Connection: close').told();
    const [head = '', body = ''] = told.split('\r\n\r\n', 2);
    return { status: Number(head.split(' ')[1]), head, body };
  };
  const origin = `Origin: ${url}`;
  const enter = async (bearing: string): Promise<string> => {
    const authorization = `Authorization: Bearer ${bearing}`;
    const { head } = await ask('POST /inspector/session', authorization, origin);
    return `Cookie: ${/^Set-Cookie: ([^;\r]+)/im.exec(head)?.[1] ?? ''}`;
  };
  return { rt, url, port, say, ask, enter, origin };
}

const data = ['stream', 'actor?path=', 'audit', 'explain?id=a', 'recording'];

describe('who has no token', () => {
  it('sees nothing but the page, whatever is shown instead', async () => {
    const { rt, ask, enter } = await victim();
    rt.breaker(secret);
    const cookie = await enter(token);
    const shown = [
      [],
      ['Authorization: Bearer wrong.horse.battery'],
      [`Authorization: Bearer ${'x'.repeat(7_000)}`],
      [`Authorization: Bearer ${token}`, `Authorization: Bearer ${token}`],
      [`Authorization: Basic ${token}`],
      [`${cookie}x`],
      [cookie.replace(/=.*/, `=${'A'.repeat(43)}`)],
      [cookie.replace('holdfast-', 'holdfast-0')],
    ];
    for (const name of data) {
      for (const headers of shown) {
        const { status, body } = await ask(`GET /inspector/${name}`, ...headers);
        expect([name, headers, status]).toEqual([name, headers, 401]);
        expect(JSON.parse(body)).toMatchObject({ code: 'TOKEN_WRONG' });
      }
    }
    const metrics = (await ask('GET /metrics')).body;
    const refused = data.length * shown.length;
    expect(metrics).toContain(`holdfast_diagnostics_refused_total ${refused}\n`);
  });

  it('gets no file that is not of the page', async () => {
    const { ask } = await victim();
    const paths = [
      ...[
        '../package.json',
        '..%2f..%2fpackage.json',
        '%2e%2e/package.json',
        './page.js',
        '/page.js',
      ],
      ...[
        'page.js%00',
        'page.js/',
        'PAGE.JS',
        '../inspector.js',
        '....//x',
        '\\..\\x',
        'index.d.ts',
      ],
    ];
    for (const path of paths) {
      expect([path, (await ask(`GET /inspector/${path}`)).status]).toEqual([path, 404]);
    }
    expect((await ask(`GET /inspector/page.js?${'x'.repeat(8_000)}`)).status).toBe(200);
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'TRACE', 'POST']) {
      expect((await ask(`${method} /inspector/page.js`)).status).toBe(405);
    }
  });
});

describe('a page of another site', () => {
  it('reaches nothing through a browser that has the cookie', async () => {
    const { ask, enter, origin } = await victim();
    const cookie = await enter(controlToken);
    const led = [['Origin: http://evil.example'], ['Origin: null'], ['Sec-Fetch-Site: cross-site']];
    for (const headers of led) {
      for (const name of ['', ...data]) {
        expect((await ask(`GET /inspector/${name}`, cookie, ...headers)).status).toBe(403);
      }
      const command = 'command?do=breaker.isolate&target=psp&reason=evil';
      for (const name of ['session', 'verify', command]) {
        expect((await ask(`POST /inspector/${name}`, cookie, ...headers)).status).toBe(403);
      }
    }
    expect((await ask('POST /inspector/verify', cookie)).status).toBe(403);
    expect((await ask('POST /inspector/verify', cookie, origin)).status).toBe(200);
  });

  it('that is called as we are reaches nothing either', async () => {
    const { port } = await victim();
    for (const host of ['rebound.example', `rebound.example:${port}`, '']) {
      const head = `GET /inspector/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      const told = await new Stranger(port).say(head).told();
      expect(told.split('\r\n')[0]).toBe('HTTP/1.1 421 Misdirected Request');
    }
  });
});

describe('who may look', () => {
  it('commands nothing', async () => {
    const { rt, ask, enter, origin } = await victim();
    const psp = rt.breaker('psp');
    const command = 'POST /inspector/command?do=breaker.isolate&target=psp&reason=slow';
    const { status, body } = await ask(command, await enter(token), origin);
    expect([status, JSON.parse(body).code, psp.isolations]).toEqual([403, 'CONTROL_OFF', []]);
    expect((await ask(command, await enter(controlToken), origin)).status).toBe(200);
    expect(psp.isolations).toMatchObject([{ reason: 'slow' }]);
  });

  it('is not kept from anything by an actor that dies while it is asked about', async () => {
    const { rt, ask, enter } = await victim();
    const cookie = await enter(token);
    const actor = rt.supervisor('top').start('one', setup({}).createMachine({}));
    const asked = Array.from({ length: 20 }, () =>
      ask('GET /inspector/actor?path=top/one', cookie),
    );
    await actor.stop();
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.filter((status) => status !== 200 && status !== 404)).toEqual([]);
  });
});

describe('viewers', () => {
  it('are eight at most, of a hundred at once; probes are answered meanwhile', async () => {
    const { say, ask, enter } = await victim();
    const cookie = await enter(token);
    const crowd = Array.from({ length: 100 }, () => say('GET /inspector/stream HTTP/1.1', cookie));
    await until(() => crowd.every(({ heard, isOver }) => isOver || /event: /.test(heard)));
    const watching = crowd.filter(({ heard }) => /event: snapshot/.test(heard));
    expect(watching.length <= 8).toBe(true);
    expect((await ask('GET /livez')).status).toBe(200);
    for (const { socket } of crowd) socket.destroy();
  });

  it('that leave make room for others', async () => {
    const { say, enter } = await victim();
    const cookie = await enter(token);
    for (let round = 0; round < 5; round += 1) {
      const eight = Array.from({ length: 8 }, () => say('GET /inspector/stream HTTP/1.1', cookie));
      await until(() => eight.every(({ heard }) => /event: snapshot/.test(heard)));
      for (const { socket } of eight) socket.destroy();
      await until(() => eight.every(({ isOver }) => isOver));
    }
  });

  it('stay while strangers hold all connections and drip', async () => {
    const { port, say, enter } = await victim();
    const viewer = say('GET /inspector/stream HTTP/1.1', await enter(token));
    await until(() => /event: snapshot/.test(viewer.heard));
    const crowd = Array.from({ length: 2 * CONNECTIONS_MAX }, () =>
      new Stranger(port).say('GET /inspector/stream HTTP/1.1\r\nX-A: '),
    );
    await until(() => crowd.filter(({ isOver }) => isOver).length >= CONNECTIONS_MAX);
    expect(viewer.isOver).toBe(false);
    for (const { socket } of crowd) socket.destroy();
  });

  it('are told of the end, and keep nobody waiting', async () => {
    const { rt, say, enter } = await victim();
    const cookie = await enter(token);
    const viewers = Array.from({ length: 8 }, () => say('GET /inspector/stream HTTP/1.1', cookie));
    await until(() => viewers.every(({ heard }) => /event: snapshot/.test(heard)));
    const [deaf] = viewers;
    deaf?.socket.pause();
    await rt.shutdown();
    deaf?.socket.resume();
    await until(() => viewers.every(({ isOver }) => isOver));
    const byes = viewers.filter(({ heard }) =>
      /event: bye\ndata: {"because":"stopped"}/.test(heard),
    );
    expect(byes).toHaveLength(8);
  });
});
