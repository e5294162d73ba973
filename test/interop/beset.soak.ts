import { execFile, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { SmallDisk, whyNoMounts } from '../attacks/disk.ts';
import { buildPackage } from '../package.ts';
import { obstacle as noJail } from '../runtime/world/vm/process/jail.fixture.ts';
import { temporaryDirectory } from '../storage/disk.ts';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const execute = promisify(execFile);
const WITHIN = { timeout: 120_000, interval: 1_000 };

const isMissing = (command: string, ...args: readonly string[]): boolean =>
  spawnSync(command, args).status !== 0;

function obstacle(): string | undefined {
  const parser = 'import prometheus_client.openmetrics.parser';
  if (isMissing('curl', '--version')) return 'curl is not installed';
  if (isMissing('promtool', '--version')) return 'promtool is not installed';
  if (isMissing('/usr/bin/python3', '-c', parser)) return 'no parser of OpenMetrics is installed';
  return noJail ?? whyNoMounts();
}

/** A process that does what it is told, one task at a time of each name. */
class Obeying {
  readonly #child;

  constructor(file: string, args: readonly string[], path = process.env.PATH) {
    const env = { ...process.env, PATH: path };
    this.#child = fork(here(`beset/${file}`), args, { env });
    onTestFinished(() => void this.#child.kill('SIGKILL'));
  }

  #came(task: string): Promise<unknown> {
    return new Promise((resolve) => {
      const heed = (said: { readonly task: string; readonly came: unknown }): void => {
        if (said.task !== task) return;
        this.#child.off('message', heed);
        resolve(said.came);
      };
      this.#child.on('message', heed);
    });
  }

  /** What else runs on this machine is no load of it. */
  precede(): void {
    setPriority(this.#child.pid ?? 0, constants.priority.PRIORITY_HIGHEST);
  }

  started(): Promise<Record<'id' | 'url' | 'pages', string>> {
    return this.#came('start') as Promise<Record<'id' | 'url' | 'pages', string>>;
  }

  told(task: string, input?: unknown): Promise<unknown> {
    const came = this.#came(task);
    this.#child.send({ task, input });
    return came;
  }

  async kill(): Promise<void> {
    const over = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await over;
  }
}

/** What curl says of a page: its status, and after that what it says. */
async function curl(url: string, ...args: readonly string[]) {
  const own = ['-s', '--max-time', '10', '-w', '\n%{http_code} %{content_type}'];
  const { stdout } = await execute('curl', [...own, ...args, url]).catch((error) => error);
  const end = stdout.lastIndexOf('\n');
  const [status = '', ...type] = stdout.slice(end + 1).split(' ');
  return { status, type: type.join(' '), body: stdout.slice(0, end) };
}

/** Asks for a page again and again; the statuses, each once until there is another one. */
function watched(url: string) {
  const statuses: string[] = [];
  const said = ['-s', '-o', '/dev/null', '-w', '%{stderr}%{http_code}\n', '--max-time', '10'];
  const child = spawn('curl', [...said, '--rate', '5/s', `${url}?[1-100000]`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  createInterface(child.stderr).on('line', (status) => {
    if (statuses.at(-1) !== status) statuses.push(status);
  });
  return statuses;
}

/** The modes, by what a parser of OpenMetrics reads; promtool has no complaint, either. */
async function modes(pages: string): Promise<Record<string, string>> {
  const plain = await curl(`${pages}/metrics`);
  const checked = spawnSync('promtool', ['check', 'metrics'], { input: plain.body });
  expect([checked.status, `${checked.stderr}`]).toEqual([0, '']);
  const { body } = await curl(`${pages}/metrics`, '-H', 'Accept: application/openmetrics-text');
  const read = spawnSync('/usr/bin/python3', [here('openmetrics.py')], { input: body });
  expect(`${read.stderr}`).toBe('');
  const samples = `${read.stdout}`.trimEnd().split('\n');
  const told = samples.map((line): [string, Record<string, string>, number] => JSON.parse(line));
  const of = told.filter(([name, , value]) => name === 'holdfast_mode' && value === 1);
  return Object.fromEntries(of.map(([, labels]) => [labels.of, labels.holdfast_mode]));
}

/** The status of each check, as health+json has it. */
async function health(pages: string) {
  const { status, type, body } = await curl(`${pages}/healthz`);
  const said: unknown = JSON.parse(body);
  const { checks, ...rest } = Object(said);
  const found = Object.entries<unknown>(checks).map(([name, details]) => {
    expect(details).toEqual([
      expect.objectContaining({
        status: expect.stringMatching(/^(pass|warn|fail)$/),
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      }),
    ]);
    return [name.split(':')[0], Object(details)[0].status] as const;
  });
  expect(type).toBe('application/health+json; charset=utf-8');
  return { status, said: rest, checks: Object.fromEntries(found) };
}

type Move = readonly [type: string, from: string, to: string, root: string];

/** Where each chart began and ended, and that it was in its worst mode; moves that follow none. */
function walked(moves: readonly Move[]) {
  const each = Object.entries(WORST).map(([chart, worst]) => {
    const own = moves.filter(([type]) => type === `${chart}.moved`);
    const by = own.find(([, , to]) => to === worst)?.[2];
    const breaks = own.filter(([, from], nth) => nth > 0 && own[nth - 1]?.[2] !== from).length;
    return { chart, from: own[0]?.[1], by, to: own.at(-1)?.[2], breaks };
  });
  const all = (of: 'from' | 'by' | 'to') =>
    Object.fromEntries(each.map((path) => [path.chart, path[of]]));
  const breaks = each.reduce((sum, path) => sum + path.breaks, 0);
  return { from: all('from'), by: all('by'), to: all('to'), breaks };
}

/** Programs of which one can be taken away, and brought back. */
function programs() {
  const path = temporaryDirectory();
  // Who makes a jail is not root by then.
  chmodSync(path, 0o755);
  for (const name of readdirSync('/usr/bin')) symlinkSync(join('/usr/bin', name), join(path, name));
  const jail = join(path, 'bwrap');
  return {
    path,
    take: () => unlinkSync(jail),
    bring: () => symlinkSync('/usr/bin/bwrap', jail),
  };
}

/** The service, the relay between it and a depot, and a till that is not there yet. */
async function street() {
  buildPackage();
  const disk = new SmallDisk('tmpfs', 96);
  onTestFinished(() => disk.remove());
  const { path, ...driver } = programs();
  const home = temporaryDirectory();
  const relay = new Obeying('neighbour.mjs', [home]);
  const depot = new Obeying('neighbour.mjs', []);
  const till = new Obeying('neighbour.mjs', []);
  const [atRelay, atDepot, atTill] = await Promise.all(
    [relay, depot, till].map((each) => each.started()),
  );
  const places = [join(disk.path, 'data'), `${disk.path}-key`, String(atRelay?.url)];
  const shop = new Obeying('shop.mjs', places, path);
  shop.precede();
  const at = await shop.started();
  await depot.told('meet', atRelay?.url);
  expect(await shop.told('meet', atDepot?.id)).toBe(7);
  await shop.told('grant', atTill?.id);
  const back = () => new Obeying('neighbour.mjs', [home, new URL(String(atRelay?.url)).port]);
  return { disk, driver, relay, back, till, shop, at };
}

const BEST = { audit: 'readWrite', isolation: 'process', route: 'mesh', load: 'normal' };
const WORST = { audit: 'readOnly', isolation: 'isolate', route: 'isolated', load: 'pressured' };
/** All that ever comes of what the service asks of itself. */
const CAME = [
  ...['isolate answered', 'process ISOLATION_UNAVAILABLE', 'process answered'],
  ...['read answered', 'write READ_ONLY', 'write answered'],
];
const METHODS = ['price', 'order', 'tip', 'tax'];

it('a service keeps its promises while all goes wrong at once, and comes back', async (context) => {
  const why = obstacle();
  if (why !== undefined) return context.skip(why);
  const { disk, driver, relay, back, till, shop, at } = await street();
  const { pages } = at;
  await expect.poll(() => modes(pages), WITHIN).toEqual(BEST);
  await expect.poll(async () => (await health(pages)).checks.depot, WITHIN).toBe('pass');
  const [live, ready] = [watched(`${pages}/livez`), watched(`${pages}/readyz`)];

  await shop.told('burn');
  disk.fill();
  driver.take();
  await relay.kill();
  const beside = spawn(process.execPath, ['-e', 'for (;;);']);
  onTestFinished(() => void beside.kill('SIGKILL'));
  await expect.poll(() => modes(pages), WITHIN).toEqual(WORST);
  await expect
    .poll(() => shop.told('moves'), WITHIN)
    .toContainEqual([
      ...['audit.moved', 'spooling', 'readOnly'],
      expect.stringMatching(/^audit\.(append|space)\./),
    ]);
  await expect.poll(() => ready, WITHIN).toEqual(['200', '503']);
  expect(await health(pages)).toMatchObject({
    ...{ status: '503', said: { status: 'fail', serviceId: 'shop' } },
    checks: { audit: 'warn', sandboxes: 'warn', depot: 'fail' },
  });
  expect(await till.told('meet', at.url)).toBe('answered');
  const asked = { id: at.id, methods: METHODS };
  expect(await till.told('ask', asked)).toEqual([
    ...['answered', 'READ_ONLY', 'answered', 'ISOLATION_UNAVAILABLE'],
  ]);

  beside.kill('SIGKILL');
  disk.free();
  driver.bring();
  back();
  await shop.told('rest');
  await expect.poll(() => modes(pages), WITHIN).toEqual(BEST);
  await expect.poll(() => ready, WITHIN).toEqual(['200', '503', '200']);
  expect(await till.told('ask', asked)).toEqual(METHODS.map(() => 'answered'));
  expect((await health(pages)).checks).toMatchObject({
    ...{ audit: 'pass', sandboxes: 'pass', depot: 'pass' },
  });
  expect(live).toEqual(['200']);
  expect(await shop.told('came')).toEqual(CAME);
  expect(walked((await shop.told('moves')) as readonly Move[])).toEqual({
    ...{ from: BEST, by: WORST, to: BEST, breaks: 0 },
  });
  expect(await shop.told('end')).toEqual({
    ...{ missing: 0, broken: 0, written: 0, weak: 0, verdict: 'ok' },
  });
});
