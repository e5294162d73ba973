import { describe, expect, it } from 'vitest';
import { StorageError } from '../../storage/faults.ts';
import type { Kv, KvStore } from '../../storage/ports.ts';
import { AuditStage } from './audit-stage.ts';

/** So many segments, each with one record: `a0`, `a1`, … The next one is active, and empty. */
async function fill(stage: AuditStage, segments: number): Promise<void> {
  for (let each = 0; each < segments; each++) {
    await stage.outcomes([stage.append(`a${each}`)]);
    await rotate(stage);
  }
}

async function rotate(stage: AuditStage): Promise<void> {
  const rotation = stage.audit.rotate();
  await stage.pass(0);
  await rotation;
}

/** The first such call from now on waits until it is told to go on. */
function hold(
  { disk }: AuditStage,
  method: 'read' | 'remove' | 'overwrite' | 'append' | 'replace',
  isOne: (path: string) => boolean,
): () => void {
  const usual = disk[method].bind(disk) as (path: string, ...rest: unknown[]) => Promise<unknown>;
  let goOn = (): void => {};
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let isHolding = true;
  const held = async (path: string, ...rest: unknown[]): Promise<unknown> => {
    if (isHolding && isOne(path)) {
      isHolding = false;
      await gate;
    }
    return await usual(path, ...rest);
  };
  Object.assign(disk, { [method]: held });
  return goOn;
}

const stages = ({ audit }: AuditStage): readonly string[] =>
  audit.status().segments.map(({ segment, stage }) => `${segment} ${stage}`);

const holdKeyPage = (stage: AuditStage): (() => void) =>
  hold(stage, 'overwrite', (path) => path.includes('/keys.'));

/** What stores give out is not what was put in, while `isOn`. */
function rotting(kv: Kv, isOn: { now: boolean }): Kv {
  const rot = (store: KvStore): KvStore => ({
    get: (key) => store.get(key),
    commit: (puts, deletes) => store.commit(puts, deletes),
    settle: () => store.settle(),
    close: () => store.close(),
    async *scan(range) {
      for await (const { key, value } of store.scan(range)) {
        yield { key, value: isOn.now ? value.map((byte) => byte ^ 1) : value };
      }
    },
  });
  return {
    open: async (path) => rot(await kv.open(path)),
    create: async (path) => rot(await kv.create(path)),
    readRaw: (path, options) => kv.readRaw(path, options),
    repair: (path) => kv.repair(path),
    destroy: (path) => kv.destroy(path),
  };
}

async function flip({ disk }: AuditStage, path: string, at: number): Promise<void> {
  const bytes = Uint8Array.from((await disk.read(path)) ?? []);
  bytes[bytes.length + at] = (bytes.at(at) ?? 0) ^ 1;
  await disk.replace(path, bytes);
}

describe('an audit log that opens too late', () => {
  it('is let go, so that the next one can be opened', async () => {
    const stage = new AuditStage();
    stage.disk.hang();
    const opening = expect(stage.open()).rejects.toMatchObject({ code: 'DISK_FAILED' });
    await stage.pass(5_000);
    await opening;
    stage.disk.goOn();
    await stage.pass(0);
    await stage.open();
    expect(await stage.outcomes([stage.append('a')])).toEqual([0]);
  });

  it('is let go if all was closed meanwhile, and nothing more is told of it', async () => {
    const stage = await AuditStage.open();
    stage.disk.failing = { after: 0, how: 'unwritten' };
    await stage.outcomes([stage.append('a')]);
    stage.disk.hang();
    await stage.pass(1_000);
    const closing = stage.audit.close(500);
    await stage.pass(5_000);
    await closing;
    stage.told.length = 0;
    stage.disk.goOn();
    await stage.pass(0);
    expect([stage.told, stage.clock.pending, stage.audit.mode]).toEqual([[], 0, 'closed']);
    await stage.open();
    expect(await stage.outcomes([stage.append('b')])).toEqual([0]);
  });
});

