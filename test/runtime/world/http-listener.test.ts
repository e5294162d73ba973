import { describe, expect, it, onTestFinished } from 'vitest';
import type { Answer, Asked } from '../../../actors/http.ts';
import {
  CONNECTIONS_MAX,
  FLOWS_MAX,
  type HttpDeadlines,
  http,
  httpWithin,
  REFUSAL,
} from '../../../runtime/world/http-listener.ts';
import { Stranger, until } from './web.fixture.ts';

const said: Answer = { status: 200, headers: { 'Content-Type': 'text/plain' }, body: 'well' };

/** Answers all the same, and notes who asked what. */
async function serving(answer: Answer | (() => Answer | Promise<Answer>) = said, by = http) {
  const asked: { asked: Asked; from: string }[] = [];
  const listening = await by.listen({ host: '127.0.0.1', port: 0 }, (each, from) => {
    asked.push({ asked: each, from });
    return typeof answer === 'function' ? answer() : answer;
  });
  onTestFinished(() => listening.close());
  return { asked, listening, url: listening.url, port: Number(new URL(listening.url).port) };
}

const request = (line: string, ...headers: readonly string[]): string =>
  [line, ...headers, '', ''].join('\r\n');
const get = (...headers: readonly string[]): string => request('GET /livez HTTP/1.1', ...headers);
const many = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, nth) => `X-${nth}: x`);

describe('whoever asks', () => {
  it('is answered, and known by its address, target and headers', async () => {
    const { asked, url } = await serving();
    const response = await fetch(`${url}/a//b?c`, { headers: { accept: 'x/y' } });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/plain']);
    expect(await response.text()).toBe('well');
    const [first] = asked;
    const { method, target, valuesOf } = first?.asked ?? Object({});
    expect([first?.from, method, target]).toEqual(['127.0.0.1', 'GET', '/a//b?c']);
    expect([valuesOf('accept'), valuesOf('cookie')]).toEqual([['x/y'], []]);
  });

  it('is heard with all that a header was given', async () => {
    const { asked, port } = await serving();
    const stranger = new Stranger(port).say(get('Origin: a', 'Origin: b', 'Connection: close'));
    await stranger.told();
    expect(asked[0]?.asked.valuesOf('origin')).toEqual(['a', 'b']);
  });

  it('gets a head without a body for HEAD, and as much as was said for GET', async () => {
    const { port } = await serving();
    const head = new Stranger(port).say(request('HEAD / HTTP/1.1', 'Connection: close'));
    expect((await head.told()).split('\r\n')).toEqual(
      expect.arrayContaining(['HTTP/1.1 200 OK', 'Content-Length: 4', '', '']),
    );
    expect(head.heard.endsWith('\r\n\r\n')).toBe(true);
  });

  it('is let go once, however often it asks before it is answered', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    const { port, asked } = await serving(() => new Promise(() => {}));
    const stranger = new Stranger(port).say(get().repeat(30));
    await until(() => stranger.isOver);
    expect([asked.length, warnings]).toEqual([1, []]);
  });

  it('is answered without its body being read, and then let go', async () => {
    const { asked, port } = await serving();
    const post = request('POST / HTTP/1.1', 'Content-Length: 1000000000', 'Expect: 100-continue');
    const told = await new Stranger(port).say(post).told();
    expect(told.split('\r\n')[0]).toBe('HTTP/1.1 200 OK');
    expect(told).toContain('Connection: close');
    expect(asked).toHaveLength(1);
  });
});

describe('an answer', () => {
  it('may be bytes, and may come later', async () => {
    const later = async (): Promise<Answer> => ({ ...said, body: Uint8Array.of(0, 255) });
    const { url } = await serving(later);
    const bytes = await (await fetch(url)).arrayBuffer();
    expect([...new Uint8Array(bytes)]).toEqual([0, 255]);
  });

  it('that comes too late for whoever asked is given up', async () => {
    const flow = new Flow();
    let give = (_: Answer): void => {};
    const { asked, port } = await serving(() => new Promise((resolve) => (give = resolve)));
    const stranger = new Stranger(port).say(get());
    await until(() => asked.length === 1);
    stranger.socket.destroy();
    await until(() => stranger.isOver);
    give({ ...said, body: flow.stream });
    await until(() => flow.isCancelled);
  });
});

