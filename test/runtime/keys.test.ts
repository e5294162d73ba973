import { describe, expect, it } from 'vitest';
import { followChain } from '../../actors/peer/wire/continuity-chain.ts';
import { publicKeyOfPeer } from '../../actors/peer/wire/peer-id.ts';
import { primitives } from '../../runtime/world/primitives.ts';
import { all, audited, ended, refusal, settled } from './audit-stage.ts';

const DAY_MS = 86_400_000;

const known = (id: string) => ({ publicKey: publicKeyOfPeer(id) ?? new Uint8Array(), records: [] });

describe('the keys of a runtime', () => {
  it('are rotated on record, shown without a secret, and used at once', async () => {
    const { world, runtime, log } = await audited();
    const { id: first } = runtime.peers;
    const rotated = await settled(world, runtime.keys.rotate('identity', { reason: 'a drill' }));
    expect(rotated).toMatchObject({ purpose: 'identity', generation: 1, state: 'present' });
    const listed = runtime.keys.list();
    expect(listed).toEqual([
      {
        ...{ purpose: 'identity', generation: 0, id: first, state: 'overlapping' },
        ...{ isOverdue: false, sinceMs: expect.any(Number), notBeforeMs: expect.any(Number) },
        notAfterMs: expect.any(Number),
      },
      rotated,
      { purpose: 'audit', state: 'present', verifierKey: log.verifierKey },
      { purpose: 'master', state: 'present', sinceMs: world.clock.wallMs() },
    ]);
    const shown = await settled(world, runtime.keys.exportPublic());
    const chain = Uint8Array.from(Buffer.from(shown.chain, 'base64'));
    const found = followChain(primitives, known(first), chain);
    expect(found.followed && found.known.publicKey).toEqual(publicKeyOfPeer(shown.id));
    expect(runtime.peers.id).toBe(shown.id);
    await ended(world, runtime);
    const next = await audited({}, world);
    expect([next.runtime.peers.id, 'id' in rotated && rotated.id]).toEqual([shown.id, shown.id]);
    const events = await settled(world, all(next.log.read()));
    const told = events.flatMap((each) => (each.kind === 'record' ? [each.event] : []));
    expect(told.filter(({ type }) => type.startsWith('key.'))).toMatchObject([
      { type: 'key.rotating', subject: 'identity', data: { generation: 1, because: 'a drill' } },
      { type: 'key.rotated', data: { generation: 1, because: 'a drill' } },
    ]);
  });

  it('rotate by themselves each month, unless told how often', async () => {
    const { clock, runtime } = await audited({ audit: { healthMs: 3_600_000 } });
    const states = () => runtime.keys.list().map((key) => key.state);
    await clock.advanceAsync(27 * DAY_MS);
    expect(states()).toEqual(['present', 'present', 'present']);
    await clock.advanceAsync(3 * DAY_MS);
    await clock.advanceAsync(1_000);
    expect(states()).toEqual(['overlapping', 'present', 'present', 'present']);
  });

  it('rotate by themselves as often as they are told to', async () => {
    const { clock, runtime } = await audited({ keys: { identityMs: 3_600_000, overlapMs: 0 } });
    await clock.advanceAsync(3_600_000);
    await clock.advanceAsync(1_000);
    const states = runtime.keys.list().map((key) => key.state);
    expect(states).toEqual(['archived', 'present', 'present', 'present']);
  });

  it('include the audit key', async () => {
    const { world, runtime, log } = await audited();
    const before = log.verifierKey;
    const rotated = await settled(world, runtime.keys.rotate('audit', { reason: 'due' }));
    expect(rotated).toEqual({ purpose: 'audit', state: 'present', verifierKey: log.verifierKey });
    expect(log.verifierKey).not.toBe(before);
  });

  it('keep nobody waiting for a disk that hangs, on which a change takes place later', async () => {
    const { world, runtime } = await audited();
    const { files } = world;
    const { overwrite } = files;
    let goOn = (): void => {};
    const hanging = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    files.overwrite = async (path, ...rest) => {
      if (path.startsWith('/data/keys')) await hanging;
      await overwrite.call(files, path, ...rest);
    };
    const revoking = refusal(runtime.keys.revoke('identity', { reason: 'stolen' }));
    await world.clock.advanceAsync(30_000);
    expect(await revoking).toBe(
      'DISK_FAILED: the disk has not taken the change for 30000 ms: ' +
        'it may still take place, as list tells',
    );
    goOn();
    await world.clock.advanceAsync(1_000);
    expect(runtime.keys.list().map(({ state }) => state)).toEqual([
      ...['destroyed', 'present', 'present', 'present'],
    ]);
    await ended(world, runtime);
  });

  it('keep no runtime from its work if they are lost, and the file is named', async () => {
    const { world, runtime } = await audited();
    await settled(world, runtime.keys.revoke('identity', { reason: 'a drill' }));
    await ended(world, runtime);
    for (const name of ['ring', 'ring.bak']) {
      await world.files.overwrite(`/data/keys/${name}`, 30, Uint8Array.of(1, 2, 3));
    }
    const next = await audited({}, world);
    const rotating = settled(world, refusal(next.runtime.keys.rotate('identity')));
    expect(await rotating).toBe('DATA_DAMAGED: /data/keys/ring: the key ring is damaged');
    await settled(world, next.log.append({ type: 'order.placed' }));
    expect(next.runtime.keys.list()).toMatchObject([
      { purpose: 'identity', state: 'lost', because: '/data/keys/ring: the key ring is damaged' },
      { purpose: 'audit' },
      { purpose: 'master' },
    ]);
    await ended(world, next.runtime);
    expect(await settled(world, refusal(next.runtime.keys.archive()))).toMatch(/^RUNTIME_STOPPED/);
  });

  it.each([
    ['none', 'who it was at first'],
    ['one', 'nobody, until the last ones are back'],
  ])('are told to be lost at each start, and who it is after %s was rotated', async (many, who) => {
    const { world, runtime } = await audited();
    if (many === 'one') await settled(world, runtime.keys.rotate('identity'));
    await ended(world, runtime);
    for (const name of ['/ring', '/ring.bak', '']) await world.files.remove(`/data/keys${name}`);
    for (let starts = 1; starts < 3; starts++) {
      const next = await audited({}, world);
      const told = world.log.lines.filter(({ message }) => message.startsWith('identity keys'));
      expect(told.map(({ level, message }) => `${level}: ${message}`)).toEqual(
        Array(starts).fill(`error: identity keys are lost: this runtime is ${who}`),
      );
      const facts = await settled(world, all(next.log.read({ type: 'key.lost' })));
      expect(facts.length).toBe(starts);
      await ended(world, next.runtime);
    }
  });

  it('are missed with their whole directory, and no others are begun', async () => {
    const { world, runtime } = await audited();
    await settled(world, runtime.keys.rotate('identity'));
    await ended(world, runtime);
    for (const name of ['/ring', '/ring.bak', '']) await world.files.remove(`/data/keys${name}`);
    const next = await audited({}, world);
    expect(await settled(world, refusal(next.runtime.keys.rotate('identity')))).toBe(
      'DATA_DAMAGED: /data/keys/ring: both copies are missing, and the next key is nowhere else: ' +
        'put the last ring back, or begin another directory',
    );
    expect(await world.files.stat('/data/keys')).toBeUndefined();
  });

  it('are asked for by name', async () => {
    const { world, runtime } = await audited();
    const { keys } = runtime;
    expect([
      await settled(world, refusal(keys.rotate('head' as 'audit'))),
      await settled(world, refusal(keys.revoke('audit' as 'identity'))),
      await settled(world, refusal(keys.rotate('identity', { reason: '' }))),
    ]).toEqual([
      'RangeError: purpose must be one of identity, session, audit, master, got "head"',
      'RangeError: purpose must be one of identity, got "audit"',
      expect.stringMatching(/^RangeError: rotate.reason/),
    ]);
  });
});
