import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RuntimeOptionsInput } from '../../runtime/options/runtime.ts';
import { createRuntime } from '../../runtime/runtime.ts';
import { temporaryDirectory } from '../storage/disk.ts';
import { refusal } from './audit-stage.ts';

const SMALL = { audit: { ballastBytes: 0 } } as const;
const changes = ['rotate', 'revoke'] as const;

/** A directory on a real disk, with copies of its keys as they were. */
class Home {
  readonly #root = temporaryDirectory();
  readonly keys = join(this.#root, 'data', 'keys');
  readonly identity = join(this.#root, 'data', 'identity');

  start(options: RuntimeOptionsInput = {}) {
    const dataDir = join(this.#root, 'data');
    const masterKey = { file: join(this.#root, 'key'), create: true };
    return createRuntime({ ...SMALL, dataDir, masterKey, ...options });
  }

  /** With all that is in it. */
  remove(): void {
    rmSync(join(this.#root, 'data'), { recursive: true });
  }

  copy(name: string): void {
    cpSync(this.keys, join(this.#root, name), { recursive: true });
  }

  putBack(name: string): void {
    rmSync(this.keys, { recursive: true, force: true });
    cpSync(join(this.#root, name), this.keys, { recursive: true });
  }
}

/** Its first id and its last, copies of the keys of both, and where it was listened at. */
async function homeAfter(change: 'begin' | (typeof changes)[number]) {
  const home = new Home();
  const born = await home.start();
  const first = born.peers.id;
  await born.shutdown();
  home.copy('first');
  const grown = await home.start();
  if (change !== 'begin') await grown.keys[change]('identity');
  const { url } = await grown.peers.listen({ port: 0 });
  const last = grown.peers.id;
  await grown.shutdown();
  home.copy('last');
  return { home, first, last, url };
}

const remedy = 'put the last ring back, or begin another directory';
const missing = `both copies are missing, and the next key is nowhere else: ${remedy}`;
const damaged = 'the key ring is damaged';
const older = `it is older than the last one: ${remedy}`;

interface Loss {
  readonly because: string;
  of(home: Home): void;
}

const losses: Readonly<Record<string, Loss>> = {
  removed: { because: missing, of: ({ keys }) => rmSync(keys, { recursive: true }) },
  emptied: {
    because: missing,
    of: ({ keys }) => {
      rmSync(keys, { recursive: true });
      mkdirSync(keys);
    },
  },
  zeroed: {
    because: damaged,
    of: ({ keys }) => {
      for (const name of ['ring', 'ring.bak']) writeFileSync(join(keys, name), Buffer.alloc(800));
    },
  },
  'put back as they began': { because: older, of: (home) => home.putBack('first') },
};

const cases = changes.flatMap((change) =>
  Object.entries(losses).map(([name, loss]) => [name, change, loss] as const),
);

describe('a directory that has lost its identity keys', () => {
  it.each(cases)(
    'is nobody if they are %s after a %s, until the last are back',
    async (...each) => {
      const [, change, loss] = each;
      const { home, first, last, url } = await homeAfter(change);
      expect(first).not.toBe(last);
      loss.of(home);
      const lost = await home.start({ listen: { port: Number(new URL(url).port) } });
      await using stranger = await createRuntime({ listen: { port: 0 } });
      const [there = ''] = stranger.peers.urls;
      const file = `${home.keys}/ring: ${loss.because}`;
      const nobody = `DATA_DAMAGED: it is not known which identity is the present one: ${file}`;
      expect([
        await refusal(lost.peers.listen({ port: 0 })),
        await refusal(lost.peers.connect(there)),
        await refusal(lost.peers.connect(stranger.peers.id)),
        await refusal((async () => lost.peers.id)()),
        await refusal(Promise.reject(lost.peers.fault)),
        await refusal(lost.keys.exportPublic()),
      ]).toEqual([nobody, nobody, nobody, nobody, nobody, `DATA_DAMAGED: ${file}`]);
      expect(await refusal(stranger.peers.connect(url))).toMatch(/^PEER_UNREACHABLE/);
      expect([lost.peers.urls, stranger.peers.list()]).toEqual([[], []]);
      await lost.audit.append({ type: 'order.placed' });
      lost.peers.blacklist.blame(stranger.peers.id, { reason: 'floods' });
      await lost.peers.blacklist.forgive(stranger.peers.id);
      const blaming = async () => lost.peers.blacklist.blame(first, { reason: 'floods' });
      expect(await refusal(blaming())).toBe('RangeError: id must be that of another runtime');
      await lost.shutdown();
      home.putBack('last');
      await using back = await home.start({ listen: { port: 0 } });
      const [here = ''] = back.peers.urls;
      const seen = await stranger.peers.connect(here);
      expect([back.peers.id, seen.id, back.peers.fault]).toEqual([last, last, undefined]);
    },
  );

  it('is who it was once the last are back, without a restart, and listens as told', async () => {
    const { home, last } = await homeAfter('revoke');
    home.putBack('first');
    const options = { audit: { ballastBytes: 0, healthMs: 50 }, listen: { port: 0 } };
    await using lost = await home.start(options);
    expect([lost.peers.fault?.code, lost.peers.urls]).toEqual(['DATA_DAMAGED', []]);
    home.putBack('last');
    await expect.poll(() => lost.peers.urls.length, { timeout: 10_000 }).toBe(1);
    await using stranger = await createRuntime();
    const [here = ''] = lost.peers.urls;
    const seen = await stranger.peers.connect(here);
    expect([lost.peers.fault, lost.peers.id, seen.id]).toEqual([undefined, last, last]);
  });

  it('while it runs stays who it is, and changes them once the last are back', async () => {
    const { home, last } = await homeAfter('rotate');
    await using runtime = await home.start({ audit: { ballastBytes: 0, healthMs: 50 } });
    home.remove();
    await expect.poll(() => existsSync(home.identity), { timeout: 10_000 }).toBe(true);
    const file = `DATA_DAMAGED: ${home.keys}/ring: ${missing}`;
    expect([
      await refusal(runtime.keys.rotate('identity')),
      await refusal(runtime.keys.revoke('identity')),
      ...[existsSync(home.keys), runtime.peers.id],
    ]).toEqual([file, file, false, last]);
    home.putBack('last');
    await runtime.keys.revoke('identity');
    const next = runtime.peers.id;
    await runtime.shutdown();
    await using again = await home.start();
    expect([again.peers.id === last, again.peers.id]).toEqual([false, next]);
  });

  it.each(Object.entries(losses).slice(0, 3))(
    'is who it was if they are %s, and it never had others',
    async (_, loss) => {
      const { home, first } = await homeAfter('begin');
      loss.of(home);
      await using lost = await home.start({ listen: { port: 0 } });
      await using stranger = await createRuntime();
      const [here = ''] = lost.peers.urls;
      const seen = await stranger.peers.connect(here);
      expect([lost.peers.id, seen.id, lost.peers.fault]).toEqual([first, first, undefined]);
      const because = `DATA_DAMAGED: ${home.keys}/ring: ${loss.because}`;
      expect(await refusal(lost.keys.rotate('identity'))).toBe(because);
    },
  );
});
