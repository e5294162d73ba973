import { describe, expect, it } from 'vitest';
import { mmdbOf } from './mmdb.ts';
import { type Machine, PeersStage } from './peers-stage.ts';

const PATH = '/feeds/drop.txt';
const options = { network: { feeds: [PATH], feedsEveryMs: 10_000 } };

/** A shop whose feed is there before it opens, and one who may be listed there. */
async function stageWith(...lines: readonly string[]) {
  const stage = new PeersStage();
  const write = async ({ files }: Pick<Machine, 'files'>, ...all: readonly string[]) => {
    await files.makeDirectory('/feeds');
    await files.replace(PATH, Buffer.from(`${all.join('\n')}\n`));
  };
  const shop = await stage.listening(options);
  const eve = await stage.machine({}, '192.0.2.66');
  await write(shop, '; Spamhaus DROP List', ...lines);
  await stage.clock.advanceAsync(11_000);
  return { stage, shop, eve, write };
}

const facts = ({ facts }: Machine, type: string) =>
  facts.filter((fact) => fact.type === type).map(({ subject, data }) => ({ subject, data }));

describe('lists of others', () => {
  it('refuse who is listed before a word is said, and say which list and line', async () => {
    const { stage, shop, eve } = await stageWith('192.0.2.64/26 ; SBL7');
    expect(await stage.refusal(eve.rt.peers.connect(shop.url))).toMatch(/^PEER_UNREACHABLE/);
    const verdict = { because: 'listed', list: PATH, line: 2, cidr: '192.0.2.64/26' };
    expect(shop.rt.peers.explainAddress('::FFFF:192.0.2.66%eth0')).toEqual({
      ...{ address: '192.0.2.66', netgroup: '192.0.2.0/24', verdict },
    });
    await stage.clock.advanceAsync(60_000);
    const { because: _, list: path, ...line } = verdict;
    expect(facts(shop, 'peer.refused')).toMatchObject([
      { data: { netgroup: '192.0.2.0/24', counts: { listed: 1 }, lines: [{ path, ...line }] } },
    ]);
  });

  it('are read anew when they change: who is listed is let go, who is not comes in', async () => {
    const { stage, shop, eve, write } = await stageWith('198.51.100.0/24');
    const peer = await stage.until(eve.rt.peers.connect(shop.url));
    await write(shop, '192.0.2.66');
    await stage.clock.advanceAsync(12_000);
    expect(shop.rt.peers.list()).toEqual([]);
    const explained = await stage.until(shop.rt.peers.explain(eve.rt.peers.id));
    expect(explained.verdict).toBe(undefined);
    await write(shop, '198.51.100.0/24');
    await stage.clock.advanceAsync(30_000);
    expect(shop.rt.peers.list().map(({ id }) => id)).toEqual([eve.rt.peers.id]);
    peer.close();
  });

  it('that cannot be taken leave what was taken, and the service up', async () => {
    const { stage, shop, eve } = await stageWith('192.0.2.66');
    await shop.files.replace(PATH, Buffer.from('<html>502 Bad Gateway</html>\n'));
    await stage.clock.advanceAsync(60_000);
    const because = '1 lines of it are bad, and 0 good: line 1: no address';
    expect(facts(shop, 'feed.refused')).toMatchObject([
      { subject: PATH, data: { because, prefixes: 1 } },
    ]);
    expect(shop.rt.peers.feeds()).toMatchObject([
      { path: PATH, status: 'stale', prefixes: 1, bytes: 13, because },
    ]);
    expect(await stage.refusal(eve.rt.peers.connect(shop.url))).toMatch(/^PEER_UNREACHABLE/);
    const bob = await stage.machine();
    const peer = await stage.until(bob.rt.peers.connect(shop.url));
    expect(peer.id).toBe(shop.rt.peers.id);
  });
});

