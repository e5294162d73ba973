import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { buildPackage } from './package.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

beforeAll(buildPackage, 60_000);

/** What each example says, whole. */
const said: Readonly<Record<string, readonly string[]>> = {
  '01-supervise.mjs': [
    'supervisor.started workers ',
    'actor.started workers/counter ',
    'actor.failed workers/counter ',
    'actor.quarantined workers/counter ',
    'supervisor.decided workers/counter a transient child that failed is restarted',
    'actor.restarted workers/counter ',
    'it counts again, from the start: 1',
    'actor.stopped workers/counter stopped',
    'actor.stopped workers stopped',
  ],
  '02-ask.mjs': [
    'tell: accepted',
    "ask: { type: 'poured', cup: 'mate' }",
    'ask taste: ASK_TIMEOUT, no "poured" from bar/barista within 100 ms',
    'ask dance: EVENT_UNHANDLED, bar/barista did not answer: it has no transition for "dance" now',
    'tell 1 accepted',
    'tell 2 accepted',
    'tell 3 accepted',
    "tell 4 { rejected: 'full' }",
    "tell: { rejected: 'dead' }",
    'dead letters: 3 { unhandled: 1, full: 1, dead: 1 }',
    '  unhandled: dance for bar/barista',
    '  full: pour for bar/barista',
    '  dead: pour for bar/barista',
  ],
  '03-protect.mjs': [
    'tea for 350 cents, at attempt 1',
    'mate for 350 cents, at attempt 2',
    'ECONNREFUSED',
    'breaker.opened prices',
    'ECONNREFUSED',
    "[ 'BREAKER_OPEN', true ]",
    'tea for 350 cents, from memory',
    'breaker.probing prices',
    'breaker.closed prices',
    'tea for 350 cents, at attempt 1',
  ],
  '04-simulate.mjs': [
    'a lift moves only behind a shut door: shaft/lift moves, and its door is open',
    '8 faults were drawn, 0 are needed',
    '[',
    "  { type: 'wait', waitMs: 3000 },",
    "  { type: 'floor.press' },",
    "  { type: 'door.press' }",
    ']',
    'sequenceDiagram',
    '    participant p0 as shaft/lift',
    '    participant p1 as passenger',
    '    Note over p0: 0 ms actor.started',
    '    Note over p0: 3000 ms door.open xstate.after.doorMs.lift.door.open -#gt; door.shut',
    '    p1->>p0: 3000 ms floor.press',
    '    p1->>p0: 3000 ms door.press',
    '    Note over p0: 3000 ms cabin.standing floor.press -#gt; cabin.moving',
    '    Note over p0: 3000 ms door.shut door.press -#gt; door.open',
    '    Note over p0,p1: 3000 ms VIOLATION a lift moves only behind a shut door#58; ' +
      'shaft/lift moves, and its door is open',
    '',
  ],
  '05-peers.mjs': [
    'peer.opened ',
    "{ sku: 'tea', cents: 700 }",
    'tea: grinding',
    'tea: pouring',
    'tea: done',
    'order.place: SOLD_OUT, there is no mate',
    'order.place: PAYLOAD_INVALID, the payload is not what the method takes',
    'shop.shut: LEVEL_TOO_LOW, the method needs a higher level',
    'peer.banned challenge',
    'peer.ended rules.violated',
    'holdfast.prove: PEER_LOST, the connection is over: link.lost',
    'order.place: PEER_UNREACHABLE, no way leads to the peer now',
    'connect: PEER_UNREACHABLE',
  ],
  '06-inspect.mjs': [
    "it tells numbers, and of text how long it is: { owner: '[redacted 3 chars]', volts: 12 }",
    'without the token: [',
    '  401,',
    '  {',
    "    code: 'TOKEN_WRONG',",
    "    message: 'the token is missing or wrong, or its session is over'",
    '  }',
    ']',
    'isolated: [ 200, {} ]',
    "[ 'inspector bearer: the boiler is mended' ]",
    'on record: heating {',
    "  command: 'breaker.isolate',",
    "  by: 'inspector bearer',",
    "  reason: 'the boiler is mended'",
    '}',
  ],
};

describe('the examples', () => {
  it('are all run here', () => {
    const files = readdirSync(`${root}/examples`).filter((file) => file.endsWith('.mjs'));
    expect(files).toEqual(Object.keys(said));
  });

  it.each(Object.entries(said))('%s shows what it promises, and ends by itself', (file, lines) => {
    const run = spawnSync(process.execPath, [`examples/${file}`], {
      cwd: root,
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect({ lines: run.stdout.split('\n'), status: run.status }).toEqual({
      lines: [...lines, ''],
      status: 0,
    });
  });
});

interface Service {
  readonly run: ChildProcess;
  readonly lines: readonly string[];
  /** Once nobody holds its streams any more: the service shares one with all its processes. */
  readonly over: Promise<unknown[]>;
}

/** The service, once its upstream serves; its peers may still be starting. */
async function serving(): Promise<Service> {
  // One that is killed leaves its temporary folder.
  const temporary = mkdtempSync(join(tmpdir(), 'orders-'));
  const env = { ...process.env, TMPDIR: temporary };
  const run = spawn(process.execPath, ['examples/orders/main.mjs'], { cwd: root, env });
  const lines: string[] = [];
  let upstream = Number.NaN;
  let isOver = false;
  const over = once(run, 'close').finally(() => {
    isOver = true;
  });
  onTestFinished(() => {
    run.kill('SIGKILL');
    if (!isOver && upstream > 0) process.kill(upstream, 'SIGKILL');
    rmSync(temporary, { recursive: true });
  });
  run.stderr.resume();
  await new Promise<void>((resolve) => {
    createInterface({ input: run.stdout }).on('line', (line) => {
      lines.push(line);
      upstream = Number(/process (\d+) at/.exec(line)?.[1] ?? upstream);
      if (upstream > 0) resolve();
    });
  });
  return { run, lines, over };
}

describe('the orders service', () => {
  it('shuts down in phases when it is interrupted, and then ends as interrupted', async () => {
    const { run, lines, over } = await serving();
    run.kill('SIGINT');
    expect(await over).toEqual([null, 'SIGINT']);
    const phases = lines.flatMap((line) => /○ runtime +(.*)/.exec(line)?.[1] ?? []);
    expect(phases).toEqual([
      '1 closing: nothing new is taken in',
      '2 draining: what was accepted is worked off',
      '3 persisting: breakers, and who asked for it',
      '4 stopping: in reverse start order, the upstream last',
      'stopped, 0 abandoned',
    ]);
    expect(lines).toContain('    processes     3 were started, 0 are left');
  });

  it('leaves no process behind, not even when it is killed', async () => {
    const { run, over } = await serving();
    run.kill('SIGKILL');
    expect(await over).toEqual([null, 'SIGKILL']);
  });
});
