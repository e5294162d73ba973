import { beforeEach, describe, expect, it } from 'vitest';
import type { Peer } from '../../runtime/peer.ts';
import { type Listening, PeersStage } from './peers-stage.ts';

let stage: PeersStage;
let shop: Listening;
let peer: Peer;

beforeEach(async () => {
  stage = new PeersStage();
  shop = await stage.listening({ limits: { sandboxesMax: 8 } });
  const till = await stage.machine();
  const { peers } = shop.rt;
  await stage.until(peers.grant(till.rt.peers.id, { level: 'critical' }));
  peers.handle('echo', { level: 'basic', effect: 'read', sandbox: 'echo' });
  peers.handle('audit', { level: 'privileged', effect: 'read', sandbox: 'echo' });
  peers.handle('wipe', { level: 'critical', sandbox: 'echo' });
  peers.handle('crash', { level: 'basic', effect: 'read', sandbox: 'crash' });
  peer = await stage.until(till.rt.peers.connect(shop.url, { identity: peers.id }));
});

const proved = (): unknown[] =>
  shop.facts.filter(({ type }) => type === 'isolation.proved').map(({ subject }) => subject);

describe('a method that is served by code in a sandbox', () => {
  it('is answered with what the code comes to, kept in as its level asks for', async () => {
    expect(await stage.until(peer.request('echo', { sku: 'tea' }))).toEqual({ sku: 'tea' });
    expect(proved()).toEqual(['isolate']);
    expect(await stage.until(peer.request('audit', 1))).toBe(1);
    expect(await stage.until(peer.request('wipe', 2))).toBe(2);
    expect(proved()).toEqual(['isolate', 'process', 'microvm']);
  });

  it('is refused while nothing can keep it in as it must be, and answered again then', async () => {
    shop.vms.begin('microvm', 'absent', 20_000);
    const unavailable = 'ISOLATION_UNAVAILABLE: no isolation is strong enough now';
    expect(await stage.refusal(peer.request('wipe', 1))).toBe(unavailable);
    expect(await stage.refusal(peer.request('wipe', 1))).toBe(unavailable);
    expect(await stage.until(peer.request('audit', 2))).toBe(2);
    await stage.clock.advanceAsync(90_000);
    expect(await stage.until(peer.request('wipe', 3))).toBe(3);
  });

  it('is beyond a peer whose level falls with the isolation, as its summary shows', async () => {
    const levels = () =>
      shop.rt.peers.list().map(({ level, sandboxedLevel }) => [level, sandboxedLevel]);
    const seen = [levels()];
    for (const [isolation, method] of [
      ['microvm', 'wipe'],
      ['process', 'audit'],
    ] as const) {
      shop.vms.begin(isolation, 'absent', 20_000);
      await stage.refusal(peer.request(method, 1));
      seen.push(levels());
    }
    shop.rt.peers.handle('host', { level: 'critical', effect: 'read' }, () => 'at your service');
    expect(await stage.until(peer.request('host'))).toBe('at your service');
    await stage.clock.advanceAsync(90_000);
    seen.push(levels());
    expect(seen).toEqual([
      [['critical', 'critical']],
      [['critical', 'privileged']],
      [['critical', 'verified']],
      [['critical', 'critical']],
    ]);
  });

  it('tells its caller no more of what goes wrong inside than any other', async () => {
    expect(await stage.refusal(peer.request('crash', 1))).toBe(
      'HANDLER_FAILED: the handler failed',
    );
    expect(await stage.until(peer.request('echo', 2))).toBe(2);
  });

  it('takes JSON, and no bytes', async () => {
    expect(await stage.refusal(peer.request('echo', new Uint8Array(3)))).toBe(
      'PAYLOAD_INVALID: the method takes JSON, and no bytes',
    );
  });

  it('defers what would take more sandboxes than a peer may have', async () => {
    const asked = [1, 2, 3].map((input) => stage.refusal(peer.request('echo', input)));
    expect((await Promise.all(asked)).sort()).toEqual([
      'REQUESTS_FULL: as many sandboxes are in use as may',
      ...['it was not refused', 'it was not refused'],
    ]);
  });

  it('has no handler besides, and names no code in what it refuses', () => {
    const { peers } = shop.rt;
    const both = { level: 'basic', sandbox: 'secret' } as const;
    expect(() => peers.handle('both', both, () => 1)).toThrow(
      new TypeError('handler must be left out, for a sandbox answers, got function'),
    );
    expect(() => peers.handle('none', { sandbox: '' })).toThrow(
      'handle.sandbox must be a string of 1 to 1048576 characters',
    );
  });
});
