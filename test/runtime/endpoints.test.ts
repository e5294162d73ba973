import { describe, expect, it, onTestFinished } from 'vitest';
import { fromCallback, setup } from 'xstate';
import type { Answer, Answerer, Http } from '../../actors/http.ts';
import { createRuntime } from '../../runtime/runtime.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import { all, audited, ended, settled } from './audit-stage.ts';
import { asking } from './endpoints/asked.fixture.ts';

const token = 'correct.horse.battery';
const probes = ['/livez', '/readyz', '/startupz'];
const pages = ['/healthz', '/metrics', '/diagnostics'];

/** A listener that is asked by the test. */
class FakeHttp implements Http {
  answer: Answerer | undefined;
  isOpen = false;

  async listen({ host, port }: { host: string; port: number }, answer: Answerer) {
    this.answer = answer;
    this.isOpen = true;
    const close = (): void => {
      this.isOpen = false;
    };
    return { url: `http://${host}:${port}`, close };
  }

  ask(target: string, headers: Record<string, string> = {}, from = '127.0.0.1'): Answer {
    if (this.answer === undefined) throw new Error('nobody listens');
    const answer = this.answer(asking(target, headers), from);
    if (answer instanceof Promise) throw new Error(`${target} is made later`);
    return answer;
  }
}

async function stage(diagnostics: { host?: string; port?: number; token?: string } = { token }) {
  const http = new FakeHttp();
  const world = { ...simWorld({ seed: 1 }), http };
  const rt = await createRuntime({ world, name: 'shop', diagnostics });
  onTestFinished(async () => void (await settled(world, rt.shutdown())));
  const get = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
    const request = new Request(`http://any.example${path}`, { method, headers });
    const response = await rt.fetch(request, { remoteAddress: '127.0.0.1' });
    return [response.status, await response.text()];
  };
  return { http, world, rt, get };
}

const bearing = { authorization: `Bearer ${token}` };

describe('pages that are mounted', () => {
  it('answer probes to everybody, without a word', async () => {
    const { get } = await stage({});
    const said = await Promise.all([...probes, '/livez?verbose'].map((path) => get(path)));
    expect(said).toEqual(said.map(() => [200, '']));
  });

  it('give the rest to who bears the token, and not to loopback', async () => {
    const { get } = await stage();
    for (const path of pages) {
      expect(await get(path)).toEqual([401, '']);
      expect(await get(path, { authorization: 'Bearer wrong' })).toEqual([401, '']);
      expect((await get(path, bearing))[0]).toBe(200);
    }
  });

  it('give the rest to nobody while there is no token', async () => {
    const { get } = await stage({});
    const said = await Promise.all(pages.map((path) => get(path, { authorization: 'Bearer ' })));
    expect(said).toEqual(said.map(() => [401, '']));
  });

  it('are read, and nothing else; and are where they are alone', async () => {
    const { get } = await stage();
    expect(await get('/livez', {}, 'POST')).toEqual([405, '']);
    expect(await get('/metrics', bearing, 'DELETE')).toEqual([405, '']);
    expect(await get('/metrics', bearing, 'HEAD')).toEqual([200, '']);
    for (const path of [
      '/',
      '//livez',
      '/livez/',
      '/LIVEZ',
      '/%6civez',
      '/livez%00',
      '/metrics/x',
    ]) {
      expect([path, ...(await get(path, bearing))]).toEqual([path, 404, '']);
    }
  });

  it('refuse what is no request', async () => {
    const { rt } = await stage();
    const expected = 'fetch.request must be a Request, got';
    await expect(rt.fetch(Object({}))).rejects.toThrow(new TypeError(`${expected} object`));
    await expect(rt.fetch('/livez' as never)).rejects.toThrow(new TypeError(`${expected} string`));
  });

  it('say of what kind they are, and that they hold for now', async () => {
    const { rt } = await stage();
    const kinds = pages.map(async (path) => {
      const { headers } = await rt.fetch(new Request(`http://a${path}`, { headers: bearing }));
      return [headers.get('content-type'), headers.get('cache-control')];
    });
    expect(await Promise.all(kinds)).toEqual([
      ['application/health+json; charset=utf-8', 'no-store'],
      ['text/plain; version=0.0.4; charset=utf-8', 'no-store'],
      ['application/json', 'no-store'],
    ]);
  });
});

