import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MasterRotation } from '../../runtime/master-rotation.ts';
import type { KeyProvider } from '../../runtime/options/master-key.ts';
import type { SimWorld } from '../../runtime/sim/world.ts';
import { text } from '../../storage/bytes.ts';
import { StorageError } from '../../storage/faults.ts';
import { drawn, storeId, wrapOf } from '../storage/sealing.ts';
import { all, audited, contents, ended, failure, own, refusal, settled } from './audit-stage.ts';

const next = { file: '/next', create: true };
const withNext = { masterKey: { file: '/next' } };

/** A runtime whose log has one order. */
async function running() {
  const at = await audited();
  await settled(at.world, at.log.append({ type: 'order.placed' }));
  const rotate = (to: Parameters<typeof at.runtime.keys.rotate>[1]) =>
    settled(at.world, at.runtime.keys.rotate('master', to));
  return { ...at, rotate };
}

/** What the log says of keys. */
async function toldOf({ log }: Pick<Awaited<ReturnType<typeof audited>>, 'log'>) {
  const events = (await all(log.read())).flatMap((each) =>
    each.kind === 'record' ? [each.event] : [],
  );
  return events
    .filter(({ type, subject }) => type.startsWith('key.') && subject === 'master')
    .map(({ type, data }) => [type, data]);
}

const identities = ({ files }: SimWorld) =>
  Promise.all(['identity', 'identity.bak'].map((name) => files.read(`/data/${name}`)));

/** As `settled`, with the turns of the real loop that a passphrase takes to become a key. */
async function stretched<Value>(world: SimWorld, promise: Promise<Value>): Promise<Value> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  promise.then(over, over);
  while (!isOver) {
    await world.clock.advanceAsync(0);
    await setImmediate();
  }
  return await promise;
}

/** Each copy of the identity that a rotation would replace cannot be, from the `nth` on. */
function spoilReplacing({ files }: SimWorld, nth: number): () => void {
  const { replace } = files;
  let count = 0;
  files.replace = (path, bytes) => {
    if (!path.startsWith('/data/identity')) return replace.call(files, path, bytes);
    count += 1;
    if (count < nth) return replace.call(files, path, bytes);
    return Promise.reject(new StorageError('DISK_FAILED', 'EIO'));
  };
  return () => {
    files.replace = replace;
  };
}

