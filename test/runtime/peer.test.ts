import { describe, expect, it } from 'vitest';
import { PeersStage } from './peers-stage.ts';

const read = { level: 'basic', effect: 'read' } as const;

async function pair() {
  const stage = new PeersStage();
  const shop = await stage.listening();
  const till = await stage.machine();
  const peer = await stage.until(till.rt.peers.connect(shop.url));
  const ended: unknown[] = [];
  shop.rt.peers.handle('wait', read, (_, { signal }) => {
    signal.addEventListener('abort', () => ended.push(signal.reason.code));
    return new Promise(() => {});
  });
  shop.rt.peers.handle('echo', read, (given) => given);
  return { stage, till, peer, ended };
}

describe('a peer', () => {
  it('is not waited for once the signal aborts, and knows it', async () => {
    const { stage, peer, ended } = await pair();
    const controller = new AbortController();
    const asked = stage.refusal(peer.request('wait', 1, { signal: controller.signal }));
    await stage.clock.advanceAsync(100);
    controller.abort(new Error('enough'));
    expect(await asked).toBe('undefined: enough');
    await stage.clock.advanceAsync(100);
    expect(ended).toEqual(['REQUEST_CANCELLED']);
    expect(await stage.refusal(peer.request('echo', 1, { signal: controller.signal }))).toBe(
      'undefined: enough',
    );
  });

  it('is waited for so long, and no longer, on both sides', async () => {
    const { stage, peer, ended } = await pair();
    expect(await stage.refusal(peer.request('wait', 1, { timeoutMs: 500 }))).toBe(
      'REQUEST_TIMEOUT: no answer within the deadline',
    );
    await stage.clock.advanceAsync(100);
    expect(ended).toEqual(['REQUEST_CANCELLED']);
    expect(peer.trust).toBe(49);
  });

  it('is asked nothing any more once its own runtime has stopped', async () => {
    const { stage, till, peer } = await pair();
    await stage.until(till.rt.shutdown({ deadlineMs: 1_000 }));
    expect(await stage.refusal(peer.request('echo', 1))).toBe(
      'RUNTIME_STOPPED: the runtime is stopping',
    );
  });

  it('is sent JSON or bytes of up to 10 MB, and nothing else', async () => {
    const { stage, peer } = await pair();
    const bytes = new Uint8Array(300_000).map((_, index) => index);
    expect(await stage.until(peer.request('echo', bytes))).toEqual(bytes);
    expect(await stage.until(peer.request('echo'))).toBeUndefined();
    expect(await stage.refusal(peer.request('echo', () => 1))).toBe(
      'undefined: payload must be JSON or bytes, got function',
    );
    expect(await stage.refusal(peer.request('echo', new Uint8Array(10_485_761)))).toBe(
      'undefined: payload must have at most 10485760 bytes, got 10485761',
    );
    expect(await stage.refusal(peer.request('echo', 1, { timeoutMs: 0 }))).toBe(
      'undefined: request.timeoutMs must be a whole number from 1 to 3600000, got 0',
    );
    expect(await stage.refusal(peer.request(''))).toMatch(/^undefined: method must be a string/);
  });
});
