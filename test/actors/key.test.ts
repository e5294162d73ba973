import { describe, expect, it } from 'vitest';
import { KeyActor } from '../../actors/key.actor.ts';
import { followChain } from '../../actors/peer/wire/continuity-chain.ts';
import { publicKeyOfPeer } from '../../actors/peer/wire/peer-id.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { primitives } from '../../runtime/world/primitives.ts';
import { StorageError } from '../../storage/faults.ts';
import { KeyRingFiles, type RingMark } from '../../storage/key-ring-files.ts';
import { DAY_MS, settings } from '../machines/key.fixture.ts';
import { deaths, MortalFiles } from '../storage/mortal-files.ts';
import { drawn, sealTools, secretOf } from '../storage/sealing.ts';
import { kernelOn } from './audit-stage.ts';

const AT = Date.UTC(2026, 0, 1);

/** The keys on a disk, in one life of a process after the other. */
class Stage {
  readonly files: MemoryFiles;
  readonly told: unknown[] = [];
  /** What the log refuses with, if it does. */
  refusal: Error | undefined;
  /** That it is in the log. */
  recording = Promise.resolve();
  clock = new VirtualClock(AT);
  keys: KeyActor;
  /** Of the ring's generation, on the same disk, as the identity file is. */
  marked = 0;

  constructor(files: MemoryFiles = new MemoryFiles()) {
    this.files = files;
    this.keys = this.#born();
  }

  #born(): KeyActor {
    const kernel = kernelOn(this.clock, this.told);
    return new KeyActor({
      ...{ kernel, primitives, settings, random: drawn(this.told.length + 1) },
      files: new KeyRingFiles({
        ...sealTools(),
        files: this.files,
        path: '/keys',
        mark: this.#mark(),
      }),
      firstSeed: secretOf(1),
      facts: {
        tell: async (...fact) => {
          if (this.refusal !== undefined) throw this.refusal;
          await this.recording;
          return kernel.tell(...fact);
        },
      },
    });
  }

  #mark(): RingMark {
    const mark = {
      generation: this.marked,
      set: async (generation: number) => {
        await this.files.replace('/mark', Uint8Array.of(generation));
        mark.generation = generation;
      },
      mustBeOurs: async () => {},
    };
    return mark;
  }

  /** The next process, at that time; this one is over. */
  async restart(wallMs = this.clock.wallMs()): Promise<void> {
    void this.keys.stop();
    this.clock = new VirtualClock(wallMs);
    this.marked = (await this.files.read('/mark'))?.[0] ?? 0;
    this.keys = this.#born();
    await this.keys.open();
  }

  /** Somebody removes the ring. */
  async lose(): Promise<void> {
    for (const path of ['/keys/ring', '/keys/ring.bak', '/keys']) await this.files.remove(path);
  }

  /** Whose key signs. */
  get signer(): string {
    const { identity } = this.keys;
    if (identity instanceof StorageError) return `nobody, ${identity.code}`;
    const first = primitives.identityKey(secretOf(1));
    return Buffer.compare(identity.publicKey, first.publicKey) === 0 ? 'the first' : 'another';
  }

  states(): string {
    return this.keys.standings.map(({ generation, state }) => `${generation} ${state}`).join(', ');
  }

  get id(): string {
    return this.keys.standings.at(-1)?.id ?? 'none';
  }
}

async function staged(files?: MemoryFiles): Promise<Stage> {
  const stage = new Stage(files);
  await stage.keys.open();
  return stage;
}

/** No read of the keys comes to an end before that is called. */
function hang(files: MemoryFiles): () => void {
  const read = files.read.bind(files);
  let goOn = (): void => {};
  const hanging = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  files.read = (path) => (path.startsWith('/keys') ? hanging.then(() => read(path)) : read(path));
  return goOn;
}

/** Whether who knows the peer by that id is led to its present one. */
function leads(keys: KeyActor, from: string): boolean {
  const known = { publicKey: publicKeyOfPeer(from) ?? new Uint8Array(), records: [] };
  const found = followChain(primitives, known, keys.chain);
  const { identity } = keys;
  if (identity instanceof StorageError) return false;
  return found.followed && Buffer.compare(found.known.publicKey, identity.publicKey) === 0;
}

