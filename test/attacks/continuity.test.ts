import { cpSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRuntime, type Runtime } from '../../runtime/runtime.ts';
import { temporaryDirectory } from '../storage/disk.ts';

/** A shop on a real socket, whose process comes and goes at one address; and who dials it. */
class Town {
  readonly home = temporaryDirectory();
  readonly #running = new Set<Runtime>();
  port = 0;

  constructor() {
    onTestFinished(async () => {
      await Promise.all([...this.#running].map((each) => each.shutdown({ deadlineMs: 2_000 })));
    });
  }

  async open(name: string): Promise<Runtime> {
    const masterKey = { file: `${this.home}/${name}.key`, create: true };
    const dataDir = `${this.home}/${name}`;
    // Whoever is refused is told so late.
    const timeouts = { handshakeMs: 2_000 };
    const rt = await createRuntime({ name, dataDir, masterKey, timeouts });
    this.#running.add(rt);
    return rt;
  }

  async listen(name: string) {
    const rt = await this.open(name);
    const { url } = await rt.peers.listen({ port: this.port });
    this.port = Number(new URL(url).port);
    return { rt, url };
  }

  async close(rt: Runtime): Promise<void> {
    this.#running.delete(rt);
    await rt.shutdown({ deadlineMs: 2_000 });
  }

  /** All that the shop has on its disk, and its master key, as of now. */
  steal(from: string, to: string): void {
    cpSync(`${this.home}/${from}`, `${this.home}/${to}`, { recursive: true });
    cpSync(`${this.home}/${from}.key`, `${this.home}/${to}.key`);
  }
}

/** The id of whoever is reached there, or the code of why nobody is. */
const reached = (rt: Runtime, url: string, identity?: string): Promise<string> =>
  rt.peers.connect(url, identity === undefined ? {} : { identity }).then(
    ({ id }) => id,
    (error: { readonly code: string }) => error.code,
  );

describe('a peer that changes its key', () => {
  it('is still reached by who knew it before, under its old id, too', async () => {
    const town = new Town();
    const { rt: shop, url } = await town.listen('shop');
    const { id: first } = shop.peers;
    const till = await town.open('till');
    expect(await reached(till, url)).toBe(first);
    await town.close(till);
    await shop.keys.rotate('identity', { reason: 'a drill' });
    await shop.keys.rotate('identity', { reason: 'another' });
    await town.close(shop);
    const { rt: again } = await town.listen('shop');
    const { id: third } = again.peers;
    expect(third).not.toBe(first);
    const pinned = await town.open('till');
    expect(await reached(pinned, url)).toBe(third);
    const other = await town.open('other');
    expect(await reached(other, url, first)).toBe(third);
  });

  it('is not taken for whoever stole its first key, once its next one was seen', async () => {
    const town = new Town();
    const { rt: shop, url } = await town.listen('shop');
    const { id: first } = shop.peers;
    await shop.keys.exportPublic();
    await town.close(shop);
    town.steal('shop', 'thief');
    const { rt: later } = await town.listen('shop');
    const till = await town.open('till');
    expect(await reached(till, url, first)).toBe(first);
    await later.keys.revoke('identity', { reason: 'it was stolen' });
    await Promise.all([town.close(later), town.close(till)]);
    const { rt: mended } = await town.listen('shop');
    const { id: second } = mended.peers;
    const again = await town.open('till');
    expect(await reached(again, url, first)).toBe(second);
    await Promise.all([town.close(mended), town.close(again)]);
    const { rt: thief } = await town.listen('thief');
    expect(thief.peers.id).toBe(first);
    const last = await town.open('till');
    expect([await reached(last, url, first), await reached(last, url)]).toEqual([
      'PEER_IDENTITY_CHANGED',
      'PEER_IDENTITY_CHANGED',
    ]);
  });
});

describe('a peer that changes its key, and dials', () => {
  it('is rid of no ban by it, and loses no grant, over restarts of both', async () => {
    const town = new Town();
    const { rt: shop, url } = await town.listen('shop');
    const standings = async (of: Runtime, name: string) => {
      const rt = await town.open(name);
      const outcome = await reached(rt, url);
      const { id } = rt.peers;
      const level = of.peers.find(id)?.level;
      await rt.keys.rotate('identity', { reason: 'a drill' });
      await town.close(rt);
      return { id, isIn: outcome === of.peers.id, level };
    };
    const [eve, ann] = [await standings(shop, 'eve'), await standings(shop, 'ann')];
    shop.peers.ban(eve.id, { reason: 'test', forMs: 3_600_000 });
    await shop.peers.grant(ann.id, { level: 'privileged' });
    const second = [await standings(shop, 'eve'), await standings(shop, 'ann')];
    await town.close(shop);
    const { rt: again } = await town.listen('shop');
    const third = [await standings(again, 'eve'), await standings(again, 'ann')];
    expect([...second, ...third].map(({ isIn, level }) => [isIn, level])).toEqual([
      ...[
        [false, undefined],
        [true, 'privileged'],
      ],
      ...[
        [false, undefined],
        [true, 'privileged'],
      ],
    ]);
    expect(new Set([eve, ann, ...second, ...third].map(({ id }) => id)).size).toBe(6);
    const { records, agrees } = await again.peers.explain(ann.id);
    expect([records.map(({ signal }) => signal), agrees]).toEqual([['peer.followed'], true]);
  });
});

describe('a key that is stolen while its owner is connected', () => {
  it('opens nothing once it is revoked, and the owner is there as before', async () => {
    const town = new Town();
    const { rt: shop, url } = await town.listen('shop');
    const first = await town.open('ann');
    await first.keys.exportPublic();
    await town.close(first);
    town.steal('ann', 'thief');
    const ann = await town.open('ann');
    expect(await reached(ann, url)).toBe(shop.peers.id);
    const { id: stolen } = ann.peers;
    await shop.peers.grant(stolen, { level: 'privileged' });
    const isBack = new Promise<void>((resolve) => {
      shop.events$.subscribe(({ type, subject }) => {
        if (type === 'peer.opened' && subject === ann.peers.id) resolve();
      });
    });
    await ann.keys.revoke('identity', { reason: 'it was stolen' });
    await isBack;
    expect(shop.peers.list()).toMatchObject([{ id: ann.peers.id, level: 'privileged' }]);
    const thief = await town.open('thief');
    expect(thief.peers.id).toBe(stolen);
    expect(await reached(thief, url)).toBe('PEER_UNREACHABLE');
    expect(shop.peers.list().map(({ id }) => id)).toEqual([ann.peers.id]);
  });
});
