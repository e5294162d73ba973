import { expect, it } from 'vitest';
import { setup } from 'xstate';
import type { Fact } from '../../runtime/facts.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { MemoryKv } from '../../runtime/world/memory-kv.ts';
import { all, audited, failure } from './audit-stage.ts';
import { stage } from './kernel/stage.ts';
import { PeersStage } from './peers-stage.ts';
import { SandboxStage } from './sandbox-stage.ts';

/** `type to` of each fact on the way back from one to its first cause. */
function chainOf(facts: readonly Fact[], last: Fact | undefined): string[] {
  const byId = new Map(facts.map((fact) => [fact.id, fact]));
  const chain: string[] = [];
  for (let at = last; at !== undefined; at = byId.get(at.causationid ?? '')) {
    const { type, subject = '', data } = at;
    chain.push(`${type} ${String(data.to ?? subject)}`);
  }
  return chain;
}

const lastOf = (facts: readonly Fact[], type: string): Fact | undefined =>
  facts.findLast((fact) => fact.type === type);

it('a mode of the log is walked back to the append that failed, and out of it again', async () => {
  const { world, runtime, log, clock } = await audited();
  const facts: Fact[] = [];
  runtime.events$.subscribe((fact) => facts.push(fact));
  world.files.isReadOnly = true;
  log.append({ type: 'order.placed' }).catch(() => {});
  await clock.advanceAsync(0);
  expect(chainOf(facts, lastOf(facts, 'audit.moved'))).toEqual([
    'audit.moved readOnly',
    'audit.spool.failed audit',
    'audit.moved spooling',
    'audit.append.failed audit',
  ]);
  world.files.isReadOnly = false;
  await clock.advanceAsync(60_000);
  const back = chainOf(facts, lastOf(facts, 'audit.moved'));
  expect([back[0], back.at(-1)]).toEqual(['audit.moved readWrite', 'audit.append.failed audit']);
  const failed = facts.find(({ type }) => type === 'audit.append.failed');
  expect(failed?.data).toMatchObject({ code: 'READ_ONLY_DISK' });
});

it('that writes are refused while the log is kept aside is shown, and walked back', async () => {
  const files = new LogFullFiles();
  const world = { ...simWorld({ seed: 1 }), files, kv: new MemoryKv(files) };
  const { runtime, log, clock } = await audited({}, world);
  const { audit, promises } = runtime.modes;
  const facts: Fact[] = [];
  const seen: unknown[] = [];
  runtime.events$.subscribe((fact) => facts.push(fact));
  audit.changes$.subscribe(({ mode, isRefusing }) => seen.push([mode, isRefusing]));
  promises.changes$.subscribe(({ writes }) => seen.push(writes));
  files.isFull = true;
  log.append({ type: 'order.placed' }).catch(() => {});
  await clock.advanceAsync(10);
  files.isLow = true;
  await clock.advanceAsync(40_000);
  files.isLow = false;
  await clock.advanceAsync(40_000);
  expect(seen).toEqual([
    ...[['spooling', false], 'served'],
    ...[['spooling', true], 'refused', ['spooling', false], 'served'],
  ]);
  expect(chainOf(facts, lastOf(facts, 'audit.writes.served'))).toEqual([
    'audit.writes.served audit',
    'audit.writes.refused audit',
    'audit.space.low audit',
    'audit.moved spooling',
    'audit.append.failed audit',
  ]);
});

/** A disk that takes nothing for the log, and what is kept aside. */
class LogFullFiles extends MemoryFiles {
  isFull = false;
  isLow = false;

  override freeBytes(path: string): Promise<number> {
    return this.isLow ? Promise.resolve(0) : super.freeBytes(path);
  }

  override append(path: string, bytes: Uint8Array): Promise<void> {
    const isFull = this.isFull && !path.includes('spool');
    return isFull ? Promise.reject(new Error('full')) : super.append(path, bytes);
  }
}

it('what led to a mode of the log is on record once the log is back, before the move', async () => {
  const files = new LogFullFiles();
  const world = { ...simWorld({ seed: 1 }), files, kv: new MemoryKv(files) };
  const { log, clock } = await audited({}, world);
  files.isFull = true;
  log.append({ type: 'order.placed' }).catch(() => {});
  await clock.advanceAsync(10);
  files.isFull = false;
  await clock.advanceAsync(60_000);
  const read = await all(log.read());
  const records = read.flatMap((each) => (each.kind === 'record' ? [each.event] : []));
  const of = (type: string) => records.find((each) => each.type === type);
  expect(of('audit.moved')?.causationid).toBe(of('audit.append.failed')?.id);
  expect(of('audit.append.failed')).toMatchObject({ data: { because: expect.any(String) } });
});