describe('pages of an own listener', () => {
  it('are served only if there is a port', async () => {
    const [none, some] = [await stage({ token }), await stage({ port: 9 })];
    expect([none.http.answer, none.rt.diagnosticsUrl]).toEqual([undefined, undefined]);
    expect(some.rt.diagnosticsUrl).toBe('http://127.0.0.1:9');
  });

  it('are for loopback on loopback, and elsewhere for the token', async () => {
    const here = await stage({ port: 9 });
    const everywhere = await stage({ port: 9, host: '::', token });
    const statusOf = ({ http }: typeof here, ...asked: Parameters<FakeHttp['ask']>) =>
      http.ask(...asked).status;
    for (const path of pages) {
      expect(statusOf(here, path)).toBe(200);
      expect(statusOf(here, path, { host: 'evil.example' })).toBe(401);
      expect(statusOf(everywhere, path)).toBe(401);
      expect(statusOf(everywhere, path, bearing, '10.0.0.1')).toBe(200);
    }
    for (const path of probes) expect(statusOf(everywhere, path, {}, '10.0.0.1')).toBe(200);
  });

  it('cannot be had beyond loopback without a token', async () => {
    await expect(createRuntime({ diagnostics: { port: 0, host: '0.0.0.0' } })).rejects.toThrow(
      new RangeError('createRuntime.diagnostics.token must be given too: others may reach 0.0.0.0'),
    );
  });

  it('keep nothing of a runtime that got no port', async () => {
    const http: Http = { listen: () => Promise.reject(new Error('the port is taken')) };
    const world = { ...simWorld({ seed: 1 }), http };
    const failing = createRuntime({ world, diagnostics: { port: 9 } });
    await expect(settled(world, failing)).rejects.toThrow('the port is taken');
  });

  it('are there to the end: while the runtime drains it is alive, and not ready', async () => {
    const { http, rt, world } = await stage({ port: 9 });
    const said = () => probes.map((path) => http.ask(path).status);
    expect(said()).toEqual([200, 200, 200]);
    const stopped = rt.shutdown();
    expect([http.isOpen, said()]).toEqual([true, [200, 503, 200]]);
    await settled(world, stopped);
    expect(http.isOpen).toBe(false);
  });
});

describe('a liveness probe', () => {
  it('fails once the tree has failed, and for no open breaker and no lost log', async () => {
    const { http, rt, world } = await stage({ port: 9 });
    rt.breaker('psp').isolate('maintenance');
    expect(http.ask('/livez').status).toBe(200);
    const top = rt.supervisor('top', { restartsMax: 0 });
    const failing = () => {
      throw new Error('broken');
    };
    for (let nth = 0; nth < 8; nth++) top.start(`bad${nth}`, fromCallback(failing));
    await world.clock.advanceAsync(60_000);
    expect(probes.map((path) => http.ask(path).status)).toEqual([503, 503, 200]);
  });
});

it('all modes are told of, those of the embedder too', async () => {
  const { http, rt } = await stage({ port: 9 });
  rt.defineMode('sales', setup({}).createMachine({ initial: 'open', states: { open: {} } }));
  const lines = `${http.ask('/metrics').body}`.split('\n');
  expect(lines.filter((line) => line.startsWith('holdfast_mode{'))).toEqual([
    'holdfast_mode{of="audit",holdfast_mode="readWrite"} 1',
    'holdfast_mode{of="audit",holdfast_mode="spooling"} 0',
    'holdfast_mode{of="audit",holdfast_mode="readOnly"} 0',
    'holdfast_mode{of="audit",holdfast_mode="failed"} 0',
    'holdfast_mode{of="isolation",holdfast_mode="microvm"} 0',
    'holdfast_mode{of="isolation",holdfast_mode="process"} 0',
    'holdfast_mode{of="isolation",holdfast_mode="isolate"} 0',
    'holdfast_mode{of="isolation",holdfast_mode="refusing"} 1',
    'holdfast_mode{of="route",holdfast_mode="mesh"} 0',
    'holdfast_mode{of="route",holdfast_mode="direct"} 0',
    'holdfast_mode{of="route",holdfast_mode="isolated"} 1',
    'holdfast_mode{of="load",holdfast_mode="normal"} 1',
    'holdfast_mode{of="load",holdfast_mode="pressured"} 0',
    'holdfast_mode{of="load",holdfast_mode="shedding"} 0',
    'holdfast_mode{of="sales",holdfast_mode="open"} 1',
  ]);
});

describe('whoever is refused', () => {
  it('is counted, and told of by where it came from, once a minute', async () => {
    const { http, rt, world } = await stage({ port: 9, host: '::', token });
    const facts: unknown[] = [];
    rt.events$.subscribe(({ type, data }) => void (type === 'runtime.refused' && facts.push(data)));
    for (let nth = 0; nth < 9; nth++) http.ask('/metrics', {}, `10.0.0.${nth}`);
    expect(http.ask('/metrics', bearing).body).toContain('holdfast_diagnostics_refused_total 9\n');
    await world.clock.advanceAsync(60_000);
    expect(facts).toEqual([{ netgroup: '10.0.0.0/24', counts: { unauthorised: 9 } }]);
  });

  it('is on record, too, if the runtime stops before that', async () => {
    const { world, runtime } = await audited({ diagnostics: { token } });
    await runtime.fetch(new Request('http://shop/metrics'), { remoteAddress: '192.0.2.7' });
    await ended(world, runtime);
    const { runtime: next, log } = await audited({}, world);
    const read = await all(log.read({ type: 'runtime.refused' }));
    const counts = read.map((each) => each.kind === 'record' && Object(each.event.data).counts);
    expect(counts).toEqual([{ unauthorised: 1 }]);
    await ended(world, next);
  });
});