describe('an audit log that is opened, but not taken', () => {
  /** In a second, the log is opened anew; the first look at the active segment is `stat`. */
  async function reopening(stat: () => Promise<undefined>): Promise<AuditStage> {
    const stage = await AuditStage.open();
    stage.disk.failing = { after: 0, how: 'unwritten' };
    await stage.outcomes([stage.append('a')]);
    const usual = stage.disk.stat.bind(stage.disk);
    stage.disk.stat = async (path) => {
      if (path !== '/audit/segments/00000001') return await usual(path);
      stage.disk.stat = usual;
      return await stat();
    };
    return stage;
  }

  it('is let go, and opened again', async () => {
    const fails = () => Promise.reject(new StorageError('DISK_FAILED', 'the disk failed'));
    const stage = await reopening(fails);
    await stage.pass(1_000);
    expect(stage.audit.mode).toBe('spooling');
    expect(await stage.outcomes([stage.append('b')], 10_000)).toEqual([1]);
    expect([stage.audit.mode, await stage.onDisk()]).toEqual(['readWrite', ['a', 'b']]);
  });

  it('is let go before the end', async () => {
    const hangs = () =>
      new Promise<undefined>((resolve) => stage.clock.after(900, () => resolve(undefined)));
    const stage = await reopening(hangs);
    await stage.pass(1_000);
    let isClosed = false;
    void stage.audit.close(5_000).then(() => {
      isClosed = true;
    });
    await stage.pass(100);
    const wasClosed = isClosed;
    await stage.pass(900);
    expect([wasClosed, isClosed]).toEqual([false, true]);
  });

  it('is let go if all is closed meanwhile', async () => {
    const hangs = () =>
      new Promise<undefined>((resolve) => stage.clock.after(900, () => resolve(undefined)));
    const stage = await reopening(hangs);
    await stage.pass(1_000);
    const closing = stage.audit.close(100);
    await stage.pass(1_000);
    await closing;
    expect([stage.clock.pending, stage.audit.status().segments]).toEqual([0, []]);
    await stage.open();
    expect(await stage.outcomes([stage.append('b')])).toEqual([0]);
  });
});

