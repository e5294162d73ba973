import { describe, expect, it } from 'vitest';
import { createRuntime } from '../../runtime/runtime.ts';
import { lonelyNetwork } from '../../runtime/sim/lonely-network.ts';
import { lonelySockets } from '../../runtime/sim/sockets.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { MemoryKv } from '../../runtime/world/memory-kv.ts';
import { authenticate } from '../../storage/identity-copies.ts';
import { placeOf } from '../../storage/place.ts';
import { Secret } from '../../storage/secret.ts';
import { survey } from '../../storage/survey.ts';
import { all, audited, ended, failure, settled, told } from './audit-stage.ts';

/** A disk whose writes, while it hangs, never end. */
class HangingFiles extends MemoryFiles {
  hangs = false;

  override append(path: string, bytes: Uint8Array): Promise<void> {
    return this.hangs ? new Promise(() => {}) : super.append(path, bytes);
  }

  override overwrite(path: string, offset: number, bytes: Uint8Array): Promise<void> {
    return this.hangs ? new Promise(() => {}) : super.overwrite(path, offset, bytes);
  }

  override replace(path: string, bytes: Uint8Array): Promise<void> {
    return this.hangs ? new Promise(() => {}) : super.replace(path, bytes);
  }
}

/** Saved state can be opened, and not be read. */
class UnreadableKv extends MemoryKv {
  override async open(path: string) {
    const store = await super.open(path);
    if (path !== '/data/state') return store;
    const scan = () => {
      throw new Error('unreadable');
    };
    return Object.assign(store, { scan });
  }
}

function hangingWorld() {
  const files = new HangingFiles();
  return { ...simWorld({ seed: 1 }), files, kv: new MemoryKv(files) };
}

/** The head of the log in `/data`, as somebody with the key reads it. */
async function headOf(world: ReturnType<typeof simWorld>) {
  const { files, kv } = world;
  const digits = Buffer.from((await files.read('/key')) ?? [])
    .toString()
    .trim();
  const found = await authenticate(files, '/data', Secret.of(Buffer.from(digits, 'hex')));
  if (found === undefined) throw new Error('another key');
  const { identity, rootKey } = found;
  return (await survey(placeOf({ files, kv }, '/data/audit', identity.storeId, rootKey))).head;
}

describe('what never answers', () => {
  it('keeps no runtime from starting, if it is the control socket', async () => {
    const sockets = { ...lonelySockets, listen: (): Promise<never> => new Promise(() => {}) };
    const world = { ...simWorld({ seed: 1 }), sockets };
    const disk = { dataDir: '/data', masterKey: { file: '/key', create: true } };
    await settled(world, createRuntime({ world, ...disk }), 1_000);
    expect(world.log.lines.map(({ message }) => message)).toContain('no control socket');
  });

  it('is a port that cannot be listened at', async () => {
    const network = { ...lonelyNetwork, listen: (): Promise<never> => new Promise(() => {}) };
    const world = { ...simWorld({ seed: 1 }), network };
    const runtime = await createRuntime({ world });
    const error = await settled(world, failure(runtime.peers.listen({ port: 80 })), 1_000);
    expect(error).toMatchObject({ code: 'LISTEN_FAILED', details: { reason: 'DISK_FAILED' } });
  });
});

describe('the end of a runtime', () => {
  it('closes the log cleanly: its head says so, and all of it is promised', async () => {
    const { world, runtime, log } = await audited();
    await settled(world, log.append({ type: 'order.placed' }));
    expect(await headOf(world)).toMatchObject({ isClosed: false });
    await ended(world, runtime);
    expect(await headOf(world)).toMatchObject({ isClosed: true, size: log.status().size });
    const { log: next } = await audited({}, world);
    const { verdict, problems } = await settled(world, next.verify());
    expect([verdict, problems]).toEqual(['ok', []]);
  });

  it('leaves no timer behind', async () => {
    const { world, runtime, log, clock } = await audited();
    await settled(world, log.append({ type: 'order.placed' }));
    await ended(world, runtime);
    await clock.advanceAsync(0);
    expect(clock.pending).toBe(0);
  });

  it('comes within its deadline and a second, even if the disk hangs', async () => {
    const world = hangingWorld();
    const { runtime, clock, log } = await audited({}, world);
    world.files.hangs = true;
    void failure(log.append({ type: 'order.placed' }));
    let isOver = false;
    const closing = runtime.shutdown({ deadlineMs: 3_000 }).then((report) => {
      isOver = true;
      return report;
    });
    await clock.advanceAsync(3_899);
    expect(isOver).toBe(false);
    await clock.advanceAsync(101);
    expect(isOver).toBe(true);
    expect(await closing).toEqual({ abandoned: [] });
    const unclosed = world.log.lines.filter(({ level }) => level === 'error');
    expect(unclosed.map(({ message, fields }) => [message, fields.step])).toEqual([
      ['not closed as it should be', 'audit'],
      ['not closed as it should be', 'state'],
    ]);
  });

  it('gives the log a second at least to end cleanly', async () => {
    const world = hangingWorld();
    const { runtime, clock, log } = await audited({}, world);
    world.files.hangs = true;
    void failure(log.append({ type: 'order.placed' }));
    let isOver = false;
    void runtime.shutdown({ deadlineMs: 0 }).then(() => {
      isOver = true;
    });
    await clock.advanceAsync(899);
    expect(isOver).toBe(false);
    await clock.advanceAsync(101);
    expect(isOver).toBe(true);
  });
});

describe('a runtime that cannot be opened', () => {
  it('leaves nothing running', async () => {
    const world = simWorld({ seed: 1 });
    world.files.isReadOnly = true;
    expect(await failure(audited({}, world))).toMatchObject({ code: 'DISK_READ_ONLY' });
    await world.clock.advanceAsync(0);
    expect(world.clock.pending).toBe(0);
  });

  it('for unreadable saved state closes the log and frees the directory', async () => {
    const { world, runtime } = await audited();
    await ended(world, runtime);
    const opening = failure(audited({}, { ...world, kv: new UnreadableKv(world.files) }));
    await world.clock.advanceAsync(1_000);
    expect((await opening).message).toBe('unreadable');
    expect(await headOf(world)).toMatchObject({ isClosed: true });
    const { log } = await audited({}, world);
    expect((await settled(world, log.verify())).verdict).toBe('ok');
  });
});

describe('facts', () => {
  it('from before the log was open are in it, too', async () => {
    const { log, clock } = await audited();
    await clock.advanceAsync(0);
    expect(told(await all(log.read()))).toEqual(['0 supervisor.started', '1 segment.moved']);
  });
});
