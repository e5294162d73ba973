import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { REFUSAL } from '../../runtime/world/http-listener.ts';
import { buildPackage } from '../package.ts';
import { Stranger } from '../runtime/world/web.fixture.ts';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** A process whose checks do what they may not, and its pages. */
async function victim() {
  buildPackage();
  const child = fork(here('checks-victim.mjs'), [], { silent: true });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [url] = await once(child, 'message');
  const told = async (): Promise<readonly string[]> => {
    child.send('told');
    const [all] = await once(child, 'message');
    return [...all].sort();
  };
  const probes = async (): Promise<readonly number[]> => {
    const asked = ['/livez', '/readyz', '/startupz'].map((path) => fetch(`${url}${path}`));
    return (await Promise.all(asked)).map(({ status }) => status);
  };
  return { url: String(url), port: Number(new URL(url).port), told, probes };
}

const NAMED = 'TypeError: of the check,';
const LATE = 'it did not end within 200 ms';

const FOUND = {
  throws: ['fail', 'Error: token=[secret] refused'],
  rejects: ['fail', 'NonError: a thrown undefined: undefined'],
  forgets: ['fail', 'Error: where nobody catches it'],
  garbage: [
    'fail',
    `${NAMED} what it came to must be nothing, pass, warn, fail or an object, got "up"`,
  ],
  endless: ['fail', LATE],
  infinite: ['fail', `${NAMED} observed.value must be a finite number, got Infinity`],
  lines: ['warn', 'a # EOF'],
};

describe('a process', { timeout: 60_000 }, () => {
  it('is told of checks that do what they may not, and lives on', async () => {
    const { url, told, probes } = await victim();
    const facts = Object.entries(FOUND).map(([name, [status]]) => `health.${status}ed ${name}`);
    await expect.poll(told, { timeout: 30_000 }).toEqual(facts.sort());
    const health: unknown = await (await fetch(`${url}/healthz`)).json();
    const found = Object.entries<readonly [Record<string, string>]>(Object(health).checks)
      .map(([name, [{ status, output }]]) => [name.split(':')[0] ?? '', [status, output]] as const)
      .filter(([name]) => Object.hasOwn(FOUND, name));
    expect(Object.fromEntries(found)).toEqual(FOUND);
    const accept = { accept: 'application/openmetrics-text' };
    const metrics = await (await fetch(`${url}/metrics`, { headers: accept })).text();
    expect(metrics.split('\n').filter((line) => /EOF|"lines"/.test(line))).toEqual([
      'holdfast_health_check{check="lines",holdfast_health_check="pass"} 0',
      'holdfast_health_check{check="lines",holdfast_health_check="warn"} 1',
      'holdfast_health_check{check="lines",holdfast_health_check="fail"} 0',
      'holdfast_health_observed{check="lines",unit="ms\\" # EOF"} 1',
      '# EOF',
    ]);
    expect(await probes()).toEqual([200, 200, 200]);
  });

  it('answers its probes beside noise, huge headers and whoever says nothing', async () => {
    const { port, probes } = await victim();
    const silent = Array.from({ length: 200 }, () => new Stranger(port));
    for (const [nth, stranger] of silent.entries()) if (nth % 2 === 0) stranger.say('GET /livez');
    const said = [
      '\x16\x03\x01\x00\x00',
      `GET /livez HTTP/1.1\r\nX-A: ${'x'.repeat(1_000_000)}\r\n`,
    ];
    const refused = said.map((bytes) => new Stranger(port).say(bytes).told());
    expect(await Promise.all(refused)).toEqual(said.map(() => REFUSAL));
    expect(await probes()).toEqual([200, 200, 200]);
  });
});
