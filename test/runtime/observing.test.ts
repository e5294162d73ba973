import { describe, expect, it } from 'vitest';
import { PROVE, proofIn } from '../../actors/peer/proving.ts';
import type { Self } from '../../actors/peer/self.ts';
import type { Frame } from '../../actors/peer/wire/frame.ts';
import { publicKeyOfPeer } from '../../actors/peer/wire/peer-id.ts';
import type { Level } from '../../machines/trust.ts';
import { RawPeer, selfOf } from '../actors/peer/raw-peer.ts';
import { type Listening, PeersStage } from './peers-stage.ts';

const HOUR = 3_600_000;
const network = { relayLevel: 'basic', exempt: [] as string[] } as const;
const read = { level: 'basic', effect: 'read' } as const;

const NOBODY = 'a'.repeat(52);

type Requested = Frame & { readonly kind: 'request' };

const jsonOf = (bytes: Uint8Array): Record<string, unknown> =>
  Object(JSON.parse(Buffer.from(bytes).toString() || '{}'));

const refuse = ({ id }: Requested, code = 'METHOD_UNKNOWN'): Frame => ({
  ...{ kind: 'error', id, code, message: '', retryAfterMs: 0, retryable: false },
});

function answer({ id }: Requested, value: unknown): Frame {
  const part = Buffer.from(JSON.stringify(value));
  return { kind: 'response', id, encoding: 'json', size: part.length, part };
}

/** A peer of the shop that a test speaks for. */
class Guest {
  readonly raw: RawPeer;
  readonly asked: Requested[] = [];
  /** What was said to its own requests: a circuit, or a code. */
  readonly heard: unknown[] = [];
  #nextId = 1;

  constructor(raw: RawPeer, self: Self, reply: (asked: Requested) => Frame) {
    this.raw = raw;
    raw.onFrame = (frame) => {
      if (frame.kind === 'ping') raw.say({ kind: 'pong', nonce: frame.nonce });
      if (frame.kind === 'response') this.heard.push(jsonOf(frame.part));
      if (frame.kind === 'error') this.heard.push(frame.code);
      if (frame.kind !== 'request') return;
      if (frame.name === PROVE) return raw.say(this.#proof(self, frame));
      this.asked.push(frame);
      raw.say(reply(frame));
    };
  }

  #proof(self: Self, { id, part }: Requested): Frame {
    const { session } = this.raw;
    const payload = { encoding: 'bytes', bytes: part } as const;
    const proof = session && proofIn(payload, session, self, 'initiator');
    const bytes = proof?.bytes ?? part;
    return { kind: 'response', id, encoding: 'bytes', size: bytes.length, part: bytes };
  }

  static async at(
    stage: PeersStage,
    shop: Listening,
    nth: number,
    reply: (asked: Requested) => Frame,
  ): Promise<Guest> {
    const from = stage.network.host(`10.9.${nth}.1`);
    const self = selfOf(nth);
    const raw = await stage.until(RawPeer.dial(from, shop.url, self));
    const guest = new Guest(raw, self, reply);
    await stage.clock.advanceAsync(100);
    return guest;
  }

  get id(): string {
    return this.raw.id;
  }

  /** The ids of peers that it was asked for a way to. */
  get wanted(): string[] {
    const ways = this.asked.filter(({ name }) => name === 'holdfast.relay');
    return ways.map(({ part }) => String(jsonOf(part).to));
  }