describe('the master key', () => {
  it('gives way to another while all goes on, and opens nothing after', async () => {
    const { world, runtime, log, rotate } = await running();
    const { id } = runtime.peers;
    await world.clock.advanceAsync(1_000);
    const entry = { purpose: 'master', state: 'present', sinceMs: world.clock.wallMs() };
    expect(await rotate({ to: next, reason: 'a drill' })).toEqual(entry);
    expect([runtime.keys.list().at(-1), (await world.files.stat('/next'))?.mode]).toEqual([
      ...[entry, 0o600],
    ]);
    await settled(world, log.append({ type: 'order.paid' }));
    await ended(world, runtime);
    const before = await contents(world.files, '/');
    expect(await failure(audited({}, world))).toMatchObject({
      code: 'MASTER_KEY_WRONG',
      message: 'the master key is not the one of /data',
    });
    expect(await contents(world.files, '/')).toEqual(before);
    const again = await audited(withNext, world);
    expect(own(await all(again.log.read()))).toEqual([
      expect.stringMatching(/ order.placed$/),
      expect.stringMatching(/ order.paid$/),
    ]);
    expect([again.runtime.peers.id, again.runtime.keys.list().at(-1)]).toEqual([id, entry]);
    expect((await settled(world, again.log.verify())).verdict).toBe('ok');
    expect(await toldOf(again)).toEqual([
      ['key.rotating', { because: 'a drill' }],
      ['key.rotated', { because: 'a drill' }],
    ]);
  });

  it('is what the next one is, whatever that comes from', async () => {
    const words = { passphrase: 'correct horse battery' };
    const provider: KeyProvider = async () => new Uint8Array(32).fill(6);
    const { world, runtime } = await running();
    await stretched(world, runtime.keys.rotate('master', { to: words }));
    const same = await stretched(world, refusal(runtime.keys.rotate('master', { to: words })));
    expect(same).toBe('MASTER_KEY_INVALID: this is the master key in use');
    await ended(world, runtime);
    const second = await audited({ masterKey: words }, world);
    await settled(world, second.runtime.keys.rotate('master', { to: { provider } }));
    await ended(world, second.runtime);
    expect(await failure(audited({ masterKey: words }, world))).toMatchObject({
      code: 'MASTER_KEY_WRONG',
      message: 'the directory is not under a passphrase',
    });
    const third = await audited({ masterKey: { provider } }, world);
    expect(own(await all(third.log.read()))).toHaveLength(1);
  });

  it('is not rotated to what is no other key, and nothing is written', async () => {
    const { world, rotate } = await running();
    await world.files.create('/short', text('07'));
    const before = await identities(world);
    const broken: KeyProvider = async () => {
      throw new Error('service is down');
    };
    let calls = 0;
    const drawing: KeyProvider = async () => new Uint8Array(32).fill(++calls);
    const words: unknown = 'correct horse battery';
    const hanging: KeyProvider = () => new Promise(() => {});
    const slow = settled(world, refusal(rotate({ to: { provider: hanging } })), 1_000);
    expect([
      await refusal(rotate({ to: { file: '/key' } })),
      await refusal(rotate({ to: { file: '/none' } })),
      await refusal(rotate({ to: { file: '/short' } })),
      await refusal(rotate({ to: { file: '/data/key', create: true } })),
      await refusal(rotate({ to: { provider: broken } })),
      await refusal(rotate({ to: { provider: drawing } })),
      await slow,
      await refusal(rotate({})),
      await refusal(rotate(words as object)),
    ]).toEqual([
      'MASTER_KEY_INVALID: this is the master key in use',
      'MASTER_KEY_INVALID: there is no key file /none',
      'MASTER_KEY_INVALID: the key file /short must hold 64 hex digits',
      'RangeError: rotate.to.file must lie outside of dataDir',
      'KEY_PROVIDER_FAILED: service is down',
      'MASTER_KEY_INVALID: the master key is another one each time that it is asked for',
      expect.stringMatching(/^KEY_PROVIDER_FAILED: not done within \d+ ms$/),
      expect.stringMatching(/^TypeError: rotate.to must be \{ file, create\? \}/),
      expect.stringMatching(/^TypeError: rotate.to must be [^"]+$/),
    ]);
    expect(await identities(world)).toEqual(before);
  });

  it('is none in memory', async () => {
    const { world, runtime } = await audited({ dataDir: undefined, masterKey: undefined });
    const rotating = settled(world, refusal(runtime.keys.rotate('master', { to: next })));
    expect(await rotating).toBe('MASTER_KEY_INVALID: without dataDir there is no master key');
    expect(runtime.keys.list().map(({ purpose }) => purpose)).not.toContain('master');
  });

  it('is not rotated without a record of it, nor once the runtime has stopped', async () => {
    const { world, runtime, rotate } = await running();
    const before = await identities(world);
    await ended(world, runtime);
    expect(await refusal(rotate({ to: next }))).toMatch(/^RUNTIME_STOPPED/);
    expect(await identities(world)).toEqual(before);
    expect(await world.files.stat('/next')).toBeUndefined();
    const rewrapped: unknown[] = [];
    const { files, clock } = world;
    const master = new MasterRotation({
      ...{ files, clock, random: drawn(), env: { NEXT: '08'.repeat(32) }, providerMs: 1_000 },
      breaker: { execute: async (work) => await work() },
      dir: {
        path: '/data',
        identity: { storeId, wrap: wrapOf(7) },
        rewrap: async (opener) => void rewrapped.push(opener),
      },
      kernel: { tell: () => 'told' },
      facts: { tell: () => Promise.reject(new StorageError('GONE', 'the log is not open')) },
    });
    const refused = await refusal(master.rotate({ env: 'NEXT' }, 'a drill'));
    expect([refused, rewrapped]).toEqual(['GONE: the log is not open', []]);
  });

  it('whose rotation was cut short is the one that opens the directory, and says so', async () => {
    for (const masterKey of [{ file: '/key' }, { file: '/next' }]) {
      const { world, runtime, rotate } = await running();
      const mend = spoilReplacing(world, 2);
      expect(await refusal(rotate({ to: next }))).toBe('DISK_FAILED: EIO');
      mend();
      await settled(world, runtime.audit.append({ type: 'order.paid' }));
      await ended(world, runtime);
      const again = await audited({ masterKey }, world);
      const { sinceMs } = again.runtime.keys.list().find(({ purpose }) => purpose === 'master') as {
        sinceMs: number;
      };
      const because =
        'a rotation was cut short: the key that opened the directory is the master key';
      expect(await toldOf(again)).toEqual([
        ['key.rotating', { because: 'an operator asked for it' }],
        ['key.hindered', { error: expect.objectContaining({ message: 'EIO' }) }],
        ['key.settled', { sinceMs, because }],
      ]);
      expect((await settled(world, again.log.verify())).verdict).toBe('ok');
      await ended(world, again.runtime);
      const other = masterKey.file === '/key' ? '/next' : '/key';
      const refused = await failure(audited({ masterKey: { file: other } }, world));
      expect(refused).toMatchObject({ code: 'MASTER_KEY_WRONG' });
      expect((await audited({ masterKey }, world)).log.status().mode).toBe('readWrite');
    }
  });
});
