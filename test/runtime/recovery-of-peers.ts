import { RequestRefusal } from '../../runtime/request-refusal.ts';
import { RawPeer, selfOf } from '../actors/peer/raw-peer.ts';
import { GuestBook } from '../contracts/network.fixture.ts';
import { PeersStage } from './peers-stage.ts';
import type { Recovered, Recoveries } from './recovery.ts';

/** What it rejects with. */
async function blocked(stage: PeersStage, promise: Promise<unknown>): Promise<Error> {
  return await stage.until(
    promise.then(
      () => new Error('it was not refused'),
      (error: Error) => error,
    ),
  );
}

const anybody = { level: 'basic', effect: 'read' } as const;

const aString = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value: unknown) =>
      typeof value === 'string' ? { value } : { issues: [{ message: 'must be a string' }] },
  },
} as const;

/** A shop that answers with `handler`, and a till that is connected to it. */
async function pair(handler: (...given: never[]) => unknown, options = {}) {
  const stage = new PeersStage();
  const shop = await stage.listening(options);
  shop.rt.peers.handle('price', anybody, handler as () => unknown);
  const till = await stage.machine(options);
  const peer = await stage.until(till.rt.peers.connect(shop.url));
  return { stage, shop, till, peer };
}

/** The first request fails as `handler` has it; the second one is answered. */
async function once(fail: () => unknown, timeoutMs = 1_000): Promise<Recovered> {
  let calls = 0;
  const { stage, peer } = await pair(() => {
    calls += 1;
    return calls === 1 ? fail() : 'tea';
  });
  const failed = await blocked(stage, peer.request('price', undefined, { timeoutMs }));
  return { failed, isBack: (await stage.until(peer.request('price'))) === 'tea' };
}

type PeerCode =
  | 'PEER_UNREACHABLE'
  | 'PEER_REFUSED'
  | 'PEER_IDENTITY_CHANGED'
  | 'PEER_LOST'
  | 'PEERS_LIMIT'
  | 'REQUEST_TIMEOUT'
  | 'REQUEST_CANCELLED'
  | 'REQUEST_DEFERRED'
  | 'REQUEST_REFUSED'
  | 'REQUESTS_FULL'
  | 'RATE_LIMITED'
  | 'METHOD_UNKNOWN'
  | 'LEVEL_TOO_LOW'
  | 'PAYLOAD_INVALID'
  | 'ANSWER_INVALID'
  | 'HANDLER_FAILED';