describe('what is done to segments that have ended', () => {
  it('is over before the log is opened anew, for both would write the key page', async () => {
    const stage = await AuditStage.open();
    await fill(stage, 2);
    const goOn = holdKeyPage(stage);
    const shredding = stage.audit.erasure.shred({ index: 1 }, 'asked for').catch(() => []);
    await stage.pass(0);
    stage.disk.failing = { after: 0, how: 'unwritten' };
    const lost = stage.append('b');
    await stage.pass(3_000);
    const rotation = stage.audit.rotate().catch(() => {});
    await stage.pass(0);
    goOn();
    await stage.pass(60_000);
    await Promise.all([shredding, rotation]);
    await rotate(stage);
    expect(await stage.outcomes([lost, stage.append('c')])).toEqual([2, 3]);
    await stage.crash();
    expect(await stage.onDisk()).toEqual(['[0-1 shredded]', 'a1', 'b', 'c']);
  });

  it('ends where the log is lost, and is done by the next one', async () => {
    const stage = await AuditStage.open();
    await fill(stage, 3);
    const goOn = holdKeyPage(stage);
    const shredding = stage.audit.erasure.shred({}, 'asked for').catch(({ code }) => code);
    await stage.pass(0);
    stage.disk.failing = { after: 0, how: 'unwritten' };
    const lost = stage.append('b');
    await stage.pass(3_000);
    goOn();
    await stage.pass(10_000);
    expect([await shredding, await stage.onDisk()]).toEqual([
      'GONE',
      ['[0-1 shredded]', 'a1', 'a2', 'b'],
    ]);
    const again = stage.audit.erasure.shred({}, 'asked for');
    await stage.pass(0);
    expect([await again, await stage.outcomes([lost])]).toEqual([[2, 3], [3]]);
    expect((await stage.audit.verify()).problems).toEqual([]);
  });

  it('holds no check up but at the segment that it is at', async () => {
    const stage = await AuditStage.open();
    await fill(stage, 3);
    const shredding = stage.audit.erasure.shred({ index: 1 }, 'asked for');
    await stage.pass(0);
    await shredding;
    const goOn = holdKeyPage(stage);
    const more = stage.audit.erasure.shred({}, 'asked for');
    await stage.pass(0);
    const heard: number[] = [];
    const check = stage.audit.verify((done) => heard.push(done));
    await stage.pass(0);
    const before = [...heard];
    goOn();
    await stage.pass(0);
    expect([before, await more, (await check).problems]).toEqual([[0, 1], [2, 3], []]);
  });

  it('holds no rotation up', async () => {
    const stage = await AuditStage.open();
    await fill(stage, 2);
    const goOn = hold(stage, 'replace', (path) => path.endsWith('.leaves'));
    const shredding = stage.audit.erasure.shred({}, 'asked for');
    await stage.outcomes([stage.append('b')], 100);
    const rotated = stage.audit.rotate().then(() => stages(stage));
    await stage.pass(100);
    const sooner = await Promise.race([rotated, 'never']);
    goOn();
    await stage.pass(100);
    expect([sooner, await shredding]).toEqual([
      ['1 shredding', '2 closed', '3 closed', '4 active'],
      [1, 2],
    ]);
  });

  it('is over before the end, and nothing more is begun', async () => {
    const stage = await AuditStage.open();
    await fill(stage, 3);
    const goOn = holdKeyPage(stage);
    const shredding = stage.audit.erasure.shred({}, 'asked for').catch(({ code }) => code);
    await stage.pass(0);
    const closing = stage.audit.close(5_000);
    await stage.pass(1_000);
    goOn();
    await stage.pass(0);
    await closing;
    expect([await shredding, stage.clock.pending]).toEqual(['GONE', 0]);
    const { verdict, problems } = await stage.audit.verify();
    expect([verdict, problems]).toEqual(['shredded', []]);
    await stage.open();
    expect(stage.facts('audit.torn', 'audit.quarantined', 'audit.sealed')).toEqual([]);
    expect(await stage.onDisk()).toEqual(['[0-1 shredded]', 'a1', 'a2']);
  });

  it('is never done by retention to one in doubt, only by whoever asks for it', async () => {
    const retention = { ageMs: 1, bytesMax: 0, segmentsMax: 0 };
    const stage = await AuditStage.open({ retention });
    await stage.outcomes(['a', 'b'].map((text) => stage.append(text)));
    await stage.pass(200);
    await flip(stage, '/audit/segments/00000001/store', -40);
    await stage.crash();
    expect(stage.facts('audit.quarantined')).toMatchObject([{ segment: 1 }]);
    await fill(stage, 2);
    await stage.pass(3_700_000);
    const { segments } = stage.audit.status();
    expect(segments).toEqual([
      { segment: 1, stage: 'quarantined' },
      { segment: 4, stage: 'active' },
    ]);
    const shredding = stage.audit.erasure.shred({}, 'asked for');
    await stage.pass(0);
    expect(await shredding).toEqual([1]);
  });
});

describe('an audit log whose newest record comes back damaged', () => {
  it('takes no more until the operator says so, then sets apart what is damaged', async () => {
    const stage = new AuditStage();
    const isRotten = { now: false };
    stage.place = { ...stage.place, kv: rotting(stage.kv, isRotten) };
    await stage.open();
    await stage.outcomes(['a', 'b'].map((text) => stage.append(text)));
    await stage.pass(200);
    await flip(stage, '/audit/segments/00000001/store', -40);
    isRotten.now = true;
    await stage.pass(1_000);
    expect([stage.audit.mode, stage.audit.isRefusing, stage.moves()]).toEqual([
      ...['failed', true, ['readWrite>failed record 1 is damaged']],
    ]);
    stage.record('fact');
    const refused = [stage.append('c', 'spool'), stage.append('d', 'closed')];
    expect(await stage.outcomes(refused, 600_000)).toEqual(Array(2).fill('AUDIT_UNAVAILABLE'));
    isRotten.now = false;
    stage.audit.resume();
    await stage.pass(0);
    expect(stage.audit.mode).toBe('readWrite');
    expect(stage.facts('audit.quarantined')).toMatchObject([{ segment: 1 }]);
    expect(await stage.outcomes([stage.append('e')])).toEqual([3]);
    expect((await stage.onDisk()).slice(-2)).toEqual(['fact', 'e']);
  });
});

