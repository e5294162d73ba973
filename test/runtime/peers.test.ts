import { describe, expect, it } from 'vitest';
import { PeersStage } from './peers-stage.ts';

async function pair(options = {}) {
  const stage = new PeersStage();
  const shop = await stage.listening(options);
  const till = await stage.machine(options);
  const peer = await stage.until(till.rt.peers.connect(shop.url));
  return { stage, shop, till, peer };
}

describe('a peer', () => {
  it('is who it proved to be, and answers what it has a handler for', async () => {
    const stage = new PeersStage();
    const shop = await stage.listening();
    shop.rt.peers.handle('price.get', { level: 'basic', effect: 'read' }, (sku, { peer }) => ({
      sku,
      asked: peer.id,
    }));
    const till = await stage.machine();
    const peer = await stage.until(till.rt.peers.connect(shop.url));
    expect([peer.id, peer.isConnected, peer.trust, peer.level]).toEqual([
      shop.rt.peers.id,
      true,
      50,
      'basic',
    ]);
    expect(await stage.until(peer.request('price.get', 'tea'))).toEqual({
      sku: 'tea',
      asked: till.rt.peers.id,
    });
  });

  it('asks as well as it is asked', async () => {
    const { stage, shop, till } = await pair();
    till.rt.peers.handle('name', { level: 'basic' }, () => 'till');
    const back = shop.rt.peers.find(till.rt.peers.id);
    expect(await stage.until(back?.request('name') ?? Promise.resolve())).toBe('till');
  });
});