/** What a change that was cut short comes to. */
const beforeOrAfter = new Set([
  ...['begin: ', 'begin: 0 present'],
  ...['rotate: 0 overlapping, 1 present', 'rotate: 0 overlapping, 1 overlapping, 2 present'],
  ...['revoke: 0 overlapping, 1 present', 'revoke: 0 archived, 1 destroyed, 2 present'],
  ...['archive: 0 overlapping, 1 present', 'archive: 0 archived, 1 present'],
]);

describe('the identity keys of a runtime', () => {
  it('write nothing until somebody wants one', async () => {
    const stage = await staged();
    expect([stage.states(), await stage.files.list('/keys'), stage.told]).toEqual([
      '',
      undefined,
      [],
    ]);
    expect(stage.signer).toBe('the first');
  });

  it('take turns, and are the same after a restart', async () => {
    const stage = await staged();
    await stage.keys.begin();
    const first = stage.id;
    await stage.keys.rotate('a drill');
    const [states, id] = [stage.states(), stage.id];
    expect([states, id === first, leads(stage.keys, first)]).toEqual([
      '0 overlapping, 1 present',
      false,
      true,
    ]);
    await stage.restart();
    expect([stage.states(), stage.id]).toEqual([states, id]);
    await stage.keys.rotate('another drill');
    await stage.keys.archive();
    expect(stage.states()).toBe('0 archived, 1 archived, 2 present');
    expect([leads(stage.keys, first), leads(stage.keys, id)]).toEqual([true, true]);
  });

  it('are all revoked at once that are in use, whatever was under way', async () => {
    const stage = await staged();
    await stage.keys.rotate('a drill');
    const ids = stage.keys.standings.map(({ id }) => id);
    stage.told.length = 0;
    await Promise.all([stage.keys.rotate('another'), stage.keys.revoke('1 was stolen')]);
    expect(stage.states()).toBe('0 archived, 1 archived, 2 destroyed, 3 present');
    expect(ids.map((id) => [stage.keys.isHonoured(id), leads(stage.keys, id)])).toEqual([
      [false, true],
      [false, true],
    ]);
    expect(stage.told.slice(1)).toEqual([
      ['key.rotated', 'identity', { generation: 2, because: 'another' }],
      ['key.revoked', 'identity', { generation: 3, because: '1 was stolen' }],
      ['key.archived', 'identity', { generation: 0 }],
      ['key.archived', 'identity', { generation: 1 }],
    ]);
  });

  it('are revoked though a rotation waits for a log that says nothing', async () => {
    const stage = await staged();
    await stage.keys.rotate('a drill');
    stage.recording = new Promise(() => {});
    const rotated = stage.keys.rotate('another').catch(({ message }) => message);
    const revoked = stage.keys.revoke('stolen');
    await stage.clock.advanceAsync(10_000);
    expect(await rotated).toBe('no rotation without a record: the log is 10000 ms late');
    await revoked;
    expect(stage.states()).toBe('0 archived, 1 destroyed, 2 present');
  });

  it('are at most 64, and say so when the oldest goes before its time', async () => {
    const stage = await staged();
    for (let nth = 0; nth < 63; nth++) await stage.keys.rotate('a drill');
    expect(stage.states()).toMatch(/^1 overlapping, .* 63 present$/);
    expect(stage.told.filter((fact) => JSON.stringify(fact).includes('destroyed'))).toEqual([
      ['key.destroyed', 'identity', { generation: 0, because: 'there is no room for so many' }],
    ]);
    await stage.restart();
    expect([stage.keys.fault, stage.keys.standings.length]).toEqual([undefined, 63]);
  });

  it('are not rotated without a record, and revoked all the same', async () => {
    const stage = await staged();
    await stage.keys.begin();
    stage.refusal = new Error('the log is full');
    await expect(stage.keys.rotate('a drill')).rejects.toThrow('the log is full');
    expect(stage.states()).toBe('0 present');
    await stage.keys.revoke('stolen');
    expect(stage.states()).toBe('0 destroyed, 1 present');
  });

  it('are on time for a year, each archived and destroyed when it should be', async () => {
    const stage = await staged();
    await stage.keys.begin();
    const first = stage.id;
    const seen = new Set<string>();
    for (let day = 0; day < 365; day++) {
      await stage.clock.advanceAsync(DAY_MS);
      const { standings } = stage.keys;
      for (const { generation, state } of standings) seen.add(`${generation} ${state}`);
      expect(standings.filter(({ state }) => state === 'present').length).toBe(1);
      expect(standings.filter(({ state }) => state === 'overlapping').length).toBeLessThan(2);
      expect(standings.some(({ isOverdue }) => isOverdue)).toBe(false);
    }
    const { generation = 0, notAfterMs = 0 } = stage.keys.standings.at(-1) ?? {};
    expect([generation, notAfterMs > stage.clock.wallMs(), leads(stage.keys, first)]).toEqual([
      12,
      true,
      true,
    ]);
    for (let past = 0; past < 8; past++) {
      for (const state of ['present', 'overlapping', 'archived', 'destroyed']) {
        expect(seen).toContain(`${past} ${state}`);
      }
    }
  });

  it('are overdue, as anybody sees, while the log refuses; then rotated', async () => {
    const stage = await staged();
    await stage.keys.begin();
    stage.refusal = new Error('the log is full');
    await stage.clock.advanceAsync(30 * DAY_MS + 2 * settings.retryMs);
    expect(stage.keys.standings).toMatchObject([{ state: 'present', isOverdue: true }]);
    expect(new Set(stage.told)).toContainEqual(['key.overdue', 'identity', { generation: 0 }]);
    stage.refusal = undefined;
    await stage.clock.advanceAsync(settings.retryMs);
    expect(stage.states()).toBe('0 overlapping, 1 present');
  });

  it('neither rotate nor un-rotate for a clock that is turned back', async () => {
    const stage = await staged();
    await stage.keys.rotate('a drill');
    const states = stage.states();
    await stage.restart(AT - 1_000 * DAY_MS);
    await stage.clock.advanceAsync(DAY_MS);
    expect(stage.states()).toBe(states);
    await stage.clock.advanceAsync(29 * DAY_MS);
    expect(stage.states()).toBe('0 archived, 1 overlapping, 2 present');
  });

  it('are whole after a crash at any write: as before, or as they were to be', async () => {
    const seen = new Set<string>();
    for (const change of ['begin', 'rotate', 'revoke', 'archive'] as const) {
      for (const death of deaths) {
        for (let at = 1, isDying = true; isDying; at++) {
          const files = new MortalFiles();
          const stage = await staged(files);
          if (change !== 'begin') await stage.keys.rotate('before');
          Object.assign(files, { death, dieAt: files.writes + at });
          isDying = await stage.keys[change]('now').then(
            () => false,
            () => true,
          );
          files.revive();
          await stage.restart();
          seen.add(`${change}: ${stage.states()}`);
          expect(stage.keys.fault).toBeUndefined();
          const before = stage.keys.standings.at(-1)?.generation ?? -1;
          await stage.keys.rotate('after');
          expect(stage.keys.standings.at(-1)?.generation).toBe(Math.max(0, before) + 1);
        }
      }
    }
    expect(seen).toEqual(beforeOrAfter);
  });

  it('are had, whatever write of a change and of its mending fail', async () => {
    for (const change of ['rotate', 'revoke'] as const) {
      for (let at = 1, isChanging = true; isChanging; at++) {
        for (let then = 1, isMending = true; isMending; then++) {
          const files = new MortalFiles();
          files.death = 'never, it fails';
          const stage = await staged(files);
          await stage.keys.rotate('before');
          files.dieAt = files.writes + at;
          isChanging = await stage.keys[change]('now').then(
            ...([() => false, () => true] as const),
          );
          files.dieAt = files.writes + then;
          await stage.restart();
          isMending = files.writes >= files.dieAt;
          const { signer, keys, id } = stage;
          expect([signer, keys.fault, leads(keys, id)]).toEqual(['another', undefined, true]);
          files.revive();
          await stage.restart();
          expect([stage.keys.fault, stage.id]).toEqual([undefined, id]);
        }
      }
    }
  });

  it.each(['ring', 'ring.bak'])(
    'are had though %s is for no mending, and change no more',
    async (bad) => {
      const stage = await staged();
      await stage.keys.rotate('a drill');
      await stage.files.overwrite(`/keys/${bad}`, 50, Uint8Array.of(1, 2, 3));
      const whole = bad === 'ring' ? '/keys/ring.bak' : '/keys/ring';
      const bytes = await stage.files.read(whole);
      const error = new StorageError('DISK_FAILED', 'a bad block');
      const { overwrite } = stage.files;
      stage.files.overwrite = async (path, ...rest) => {
        if (path === `/keys/${bad}`) throw error;
        await overwrite.call(stage.files, path, ...rest);
      };
      stage.told.length = 0;
      await stage.restart();
      expect([stage.states(), stage.signer, stage.keys.fault]).toEqual([
        ...['0 overlapping, 1 present', 'another', undefined],
      ]);
      for (const change of ['begin', 'rotate', 'revoke', 'archive'] as const) {
        await expect(stage.keys[change]('now')).rejects.toBe(error);
      }
      expect(stage.told).toEqual([['key.hindered', 'identity', { generation: 1, error }]]);
      expect(await stage.files.read(whole)).toEqual(bytes);
      stage.files.overwrite = overwrite;
      await stage.keys.revoke('now');
      expect(stage.states()).toBe('0 archived, 1 destroyed, 2 present');
    },
  );

  it('are had by who found them late, though a copy cannot be mended', async () => {
    const stage = await staged();
    await stage.keys.rotate('a drill');
    const error = new StorageError('DISK_FAILED', 'a bad block');
    const { read, overwrite } = stage.files;
    stage.files.read = async (path) => {
      if (path.startsWith('/keys')) throw error;
      return await read.call(stage.files, path);
    };
    await stage.restart();
    expect(stage.signer).toBe('nobody, DISK_FAILED');
    stage.files.read = read;
    await stage.files.overwrite('/keys/ring', 50, Uint8Array.of(1, 2, 3));
    stage.files.overwrite = () => Promise.reject(error);
    await expect(stage.keys.archive()).rejects.toBe(error);
    expect([stage.signer, stage.keys.fault]).toEqual(['another', undefined]);
    stage.files.overwrite = overwrite;
    await stage.keys.archive();
    expect(stage.states()).toBe('0 archived, 1 present');
  });

  it('have changed if that reached the disk, though it failed then, which is told', async () => {
    const files = new MortalFiles();
    const stage = await staged(files);
    await stage.keys.rotate('a drill');
    stage.told.length = 0;
    Object.assign(files, { death: 'never, it fails', dieAt: files.writes + 3 });
    await stage.keys.rotate('another');
    expect(stage.states()).toBe('0 overlapping, 1 overlapping, 2 present');
    expect(stage.told.slice(1)).toMatchObject([
      ['key.hindered', 'identity', { generation: 2, error: { code: 'DISK_FAILED' } }],
      ['key.rotated', 'identity', { generation: 2, because: 'another' }],
    ]);
    files.revive();
    await stage.keys.revoke('stolen');
    expect(stage.states()).toBe('0 archived, 1 archived, 2 destroyed, 3 present');
  });

  it('are those that reached the disk, whatever write of a change failed', async () => {
    const seen = new Set<string>();
    for (const change of ['begin', 'rotate', 'revoke', 'archive'] as const) {
      for (let at = 1, isFailing = true; isFailing; at++) {
        const files = new MortalFiles();
        const stage = await staged(files);
        if (change !== 'begin') await stage.keys.rotate('before');
        Object.assign(files, { death: 'never, it fails', dieAt: files.writes + at });
        isFailing = await stage.keys[change]('now').then(...([() => false, () => true] as const));
        const [states, id] = [stage.states(), stage.id];
        seen.add(`${change}: ${states}`);
        await stage.restart();
        expect([stage.states(), stage.id]).toEqual([states, id]);
      }
    }
    expect(seen).toEqual(beforeOrAfter);
  });

  it('are revoked if and only if that does not fail, whatever write failed', async () => {
    for (const isBegun of [true, false]) {
      for (let at = 1, hasFailed = true; hasFailed; at++) {
        const files = new MortalFiles();
        const stage = await staged(files);
        if (isBegun) await stage.keys.rotate('before');
        Object.assign(files, { death: 'never, it fails', dieAt: files.writes + at });
        const isDone = await stage.keys
          .revoke('stolen')
          .then(...([() => true, () => false] as const));
        hasFailed = files.writes >= files.dieAt;
        expect(stage.keys.standings.some(({ state }) => state === 'destroyed')).toBe(isDone);
        files.revive();
        if (!isDone) await stage.keys.revoke('stolen');
        expect(stage.states()).toBe(
          isBegun ? '0 archived, 1 destroyed, 2 present' : '0 destroyed, 1 present',
        );
      }
    }
  });

  it('are revoked at once by what reached one copy, though the disk stays full', async () => {
    const stage = await staged();
    await stage.keys.rotate('a drill');
    const old = stage.id;
    const error = new StorageError('NO_SPACE', 'the disk is full');
    const { overwrite } = stage.files;
    stage.files.overwrite = async (path, ...rest) => {
      if (path === '/keys/ring') throw error;
      await overwrite.call(stage.files, path, ...rest);
    };
    await stage.keys.revoke('stolen');
    for (let nth = 0; nth < 3; nth++) {
      expect([stage.states(), stage.keys.isHonoured(old), leads(stage.keys, old)]).toEqual([
        ...['0 archived, 1 destroyed, 2 present', false, true],
      ]);
      await expect(stage.keys.revoke('the next one, too')).rejects.toBe(error);
    }
    stage.files.overwrite = overwrite;
    await stage.keys.revoke('the next one, too');
    expect(stage.states()).toBe('0 archived, 1 destroyed, 2 destroyed, 3 present');
  });

  it('are lost with a damaged ring, which is said and left as it is', async () => {
    const stage = await staged();
    await stage.keys.rotate('a drill');
    const paths = ['/keys/ring', '/keys/ring.bak'];
    for (const path of paths) await stage.files.overwrite(path, 50, Uint8Array.of(1, 2, 3));
    const damaged = await stage.files.read('/keys/ring');
    await stage.restart();
    const message = '/keys/ring: the key ring is damaged';
    expect(stage.keys.fault).toMatchObject({ code: 'CORRUPT', message });
    await expect(stage.keys.rotate('again')).rejects.toThrow(message);
    await expect(stage.keys.revoke('again')).rejects.toThrow(message);
    expect(await stage.files.read('/keys/ring')).toEqual(damaged);
  });

  it('sign for nobody without the ring, unless there never was one after the first', async () => {
    const stage = await staged();
    await stage.keys.begin();
    await stage.lose();
    await stage.restart();
    expect([stage.signer, stage.keys.fault?.code]).toEqual(['the first', 'CORRUPT']);
    for (const change of ['rotate', 'revoke'] as const) {
      const changed = await staged();
      await changed.keys[change]('now');
      await changed.lose();
      await changed.restart();
      expect([changed.signer, changed.keys.fault?.code]).toEqual(['nobody, CORRUPT', 'CORRUPT']);
    }
  });

  it('sign on for who they were if the ring is lost meanwhile, which is told once', async () => {
    const stage = await staged();
    await stage.keys.rotate('a drill');
    const states = stage.states();
    stage.told.length = 0;
    await stage.lose();
    for (let looks = 0; looks < 3; looks++) await stage.keys.lookAgain();
    expect([stage.signer, stage.states(), stage.keys.fault?.code]).toEqual([
      ...['another', states, 'CORRUPT'],
    ]);
    expect(stage.told).toEqual([
      ['key.lost', 'identity', { because: expect.stringContaining('both copies are missing') }],
    ]);
  });

  it('sign for nobody with a damaged ring that no mark speaks of', async () => {
    const stage = await staged();
    await stage.keys.revoke('stolen');
    await stage.files.remove('/mark');
    const paths = ['/keys/ring', '/keys/ring.bak'];
    for (const path of paths) await stage.files.overwrite(path, 50, Uint8Array.of(1, 2, 3));
    await stage.restart();
    expect(stage.signer).toBe('nobody, CORRUPT');
  });

  it('never sign for the first one again, whenever a crash came before the loss', async () => {
    const seen = new Set<string>();
    for (const change of ['begin', 'rotate', 'revoke'] as const) {
      for (const death of deaths) {
        for (let at = 1, isDying = true; isDying; at++) {
          const outcome: string[] = [];
          for (const isLost of [false, true]) {
            const files = new MortalFiles();
            const stage = await staged(files);
            if (change !== 'begin') await stage.keys.begin();
            Object.assign(files, { death, dieAt: files.writes + at });
            isDying = await stage.keys[change]('now').then(...([() => false, () => true] as const));
            files.revive();
            if (isLost) await stage.lose();
            await stage.restart();
            if (!isLost) expect(stage.keys.fault).toBeUndefined();
            outcome.push(stage.signer);
          }
          seen.add(outcome.join(', without the ring '));
        }
      }
    }
    expect([...seen].sort()).toEqual([
      'another, without the ring nobody, CORRUPT',
      'the first, without the ring nobody, CORRUPT',
      'the first, without the ring the first',
    ]);
  });

  it('are known to be none yet once a disk that hung says so', async () => {
    const stage = new Stage();
    const goOn = hang(stage.files);
    const opening = stage.keys.open();
    await stage.clock.advanceAsync(10_000);
    await opening;
    expect(stage.signer).toBe('nobody, DISK_FAILED');
    const changed = new Promise<void>((resolve) => {
      stage.keys.onChanged = resolve;
    });
    goOn();
    await changed;
    expect([stage.signer, stage.keys.fault, stage.states()]).toEqual(['the first', undefined, '']);
  });

  it('keep nobody waiting for a disk that hangs, and are there once it goes on', async () => {
    const stage = await staged();
    await stage.keys.rotate('a drill');
    const goOn = hang(stage.files);
    const opening = stage.restart();
    await stage.clock.advanceAsync(0);
    await stage.clock.advanceAsync(10_000);
    await opening;
    expect([stage.states(), stage.keys.fault?.code]).toEqual(['', 'DISK_FAILED']);
    expect(stage.signer).toBe('nobody, DISK_FAILED');
    goOn();
    await stage.keys.rotate('another');
    expect(stage.keys.fault).toBeUndefined();
    expect([stage.states(), stage.signer]).toEqual([
      ...['0 overlapping, 1 overlapping, 2 present', 'another'],
    ]);
  });

  it('are looked for once at a time while the disk hangs, and again after that', async () => {
    const stage = await staged();
    await stage.keys.rotate('a drill');
    await stage.lose();
    const goOn = hang(stage.files);
    const opening = stage.restart();
    await stage.clock.advanceAsync(0);
    await stage.clock.advanceAsync(10_000);
    await opening;
    const asked: string[] = [];
    const { read } = stage.files;
    stage.files.read = async (path) => {
      asked.push(path);
      return await read(path);
    };
    const looking = Array.from({ length: 5 }, () => stage.keys.lookAgain());
    goOn();
    await Promise.all(looking);
    const copies = ['/keys/ring.bak', '/keys/ring'];
    expect(asked).toEqual(['/keys/ring', ...copies]);
    await stage.keys.lookAgain();
    expect(asked).toEqual(['/keys/ring', ...copies, ...copies]);
  });

  it('change no more once they are over', async () => {
    const stage = await staged();
    await stage.keys.begin();
    await stage.keys.stop();
    await expect(stage.keys.rotate('late')).rejects.toMatchObject({ code: 'GONE' });
    await stage.clock.advanceAsync(60 * DAY_MS);
    expect(stage.states()).toBe('0 present');
  });
});
