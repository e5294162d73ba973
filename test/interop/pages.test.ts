import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { buildPackage } from '../package.ts';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const TOKEN = 'correct.horse.battery';

function run(command: string, args: readonly string[], input: string | Buffer = '') {
  const { error, status, stdout, stderr } = spawnSync(command, args, { input, timeout: 15_000 });
  return { isMissing: error !== undefined, status, stdout, stderr: `${stderr}` };
}

/** A process of its own, and what curl says of its pages. */
async function probed(context: TestContext) {
  if (run('curl', ['--version']).isMissing) return context.skip('curl is not installed');
  buildPackage();
  const child = fork(here('probed.mjs'), [], { env: { ...process.env, TOKEN }, silent: true });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [url] = await once(child, 'message');
  const curl = (path: string, ...args: readonly string[]): readonly string[] => {
    const said = '%{http_code} %{size_download} %{content_type}';
    const { stdout } = run('curl', ['-s', '-o', '/dev/null', '-w', said, ...args, `${url}${path}`]);
    return `${stdout}`.trimEnd().split(' ');
  };
  const page = (path: string, ...args: readonly string[]): Buffer =>
    run('curl', ['-s', ...args, `${url}${path}`]).stdout;
  return { child, curl, page };
}

const WAITING = { timeout: 60_000 };

describe('a process that curl probes', WAITING, () => {
  it('answers as Kubernetes has it; while it drains it is alive, not ready', async (context) => {
    const { child, curl } = await probed(context);
    const probes = ['/livez', '/readyz', '/startupz'];
    expect(probes.map((path) => curl(path))).toEqual(probes.map(() => ['200', '0']));
    expect(curl('/readyz', '--head')).toEqual(['200', '0']);
    expect(curl('/readyz', '-d', 'a=b')[0]).toBe('405');
    expect(curl('//livez', '--path-as-is')[0]).toBe('404');
    child.send('end');
    await once(child, 'message');
    expect(probes.map((path) => curl(path)[0])).toEqual(['200', '503', '200']);
  });

  it('tells more to loopback, unless a page or a proxy asks, and to the token', async (context) => {
    const { curl } = await probed(context);
    const [status, , ...kind] = curl('/healthz');
    expect([status, ...kind]).toEqual(['200', 'application/health+json;', 'charset=utf-8']);
    for (const header of ['Host: a.example', 'Origin: http://a.example', 'X-Forwarded-For: ::1']) {
      expect(curl('/diagnostics', '-H', header)).toEqual(['401', '0']);
      const bearing = ['-H', header, '-H', `Authorization: Bearer ${TOKEN}`];
      expect(curl('/diagnostics', ...bearing)[0]).toBe('200');
    }
  });
});

describe('metrics of a process', WAITING, () => {
  it('are what Prometheus takes', async (context) => {
    if (run('promtool', ['--version']).isMissing) {
      return context.skip('promtool is not installed (of the package prometheus)');
    }
    const { page } = await probed(context);
    const { status, stderr } = run('promtool', ['check', 'metrics'], page('/metrics'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('are what a parser of OpenMetrics reads, whatever breakers are called', async (context) => {
    const known = run('/usr/bin/python3', ['-c', 'import prometheus_client.openmetrics.parser']);
    if (known.status !== 0) {
      return context.skip('no parser of OpenMetrics is installed (python3-prometheus-client)');
    }
    const { page } = await probed(context);
    const text = page('/metrics', '-H', 'Accept: application/openmetrics-text');
    const { stdout, stderr } = run('/usr/bin/python3', [here('openmetrics.py')], text);
    const samples = `${stdout}`
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const gates = samples.filter(
      ([name, , value]) => name === 'holdfast_breaker_gate' && value === 1,
    );
    const gateOf = ([, { breaker, holdfast_breaker_gate: gate }]: (typeof gates)[0]) => [
      breaker,
      gate,
    ];
    expect([stderr, gates.map(gateOf)]).toEqual([
      '',
      [
        ['psp', 'rejecting'],
        ['a "b"\n# EOF\\', 'admitting'],
        ['é\u2028\r x', 'admitting'],
        ['{} 1', 'admitting'],
      ],
    ]);
    expect(samples).toContainEqual(['holdfast_ready', {}, 1, 'gauge']);
    const modes = samples.filter(([name, { of }]) => name === 'holdfast_mode' && of === 'route');
    expect(modes.map(([, labels, value, type]) => [labels.holdfast_mode, value, type])).toEqual([
      ['mesh', 0, 'stateset'],
      ['direct', 0, 'stateset'],
      ['isolated', 1, 'stateset'],
    ]);
  });
});