export const recoveriesOfPeers: Recoveries<PeerCode> = {
  PEER_UNREACHABLE: {
    recovery: 'retry',
    async run() {
      const stage = new PeersStage();
      const till = await stage.machine();
      const failed = await blocked(stage, till.rt.peers.connect('ws://10.0.2.1:7000'));
      const { url } = await stage.listening();
      const { isConnected } = await stage.until(till.rt.peers.connect(url));
      return { failed, isBack: isConnected };
    },
  },
  PEER_REFUSED: {
    recovery: 'retry',
    async run() {
      const stage = new PeersStage();
      const till = await stage.machine();
      const door = new GuestBook();
      door.admission = { admitted: false };
      const place = { host: '0.0.0.0', port: 7000, trustedProxies: [] };
      const closed = await stage.network.host('10.0.2.1').listen(place, door);
      const failed = await blocked(stage, till.rt.peers.connect('ws://10.0.2.1:7000'));
      closed.close();
      const { url } = await stage.listening();
      const { isConnected } = await stage.until(till.rt.peers.connect(url));
      return { failed, isBack: isConnected };
    },
  },
  PEER_IDENTITY_CHANGED: {
    recovery: 'operator',
    async run() {
      const { stage, shop, till, peer } = await pair(() => 'tea');
      peer.close();
      await stage.until(shop.rt.shutdown({ deadlineMs: 1_000 }));
      const { url } = await stage.listening({}, shop.address);
      const failed = await blocked(stage, till.rt.peers.connect(url));
      const again = await stage.until(till.rt.peers.connect(url, { identity: 'any' }));
      return { failed, isBack: again.isConnected };
    },
  },
  PEER_LOST: {
    recovery: 'retry',
    async run() {
      let calls = 0;
      const { stage, shop, till, peer } = await pair(() => {
        calls += 1;
        if (calls === 1) stage.network.cut(shop.address, till.address);
        return 'tea';
      });
      const failed = await blocked(stage, peer.request('price'));
      return { failed, isBack: (await stage.until(peer.request('price'))) === 'tea' };
    },
  },
  PEERS_LIMIT: {
    recovery: 'degrade',
    async run() {
      const { stage, till, peer } = await pair(() => 'tea', { limits: { peersMax: 1 } });
      const other = await stage.listening();
      const failed = await blocked(stage, till.rt.peers.connect(other.url));
      peer.close();
      const { isConnected } = await stage.until(till.rt.peers.connect(other.url));
      return { failed, isBack: isConnected };
    },
  },
  REQUEST_TIMEOUT: { recovery: 'retry', run: () => once(() => new Promise(() => {})) },
  REQUEST_CANCELLED: {
    recovery: 'retry',
    async run() {
      const reasons: unknown[] = [];
      const { stage, peer } = await pair((_: unknown, { signal }: { signal: AbortSignal }) => {
        if (reasons.length > 0) return 'tea';
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(reasons.push(signal.reason)));
        });
      });
      const controller = new AbortController();
      const asked = peer.request('price', undefined, { signal: controller.signal });
      asked.catch(() => {});
      await stage.clock.advanceAsync(100);
      controller.abort();
      await stage.clock.advanceAsync(100);
      const isBack = (await stage.until(peer.request('price'))) === 'tea';
      return { failed: reasons[0] as Error, isBack };
    },
  },
  REQUEST_REFUSED: {
    recovery: 'operator',
    run: () =>
      once(() => {
        throw new RequestRefusal('OUT_OF_STOCK', 'there is no tea');
      }),
  },
  REQUEST_DEFERRED: {
    recovery: 'retry',
    run: () =>
      once(() => {
        throw new RequestRefusal('BUSY', 'ask again', { retryAfterMs: 10 });
      }),
  },
  REQUESTS_FULL: {
    recovery: 'retry',
    async run() {
      const { stage, peer } = await pair(() => 'tea');
      const asked = Array.from({ length: 2_000 }, () => peer.request('price'));
      const [failed] = (await stage.until(Promise.allSettled(asked))).flatMap((settled) =>
        settled.status === 'rejected' ? [settled.reason as Error] : [],
      );
      const isBack = (await stage.until(peer.request('price'))) === 'tea';
      return { failed: failed ?? new Error('none was refused'), isBack };
    },
  },
  RATE_LIMITED: {
    recovery: 'retry',
    async run() {
      const limits = { requestsPerSecond: 1, requestsBurst: 1 };
      const { stage, peer } = await pair(() => 'tea', { limits });
      await stage.until(peer.request('price'));
      const failed = await blocked(stage, peer.request('price'));
      await stage.clock.advanceAsync(1_000);
      return { failed, isBack: (await stage.until(peer.request('price'))) === 'tea' };
    },
  },
  METHOD_UNKNOWN: {
    recovery: 'operator',
    async run() {
      const { stage, shop, peer } = await pair(() => 'tea');
      const failed = await blocked(stage, peer.request('stock'));
      shop.rt.peers.handle('stock', anybody, () => 7);
      return { failed, isBack: (await stage.until(peer.request('stock'))) === 7 };
    },
  },
  LEVEL_TOO_LOW: {
    recovery: 'operator',
    async run() {
      const { stage, shop, till, peer } = await pair(() => 'tea');
      shop.rt.peers.handle('stock', { level: 'privileged' }, () => 7);
      const failed = await blocked(stage, peer.request('stock'));
      await stage.until(shop.rt.peers.grant(till.rt.peers.id, { level: 'privileged' }));
      return { failed, isBack: (await stage.until(peer.request('stock'))) === 7 };
    },
  },
  PAYLOAD_INVALID: {
    recovery: 'operator',
    async run() {
      const { stage, shop, peer } = await pair(() => 'tea');
      shop.rt.peers.handle('stock', { ...anybody, input: aString }, (sku) => sku);
      const failed = await blocked(stage, peer.request('stock', 7));
      return { failed, isBack: (await stage.until(peer.request('stock', 'tea'))) === 'tea' };
    },
  },
  ANSWER_INVALID: {
    recovery: 'operator',
    async run() {
      const stage = new PeersStage();
      const answers = ['{"sku":', '"tea"'];
      const raw = new RawPeer(selfOf(9), 'responder');
      raw.onFrame = (frame) => {
        if (frame.kind !== 'request') return;
        const part = Buffer.from(answers.shift() ?? '');
        const { id } = frame;
        raw.say({ kind: 'response', id, encoding: 'json', size: part.length, part });
      };
      const place = { host: '10.0.9.1', port: 7000, trustedProxies: [] };
      const { url } = await stage.network.host('10.0.9.1').listen(
        place,
        RawPeer.door(() => raw),
      );
      const till = await stage.machine();
      const peer = await stage.until(till.rt.peers.connect(url));
      const failed = await blocked(stage, peer.request('price'));
      return { failed, isBack: (await stage.until(peer.request('price'))) === 'tea' };
    },
  },
  HANDLER_FAILED: {
    recovery: 'retry',
    run: () =>
      once(() => {
        throw new Error('the till is stuck: password hunter2');
      }),
  },
};