describe('an audit log whose place another took', () => {
  it('writes no head there, and is let go', async () => {
    const stage = await AuditStage.open();
    await stage.outcomes([stage.append('a')], 200);
    stage.disk.removeAll();
    await stage.disk.makeDirectory('/audit');
    const head = new Uint8Array(8_192).fill(7);
    await stage.disk.create('/audit/head', head);
    stage.disk.isFooled = true;
    await stage.outcomes([stage.append('b')], 100);
    expect(await stage.disk.read('/audit/head')).toEqual(head);
    expect(stage.moves()).toEqual(['readWrite>spooling files.vanished']);
  });
});

describe('a head that somebody removed while the process lived', () => {
  it.each([
    ['rotates', (stage: AuditStage) => stage.audit.rotate()],
    ['ends', (stage: AuditStage) => stage.audit.close(1_000)],
  ])('is missed for good, though the log %s before it is looked for', async (_, work) => {
    const stage = await AuditStage.open();
    await stage.outcomes([stage.append('a')], 1_000);
    await stage.disk.remove('/audit/head');
    await Promise.all([work(stage).catch(() => {}), stage.pass(10)]);
    if (stage.audit.mode === 'closed') await stage.crash();
    await stage.pass(60_000);
    const { verdict } = await stage.audit.verify();
    expect([stage.audit.mode, verdict]).toEqual(['readWrite', 'tampered']);
    expect(await stage.read()).toEqual(['a']);
  });
});

describe('a directory in place of a file of the log', () => {
  it.each([
    ['keys.a', 'a is misshapen'],
    ['keys.b', 'b is misshapen'],
    ['head', 'the head is missing or damaged'],
  ])('is put aside, and told of, where it is %s', async (name, what) => {
    const stage = await AuditStage.open();
    await stage.outcomes([stage.append('a')], 1_000);
    const because = expect.stringContaining(what);
    const told = [{ type: 'audit.mended', verdict: 'tampered', because }];
    const replaced = async (): Promise<void> => {
      await stage.disk.remove(`/audit/${name}`);
      await stage.disk.makeDirectory(`/audit/${name}`);
    };
    await replaced();
    const rotation = stage.audit.rotate().catch(() => {});
    stage.record('b');
    await stage.pass(30_000);
    await rotation;
    expect([stage.audit.mode, stage.facts('audit.mended')]).toEqual(['readWrite', told]);
    await replaced();
    await stage.crash();
    expect([stage.audit.mode, stage.facts('audit.mended')]).toEqual(['readWrite', told]);
    const aside = [`/audit/${name}.damaged`, `/audit/${name}.damaged.2`];
    const found = await Promise.all(aside.map((path) => stage.disk.stat(path)));
    expect(found.map((each) => each?.kind)).toEqual(['directory', 'directory']);
    expect((await stage.onDisk()).slice(0, 2)).toEqual(['a', 'b']);
  });

  it('keeps it from being opened where a file stands for its segments', async () => {
    const stage = await AuditStage.open();
    await stage.outcomes([stage.append('a')], 1_000);
    await stage.disk.rename('/audit/segments', '/mine');
    await stage.disk.create('/audit/segments', Uint8Array.of(1));
    const refused = await stage.crash().catch(({ code, message }) => ({ code, message }));
    expect(refused).toEqual({ code: 'TAKEN', message: expect.stringContaining("of 'segments'") });
    await stage.disk.remove('/audit/segments');
    await stage.disk.rename('/mine', '/audit/segments');
    await stage.open();
    expect([stage.audit.mode, await stage.onDisk()]).toEqual(['readWrite', ['a']]);
  });
});