describe('a database of countries', () => {
  const GEO = '/feeds/geo.mmdb';
  const geo = { file: GEO, deny: ['RU'] };

  it('refuses who comes from a country that is denied; a bad one changes nothing', async () => {
    const stage = new PeersStage();
    const shop = await stage.listening({ network: { geo, feedsEveryMs: 10_000 } });
    const eve = await stage.machine({}, '192.0.2.66');
    await stage.until(eve.rt.peers.connect(shop.url));
    const take = async (bytes: Uint8Array) => {
      await shop.files.makeDirectory('/feeds');
      await shop.files.replace(GEO, bytes);
      await stage.clock.advanceAsync(30_000);
      return [shop.rt.peers.list().length, shop.rt.peers.feeds()[0]?.status];
    };
    expect(await take(mmdbOf({ '192.0.2.0/24': 'DE' }))).toEqual([1, 'fresh']);
    expect(await take(mmdbOf({ '192.0.2.0/24': 'RU' }))).toEqual([0, 'fresh']);
    const verdict = { because: 'country', list: GEO, country: 'RU' };
    expect(shop.rt.peers.explainAddress('::ffff:192.0.2.66').verdict).toEqual(verdict);
    expect(await take(mmdbOf({ '192.0.2.0/24': 'DE' }).subarray(0, 99))).toEqual([0, 'stale']);
    expect(shop.rt.peers.feeds()[0]?.because).toMatch(/^it is no whole mmdb file: /);
    expect(await take(mmdbOf({ '192.0.2.0/24': 'FR' }))).toEqual([1, 'fresh']);
  });
});

describe('zones that are asked by name', () => {
  const network = { dnsbl: { zones: ['zen.example.org'] } };

  /** A shop whose zone answers with `answer` to each question. */
  async function asking(
    answer: (signal: AbortSignal, name: string) => Promise<{ address: string; ttlS: number }[]>,
    at = '192.0.2.66',
  ) {
    const stage = new PeersStage();
    stage.names = { resolve: (name, signal) => answer(signal, name) };
    const shop = await stage.listening({ network }, '10.9.9.9');
    const eve = await stage.machine({}, at);
    return { stage, shop, eve };
  }

  it('have whoever is listed let go, and say what was answered', async () => {
    const { stage, shop, eve } = await asking(async () => [{ address: '127.0.0.3', ttlS: 600 }]);
    await stage.refusal(eve.rt.peers.connect(shop.url));
    await stage.clock.advanceAsync(10_000);
    expect(shop.rt.peers.list()).toEqual([]);
    const verdict = { because: 'named', list: 'zen.example.org', answer: '127.0.0.3' };
    expect(shop.rt.peers.explainAddress('192.0.2.66').verdict).toEqual(verdict);
    const again = stage.refusal(eve.rt.peers.connect(shop.url));
    expect(await again).toMatch(/^PEER_/);
    await stage.clock.advanceAsync(60_000);
    const [refused] = facts(shop, 'peer.refused');
    expect(refused?.data).toMatchObject({
      lines: [{ path: 'zen.example.org', detail: '127.0.0.3' }],
    });
  });

  it('T23: have whoever carries an IPv4 address that is listed let go', async () => {
    const listed = [{ address: '127.0.0.3', ttlS: 600 }];
    let answerNow = (): void => {};
    const isIn = new Promise<void>((resolve) => {
      answerNow = resolve;
    });
    const answer = async (_: AbortSignal, name: string) => {
      await isIn;
      return name === '66.2.0.192.zen.example.org' ? listed : [];
    };
    const { stage, shop, eve } = await asking(answer, '2002:c000:242::5');
    await stage.until(eve.rt.peers.connect(shop.url));
    answerNow();
    await stage.clock.advanceAsync(100);
    expect(shop.rt.peers.list()).toEqual([]);
    const verdict = { because: 'named', list: 'zen.example.org', answer: '127.0.0.3' };
    expect(shop.rt.peers.explainAddress('2002:c000:242::5').verdict).toEqual(verdict);
  });

  it("that hang are in nobody's way, and are asked no more once they have failed", async () => {
    const { stage, shop, eve } = await asking(() => new Promise(() => {}));
    const begunMs = stage.clock.monotonicMs();
    await stage.until(eve.rt.peers.connect(shop.url));
    expect(stage.clock.monotonicMs() - begunMs).toBeLessThan(1_000);
    for (let nth = 0; nth < 6; nth++) {
      const other = await stage.machine({}, `198.51.100.${nth}`);
      await stage.until(other.rt.peers.connect(shop.url));
    }
    await stage.clock.advanceAsync(3_000);
    expect(shop.rt.peers.list().length).toBe(7);
    const opened = shop.facts.filter(({ type }) => type === 'breaker.opened');
    expect(opened.map(({ subject }) => subject)).toEqual(['dnsbl zen.example.org']);
  });
});