  /** Asks the shop for a way to a peer. */
  seek(to: string): void {
    const part = Buffer.from(JSON.stringify({ to }));
    const sent = { encoding: 'json', timeoutMs: 10_000, size: part.length, part } as const;
    this.raw.say({ kind: 'request', id: this.#nextId, name: 'holdfast.relay', ...sent });
    this.#nextId += 2;
  }
}

/** Eve passes on to joe, who asks the shop, whatever it is asked for. */
async function leaking(reply: (asked: Requested) => Frame = refuse, relayLevel: Level = 'basic') {
  const stage = new PeersStage();
  const shop = await stage.listening({ network: { ...network, relayLevel } });
  const eve = await Guest.at(stage, shop, 7, reply);
  const joe = await Guest.at(stage, shop, 8, refuse);
  while (eve.wanted.length === 0) await stage.clock.advanceAsync(60_000);
  joe.seek(eve.wanted[0] ?? '');
  await stage.clock.advanceAsync(1_000);
  const bandOf = ({ id }: Guest) => shop.rt.peers.list().find((peer) => peer.id === id)?.suspicion;
  return { stage, shop, eve, joe, bandOf };
}

describe('a peer that gives what does not exist', () => {
  it('is suspected, breaks promises, and is banned by nobody', async () => {
    const stage = new PeersStage();
    const shop = await stage.listening({ network });
    const eve = await Guest.at(stage, shop, 7, (asked) => answer(asked, { circuit: 2 }));
    const lies = () => shop.rt.peers.signs().get('canary.answered') ?? 0;
    while (lies() < 4) await stage.clock.advanceAsync(60_000);
    await stage.clock.advanceAsync(1_000);
    const explained = await stage.until(shop.rt.peers.explain(eve.id));
    expect(explained).toMatchObject({
      bannedUntilMs: 0,
      verdict: undefined,
      suspicion: { band: 'suspect', evidence: [{ sign: 'canary.answered', times: 4 }] },
    });
    const signals = explained.records.map(({ signal }) => signal);
    expect(signals.filter((signal) => signal === 'promise.broken').length).toBe(4);
    const moves = shop.facts.filter(({ type }) => type === 'peer.suspected');
    expect(moves.map(({ subject, data }) => [subject, data.to])).toEqual([
      [eve.id, 'watched'],
      [eve.id, 'suspect'],
    ]);
    expect(eve.raw.isLive).toBe(true);
  });

  it('is asked as others are: by names that are as ours, for ids that are as ours', async () => {
    const stage = new PeersStage();
    const shop = await stage.listening({ network });
    const eve = await Guest.at(stage, shop, 7, refuse);
    const peer = await stage.until(shop.rt.peers.connect(eve.id));
    await stage.refusal(peer.request('shop.count', { sku: 7 }));
    await stage.refusal(shop.rt.peers.connect(NOBODY));
    await stage.clock.advanceAsync(12 * HOUR);
    const [own, ...canaries] = eve.asked.filter(({ name }) => !name.startsWith('holdfast.'));
    expect(own?.name).toBe('shop.count');
    expect(canaries.length).toBeGreaterThan(5);
    // A tick of the clock that deadlines are kept by is some milliseconds.
    const shapeOf = ({ name, timeoutMs, encoding }: Requested) => [
      name.replace(/\.[a-z]+$/, '.…'),
      Math.round(timeoutMs / 100),
      encoding,
    ];
    const [first, ...others] = new Set(
      [own, ...canaries].map((each) => String(each && shapeOf(each))),
    );
    expect([first, others]).toEqual(['shop.…,300,json', []]);
    const ways = eve.asked.filter(({ name }) => name === 'holdfast.relay');
    const shapes = ways.map((way) => `${shapeOf(way)} ${way.size}`);
    expect([...new Set(shapes)]).toEqual(['holdfast.…,100,json 61']);
    expect(eve.wanted.every((id) => publicKeyOfPeer(id) !== undefined)).toBe(true);
  });
});

it('an honest runtime is clear after hours, and trusted no less', async () => {
  const stage = new PeersStage();
  const shop = await stage.listening({ network });
  const till = await stage.machine({ network });
  till.rt.peers.handle('count', read, () => 3);
  await stage.until(till.rt.peers.connect(shop.url));
  await stage.clock.advanceAsync(5 * HOUR);
  for (const [here, there] of [
    [shop, till],
    [till, shop],
  ] as const) {
    const { suspicion, score, records } = await stage.until(
      here.rt.peers.explain(there.rt.peers.id),
    );
    const fell = records.filter(({ signal }) => !signal.endsWith('.answered'));
    expect([suspicion, score >= 50, fell]).toEqual([
      { score: 0, band: 'clear', evidence: [] },
      true,
      [],
    ]);
  }
});

describe('a peer that passes on what it was asked for', () => {
  it('is suspected once somebody else asks for it, and keeps its trust', async () => {
    const { shop, stage, eve, joe, bandOf } = await leaking();
    expect([bandOf(eve), bandOf(joe)]).toEqual(['suspect', 'clear']);
    const { score, suspicion } = await stage.until(shop.rt.peers.explain(eve.id));
    expect([score >= 50, suspicion.evidence.map(({ sign }) => sign)]).toEqual([
      true,
      ['canary.leaked'],
    ]);
  });

  it('is so even if whoever asks is not trusted enough to be led anywhere', async () => {
    const { eve, joe, bandOf } = await leaking(refuse, 'privileged');
    expect([bandOf(eve), bandOf(joe), joe.heard]).toEqual(['suspect', 'clear', ['LEVEL_TOO_LOW']]);
  });

  it('is told of nobody, until the operator vouches for it', async () => {
    const { shop, stage, eve, joe } = await leaking();
    const seek = async (guest: Guest): Promise<unknown> => {
      const ann = await Guest.at(stage, shop, 9 + guest.heard.length, (asked) =>
        answer(asked, { accepted: true }),
      );
      guest.heard.length = 0;
      guest.seek(ann.id);
      await stage.clock.advanceAsync(1_000);
      return guest.heard.at(-1);
    };
    const [suspected, other] = [await seek(eve), await seek(joe)];
    await stage.until(shop.rt.peers.grant(eve.id, { level: 'basic' }));
    expect([suspected, other, await seek(eve)]).toEqual([
      'PEER_UNREACHABLE',
      { circuit: expect.any(Number) },
      { circuit: expect.any(Number) },
    ]);
  });

  it('is not asked for ways to peers that we look for', async () => {
    const { shop, stage, eve, joe } = await leaking();
    const before = eve.wanted.length;
    await stage.refusal(shop.rt.peers.connect(NOBODY));
    expect([eve.wanted.slice(before), joe.wanted.includes(NOBODY)]).toEqual([[], true]);
  });

  it('is not told how long the log is', async () => {
    const reply = (asked: Requested): Frame =>
      asked.name === 'count' ? answer(asked, 3) : refuse(asked);
    const { shop, stage, eve, joe } = await leaking(reply);
    joe.raw.link?.drop();
    const peer = shop.rt.peers.find(eve.id);
    for (let nth = 0; nth < 20; nth++)
      await stage.until(peer?.request('count') ?? Promise.resolve());
    const before = eve.asked.length;
    await stage.clock.advanceAsync(3 * HOUR);
    expect(peer?.level).toBe('verified');
    const names = eve.asked.slice(before).map(({ name }) => name);
    expect(names.filter((name) => name === 'holdfast.witness')).toEqual([]);
  });
});

it('who is watched is asked last for ways to peers', async () => {
  const stage = new PeersStage();
  const shop = await stage.listening({ network });
  const order: number[] = [];
  const replying = (nth: number) => (asked: Requested) => {
    if (asked.name === 'holdfast.relay' && jsonOf(asked.part).to === NOBODY) order.push(nth);
    return refuse(asked, 'PEER_UNREACHABLE');
  };
  const eve = await Guest.at(stage, shop, 7, replying(7));
  for (const nth of [8, 9]) await Guest.at(stage, shop, nth, replying(nth));
  while (eve.wanted.length === 0) await stage.clock.advanceAsync(60_000);
  eve.seek(eve.wanted[0] ?? '');
  for (let nth = 0; nth < 72; nth++) eve.seek(`${nth}`.padEnd(52, 'b'));
  await stage.clock.advanceAsync(1_000);
  const bands = shop.rt.peers.list().map(({ suspicion }) => suspicion);
  for (let time = 0; time < 8; time++) await stage.refusal(shop.rt.peers.connect(NOBODY));
  const last = order.filter((_, at) => at % 3 === 2);
  expect([bands, last]).toEqual([['watched', 'clear', 'clear'], Array(8).fill(7)]);
});

describe('identities that come together', () => {
  const together = async (exempt: string[]) => {
    const stage = new PeersStage();
    const shop = await stage.listening({ network: { ...network, exempt } });
    const from = stage.network.host('10.9.9.9');
    for (let nth = 20; nth < 24; nth++) {
      void RawPeer.dial(from, shop.url, selfOf(nth)).then((raw) => raw.answerPings());
    }
    await stage.clock.advanceAsync(2_000);
    return shop.rt.peers.signs().get('fingerprint.shared');
  };

  it('from one address look alike, unless that is one of ours', async () => {
    expect([await together([]), await together(['10.9.9.9/32'])]).toEqual([4, 0]);
  });
});
