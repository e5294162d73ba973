import { describe, expect, it } from 'vitest';
import { boundedFiles, boundedKv } from '../../actors/bounded-ports.ts';
import { fileOperations, kvOperations, storeOperations } from '../../actors/operations.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { MemoryKv } from '../../runtime/world/memory-kv.ts';
import type { Files, Kv, KvStore } from '../../storage/ports.ts';

const never = (): Promise<never> => new Promise(() => {});

/** A port none of whose operations ever ends. */
function hanging<Port extends object>(operations: Readonly<Record<string, unknown>>): Port {
  return Object.fromEntries(Object.keys(operations).map((name) => [name, never])) as Port;
}

/** What a call came to, one millisecond before its deadline and at it. */
async function around(clock: VirtualClock, deadlineMs: number, call: Promise<unknown>) {
  let outcome: unknown = 'waits';
  call.then(
    () => {
      outcome = 'done';
    },
    (error: unknown) => {
      outcome = error instanceof Error && 'code' in error ? error.code : error;
    },
  );
  await clock.advanceAsync(deadlineMs - 1);
  const before = outcome;
  await clock.advanceAsync(1);
  return [before, outcome, clock.pending];
}

const call = (port: object, name: string): Promise<unknown> =>
  (Reflect.get(port, name) as (...args: unknown[]) => Promise<unknown>).call(port, '/a', '/b');

describe('an operation that hangs', () => {
  it.each(Object.entries(fileOperations))('Files.%s ends at its deadline', async (name, table) => {
    const clock = new VirtualClock();
    const files = boundedFiles(hanging<Files>(fileOperations), clock);
    const seen = await around(clock, table.deadlineMs, call(files, name));
    expect(seen).toEqual(['waits', table.code, 0]);
  });

  it.each(Object.entries(kvOperations))('Kv.%s ends at its deadline', async (name, table) => {
    const clock = new VirtualClock();
    const kv = boundedKv(hanging<Kv>(kvOperations), clock);
    const seen = await around(clock, table.deadlineMs, call(kv, name));
    expect(seen).toEqual(['waits', table.code, 0]);
  });

  it.each(Object.entries(storeOperations))(
    'KvStore.%s ends at its deadline',
    async (name, table) => {
      const clock = new VirtualClock();
      const entries = { next: never, [Symbol.asyncIterator]: () => entries };
      const stuck = { ...hanging<KvStore>(storeOperations), scan: () => entries };
      const kv = boundedKv({ ...hanging<Kv>(kvOperations), open: async () => stuck }, clock);
      const store = await kv.open('/a');
      const range = { from: new Uint8Array(), to: Uint8Array.of(1) };
      const pending =
        name === 'scan' ? store.scan(range)[Symbol.asyncIterator]().next() : call(store, name);
      expect(await around(clock, table.deadlineMs, pending)).toEqual(['waits', table.code, 0]);
    },
  );
});

describe('operations in time', () => {
  it('give what the port gives, and leave no timer', async () => {
    const clock = new VirtualClock();
    const memory = new MemoryFiles();
    const files = boundedFiles(memory, clock);
    const kv = boundedKv(new MemoryKv(memory), clock);
    await files.makeDirectory('/d');
    await files.create('/d/f', Uint8Array.of(1, 2));
    expect(await files.readAt('/d/f', 1, 5)).toEqual(Uint8Array.of(2));
    const store = await kv.create('/kv');
    await store.commit([{ key: Uint8Array.of(1), value: Uint8Array.of(7) }]);
    const scanned: number[] = [];
    const range = { from: Uint8Array.of(0), to: Uint8Array.of(9) };
    for await (const { value } of store.scan(range)) scanned.push(...value);
    await store.close();
    await clock.advanceAsync(0);
    expect([scanned, clock.pending]).toEqual([[7], 0]);
  });

  it('a store that opens too late is closed again', async () => {
    const clock = new VirtualClock();
    let resolve: (store: KvStore) => void = () => {};
    const late = new Promise<KvStore>((done) => {
      resolve = done;
    });
    let isClosed = false;
    const store: KvStore = {
      ...hanging<KvStore>(storeOperations),
      close: async () => {
        isClosed = true;
      },
    };
    const kv = boundedKv({ ...hanging<Kv>(kvOperations), open: () => late }, clock);
    const opened = kv.open('/a').catch(({ code }) => code);
    await clock.advanceAsync(kvOperations.open.deadlineMs);
    expect(await opened).toBe('DISK_FAILED');
    resolve(store);
    await clock.advanceAsync(0);
    expect(isClosed).toBe(true);
  });
});