describe('the spool of an earlier process', () => {
  /** A process ended with two facts aside; the next one waits for `method` of the spool. */
  async function hanging(method: 'read' | 'remove') {
    const stage = await AuditStage.open();
    stage.disk.failing = { after: 0, how: 'unwritten' };
    await stage.outcomes([stage.append('a')]);
    for (const fact of ['b', 'c']) stage.record(fact);
    await stage.pass(0);
    const goOn = hold(stage, method, (path) => path === '/audit/spool');
    const opening = stage.crash().catch(({ code }) => code);
    await stage.pass(5_000);
    goOn();
    await stage.pass(0);
    return { stage, opening };
  }

  it('keeps nobody waiting for long who opens the log, and the log not open', async () => {
    const { stage, opening } = await hanging('read');
    expect([await opening, stage.clock.pending]).toEqual(['DISK_FAILED', 0]);
    await stage.open();
    expect([stage.audit.mode, await stage.onDisk()]).toEqual(['readWrite', ['b', 'c']]);
  });

  it('goes in once, though it takes its time to go away', async () => {
    const { stage, opening } = await hanging('remove');
    expect(await opening).toBe(undefined);
    expect(stage.moves()).toContain('readWrite>spooling append.stalled');
    expect(await stage.outcomes([stage.append('d')], 10_000)).toEqual([2]);
    expect([stage.audit.mode, await stage.onDisk()]).toEqual(['readWrite', ['b', 'c', 'd']]);
  });

  it.each(['written', 'unwritten'] as const)('goes in once, if that fails: %s', async (how) => {
    const stage = await AuditStage.open();
    stage.disk.failing = { after: 0, how: 'unwritten' };
    await stage.outcomes([stage.append('a')]);
    for (const fact of ['b', 'c']) stage.record(fact);
    await stage.pass(0);
    stage.disk.failing = { after: 1, how };
    await stage.crash();
    expect([stage.audit.mode, stage.audit.status().spooled]).toEqual(['spooling', 2]);
    expect(await stage.outcomes([stage.append('d')], 10_000)).toEqual([2]);
    expect([stage.audit.mode, await stage.onDisk()]).toEqual(['readWrite', ['b', 'c', 'd']]);
  });
});

describe('facts in the commit under way', () => {
  it('are not lost when the log fails, and come back with it', async () => {
    const stage = await AuditStage.open();
    stage.disk.isReadOnly = true;
    stage.record('fact');
    const append = stage.append('a');
    await stage.pass(0);
    stage.record('lost');
    expect(await stage.outcomes([append], 3 * 3_600_000)).toEqual(['AUDIT_UNAVAILABLE']);
    expect([stage.audit.mode, stage.audit.status().lost]).toEqual(['failed', 1]);
    stage.disk.isReadOnly = false;
    stage.audit.resume();
    await stage.pass(1_000);
    expect([stage.audit.mode, await stage.onDisk()]).toEqual(['readWrite', ['fact']]);
  });

  it.each(['written', 'unwritten'] as const)(
    'survive the end of the log, once: %s',
    async (how) => {
      const stage = await AuditStage.open();
      stage.disk.failing = { after: 0, how };
      stage.record('fact');
      await stage.pass(0);
      const closing = stage.audit.close(1_000);
      await stage.pass(0);
      await closing;
      await stage.open();
      expect(await stage.onDisk()).toEqual(['fact']);
    },
  );
});