/** Says `well` once, and goes on. */
class Flow {
  isCancelled = false;
  readonly stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Buffer.from('well')),
    cancel: () => {
      this.isCancelled = true;
    },
  });
}

describe('an answer that goes on', () => {
  const flowing = async (deadlines: Partial<HttpDeadlines> = {}) => {
    const flows: Flow[] = [];
    const answer = (): Answer => {
      const flow = new Flow();
      flows.push(flow);
      return { ...said, body: flow.stream };
    };
    return { flows, ...(await serving(answer, within(deadlines))) };
  };
  const begun = async (port: number, count: number): Promise<readonly Stranger[]> => {
    const all = Array.from({ length: count }, () => new Stranger(port).say(get()));
    await until(() => all.every(({ heard }) => heard.includes('well')));
    return all;
  };

  it('outlasts its connection’s time, which ends with it', async () => {
    const { flows, port } = await flowing({ connectionMs: 50 });
    const [stranger] = await begun(port, 1);
    const others = [new Stranger(port), new Stranger(port)];
    await until(() => others.every(({ isOver }) => isOver));
    expect([stranger?.isOver, flows[0]?.isCancelled]).toEqual([false, false]);
  });

  it('is had by 24; who comes after them is told so', async () => {
    const { port } = await flowing();
    await begun(port, FLOWS_MAX);
    const told = await new Stranger(port).say(get('Connection: close')).told();
    expect(told.split('\r\n')[0]).toBe('HTTP/1.1 503 Service Unavailable');
  });

  it('is not cut off by a flood', async () => {
    const { flows, port } = await flowing();
    const [stranger] = await begun(port, 1);
    const crowd = Array.from({ length: CONNECTIONS_MAX + 2 }, () => new Stranger(port));
    await until(() => crowd.filter(({ isOver }) => isOver).length === 2);
    expect([stranger?.isOver, flows[0]?.isCancelled]).toEqual([false, false]);
  });

  it('is no body of a HEAD', async () => {
    const { flows, port } = await flowing();
    const told = await new Stranger(port).say(request('HEAD / HTTP/1.1', 'Connection: close'));
    expect((await told.told()).split('\r\n')[0]).toBe('HTTP/1.1 200 OK');
    expect(flows.map(({ isCancelled }) => isCancelled)).toEqual([true]);
  });

  it('ends once nothing is served any more', async () => {
    const { flows, listening, port } = await flowing();
    await begun(port, 2);
    listening.close();
    await until(() => flows.every(({ isCancelled }) => isCancelled));
  });
});

describe('what is no request', () => {
  const refused: Readonly<Record<string, string>> = {
    noise: '\x16\x03\x01\x02\x00\x01\x00',
    'a line without a version': 'GET /livez\r\n\r\n',
    'another protocol': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'a space before a colon': get('Host : a'),
    'a header of two lines': get('X-A: a\r\n b'),
    'a length and pieces at once': get('Content-Length: 4', 'Transfer-Encoding: chunked'),
    'two lengths': get('Content-Length: 4', 'Content-Length: 5'),
    '65 headers': get(...many(65)),
    '2,000 headers': get(...many(2_000)),
    'more than 8 KiB': get(`X-A: ${'x'.repeat(8_192)}`),
    'a target of more than 8 KiB': request(`GET /${'x'.repeat(8_192)} HTTP/1.1`),
    'an upgrade': get('Connection: Upgrade', 'Upgrade: websocket'),
    'a tunnel': request('CONNECT a:80 HTTP/1.1', 'Host: a'),
    'a wonder that is expected': get('Expect: wonder'),
  };
  for (const [what, bytes] of Object.entries(refused)) {
    it(`is refused as all else: ${what}`, async () => {
      const { asked, port } = await serving();
      expect(await new Stranger(port).say(bytes).told()).toBe(REFUSAL);
      expect(asked).toEqual([]);
    });
  }
});