it('a mode of isolation is walked back to the breaker, which has the error', async () => {
  const at = await SandboxStage.open();
  await at.until(at.sandboxes.run({ code: 'echo', isolation: 'process' }));
  at.vms.begin('process', 'barren', 60_000);
  at.vms.kill('process');
  await at.clock.advanceAsync(10_000);
  for (let times = 0; times < 4; times++) {
    await at.outcome(at.sandboxes.run({ code: 'echo', isolation: 'process' }));
  }
  const lost = at.facts.find(
    ({ type, data }) => type === 'isolation.moved' && data.to === 'refusing',
  );
  expect(chainOf(at.facts, lost)).toEqual([
    'isolation.moved refusing',
    'isolation.lost process',
    'breaker.opened vm, process',
  ]);
  expect(lastOf(at.facts, 'breaker.opened')?.data.error).toMatchObject({ name: 'Error' });
  await at.clock.advanceAsync(300_000);
  const proved = at.facts.findLast(
    (fact) => fact.subject === 'process' && fact.type === 'isolation.proved',
  );
  expect(chainOf(at.facts, proved)).toEqual([
    'isolation.proved process',
    'isolation.lost process',
    'breaker.opened vm, process',
  ]);
});

it('a mode of the load is walked back to the first reading that was too much', async () => {
  const at = new PeersStage();
  const { rt, facts, meter } = await at.machine();
  rt.modes.load.changes$.subscribe();
  meter.load = { loopDelayMs: 600, cpuRatio: 0.1, memoryRatio: 0.1 };
  await at.clock.advanceAsync(20_000);
  meter.load = { loopDelayMs: 0, cpuRatio: 0, memoryRatio: 0 };
  await at.clock.advanceAsync(40_000);
  expect(chainOf(facts, lastOf(facts, 'load.moved'))).toEqual([
    'load.moved normal',
    'load.moved pressured',
    'load.moved shedding',
    'load.moved pressured',
  ]);
});

it('a mode of how peers are reached is walked back to the breaker of relays', async () => {
  const at = new PeersStage();
  const server = await at.listening();
  const client = await at.machine();
  await at.until(client.rt.peers.connect(server.url, { identity: 'any' }));
  await at.clock.advanceAsync(10_000);
  const isolation = client.rt.breaker('peers, relayed').isolate('a bad relay');
  const { facts } = client;
  expect(client.rt.modes.route.snapshot().mode).toBe('direct');
  expect(chainOf(facts, lastOf(facts, 'route.moved'))).toEqual([
    'route.moved direct',
    'breaker.isolated peers, relayed',
  ]);
  isolation.release();
  await at.clock.advanceAsync(20_000);
  expect(chainOf(facts, lastOf(facts, 'route.moved'))).toEqual([
    'route.moved mesh',
    'breaker.released peers, relayed',
  ]);
});

it('a mode of how peers are reached is walked back to the link that came or went', async () => {
  const at = new PeersStage();
  const server = await at.listening();
  const client = await at.machine();
  const { facts } = client;
  await at.until(client.rt.peers.connect(server.url, { identity: 'any' }));
  await at.clock.advanceAsync(10_000);
  expect(chainOf(facts, lastOf(facts, 'route.moved'))).toEqual([
    'route.moved mesh',
    `peer.opened ${server.rt.peers.id}`,
  ]);
  at.network.partition([client.address], [server.address]);
  await at.clock.advanceAsync(120_000);
  expect(chainOf(facts, lastOf(facts, 'route.moved'))).toEqual([
    'route.moved isolated',
    `peer.ended ${server.rt.peers.id}`,
  ]);
});

it('a mode of an embedder is walked back to the call that failed', async () => {
  const { runtime, facts } = await stage();
  const states = { open: { on: { 'breaker.opened': 'shut' } }, shut: {} };
  runtime.defineMode('sales', setup({}).createMachine({ initial: 'open', states }));
  const breaker = { window: { kind: 'consecutive', failuresMax: 1 } } as const;
  const pay = runtime.protect('psp', async () => Promise.reject(new Error('declined')), {
    breaker,
  });
  await failure(pay());
  expect(chainOf(facts, lastOf(facts, 'mode.moved'))).toEqual([
    'mode.moved shut',
    'breaker.opened psp',
  ]);
  const opened = lastOf(facts, 'breaker.opened');
  expect(opened?.data.error).toEqual({ name: 'Error', message: 'declined' });
});