describe('the end of an audit log', () => {
  it('promises all that is in it, and is there to be read and checked', async () => {
    const stage = await AuditStage.open();
    await fill(stage, 1);
    const appends = ['b', 'c'].map((text) => stage.append(text));
    const closing = stage.audit.close(500);
    await stage.pass(0);
    await closing;
    expect(await stage.outcomes(appends)).toEqual([1, 2]);
    const { size, promisedSize, segment, queued } = stage.audit.status();
    expect([size, promisedSize, segment, queued]).toEqual([3, 3, 2, 0]);
    expect([await stage.read(), (await stage.audit.verify()).verdict]).toEqual([
      ['a0', 'b', 'c'],
      'ok',
    ]);
  });

  it('is the end: a commit that comes back later begins nothing more', async () => {
    const stage = await AuditStage.open({ segmentBytesMax: 10 });
    stage.disk.hang();
    const appends = ['a', 'b'].map((text) => stage.append(text));
    await stage.pass(0);
    const closing = expect(stage.audit.close(500)).rejects.toMatchObject({ code: 'DISK_FAILED' });
    await stage.pass(500);
    await closing;
    stage.disk.goOn();
    await stage.pass(60_000);
    expect([await stage.outcomes(appends), stage.clock.pending]).toEqual([
      ['AUDIT_CLOSED', 'AUDIT_CLOSED'],
      0,
    ]);
    expect(await stage.disk.list('/audit/segments')).not.toContain('00000002');
    await stage.open();
    expect(stage.facts('audit.quarantined', 'audit.torn')).toEqual([]);
    expect(await stage.onDisk()).toEqual(['a', 'b']);
  });

  it('is not called clean if what was being done is not over', async () => {
    const stage = await AuditStage.open();
    await stage.outcomes([stage.append('a')]);
    const goOn = hold(stage, 'append', (path) => path.endsWith('/store'));
    const append = stage.append('b');
    const closing = expect(stage.audit.close(500)).rejects.toMatchObject({ code: 'DISK_FAILED' });
    await stage.pass(500);
    await closing;
    expect(await stage.disk.list('/audit/segments')).toEqual(['00000001']);
    goOn();
    await stage.pass(0);
    expect([await stage.outcomes([append]), await stage.disk.list('/audit/segments')]).toEqual([
      ['AUDIT_CLOSED'],
      ['00000001'],
    ]);
    await stage.open();
    expect([await stage.onDisk(), (await stage.audit.verify()).problems]).toEqual([['a', 'b'], []]);
  });

  const losses: Record<string, (stage: AuditStage) => void> = {
    'its disk fails': ({ disk }) => {
      disk.failing = { after: 0, how: 'unwritten' };
    },
    'its disk is read-only': ({ disk }) => {
      disk.isReadOnly = true;
    },
    'its disk is full': ({ disk }) => {
      disk.spaceBytes = 0;
    },
    'its disk hangs': ({ disk }) => disk.hang(),
    'its files are gone': ({ disk }) => disk.removeAll(),
  };

  it.each(Object.keys(losses))(
    'comes at any moment after %s, and no timer is left',
    async (how) => {
      for (const afterMs of [0, 1, 999, 1_000, 1_500, 2_001, 30_000]) {
        const stage = await AuditStage.open();
        losses[how]?.(stage);
        stage.record('fact');
        const append = stage.append('a');
        await stage.pass(afterMs);
        let isOver = false;
        const closing = stage.audit.close(500).catch(() => {});
        void closing.then(() => {
          isOver = true;
        });
        await stage.pass(500);
        expect([isOver, stage.audit.mode]).toEqual([true, 'closed']);
        expect(['waits', undefined]).not.toContain((await stage.outcomes([append]))[0]);
        await stage.pass(5_000);
        expect([afterMs, stage.clock.pending]).toEqual([afterMs, 0]);
      }
    },
  );

  it.each(Object.keys(losses))('is no pile of timers, though %s for an hour', async (how) => {
    const stage = await AuditStage.open({ healthMs: 60_000 });
    losses[how]?.(stage);
    let most = 0;
    for (let part = 0; part < 3; part++) {
      stage.record('fact');
      void stage.append('a');
      await stage.pass(1_200_000);
      most = Math.max(most, stage.clock.pending);
    }
    expect(most).toBeLessThanOrEqual(4);
  });
});