describe('connections', () => {
  it('make room: beyond 64 the oldest goes, and the newest is answered', async () => {
    const { port, url } = await serving();
    const silent = Array.from({ length: CONNECTIONS_MAX }, () => new Stranger(port));
    await until(() => silent.every(({ socket }) => !socket.connecting));
    expect(await (await fetch(url)).text()).toBe('well');
    await until(() => silent.filter(({ isOver }) => isOver).length >= 1);
    expect(silent.filter(({ isOver }) => isOver)).toHaveLength(1);
  });

  it('are not lost to whoever floods from another address, however many come at once', async () => {
    const { port } = await serving();
    const probe = new Stranger(port).say('GET /livez HTTP/1.1\r\nConnection: close\r\n');
    await until(() => !probe.socket.connecting);
    const crowd = Array.from(
      { length: 2 * CONNECTIONS_MAX },
      () => new Stranger(port, '127.0.0.2'),
    );
    await until(() => crowd.filter(({ isOver }) => isOver).length > CONNECTIONS_MAX);
    expect((await probe.say('\r\n').told()).endsWith('well')).toBe(true);
  });

  it('get one answer at a time: who asks on before it has left is let go after it', async () => {
    const { asked, port } = await serving();
    const told = await new Stranger(port).say(get().repeat(1_000)).told();
    expect([told.match(/well/g)?.length, asked.length]).toEqual([1, 1]);
  });

  it('are over once it is closed, and nobody else gets in', async () => {
    const { listening, port } = await serving();
    const stranger = new Stranger(port).say(get());
    await until(() => stranger.heard.endsWith('well'));
    listening.close();
    await until(() => stranger.isOver);
    expect(await new Stranger(port).told()).toBe('');
  });
});

const sockets = (): number =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;

/** None of them ends anything within a test, but for the one that is given. */
const within = (deadline: Partial<HttpDeadlines>) =>
  httpWithin({
    ...{ askMs: 600_000, idleMs: 600_000, leaveMs: 600_000, connectionMs: 600_000 },
    ...deadline,
  });

describe('who takes too long', () => {
  const slow: Readonly<Record<string, string>> = {
    'ends no line': 'GET /livez',
    'ends no header': 'GET /livez HTTP/1.1\r\nX-A: a\r\n',
  };
  for (const [what, bytes] of Object.entries(slow)) {
    it(`to ask is refused as all else: who ${what}`, async () => {
      const { asked, port } = await serving(said, within({ askMs: 50 }));
      expect(await new Stranger(port).say(bytes).told()).toBe(REFUSAL);
      expect(asked).toEqual([]);
    });
  }

  it('to ask at all is let go without a word, for that would be read as an answer', async () => {
    const { port } = await serving(said, within({ askMs: 50 }));
    expect(await new Stranger(port).told()).toBe('');
  });

  it('to ask again is let go', async () => {
    const { asked, port } = await serving(said, within({ idleMs: 50 }));
    const told = await new Stranger(port).say(get()).told();
    expect([told.split('\r\n')[0], asked.length]).toEqual(['HTTP/1.1 200 OK', 1]);
  });

  it('to read is dropped, without the whole answer', async () => {
    const large = { ...said, body: 'x'.repeat(64 * 1024 * 1024) };
    const { asked, port } = await serving(large, within({ leaveMs: 50 }));
    const stranger = new Stranger(port);
    stranger.socket.pause();
    stranger.say(get());
    await until(() => asked.length === 1);
    const both = sockets();
    await until(() => sockets() < both);
    stranger.socket.resume();
    expect((await stranger.told()).length < large.body.length).toBe(true);
  });

  it('is dropped in the end, however often it asks', async () => {
    const { asked, port } = await serving(said, within({ connectionMs: 200 }));
    const stranger = new Stranger(port).say(get());
    stranger.socket.on('data', () => stranger.say(get()));
    await stranger.told();
    expect(asked.length > 1).toBe(true);
  });
});

it('who gets no port is told why', async () => {
  const { port } = await serving();
  await expect(http.listen({ host: '127.0.0.1', port }, () => said)).rejects.toMatchObject({
    code: 'LISTEN_FAILED',
    message: `cannot listen at port ${port} of 127.0.0.1: another process listens there`,
  });
});
