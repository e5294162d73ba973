import { describe, expect, it } from 'vitest';
import type { Admission, Arrival, Asking } from '../../../actors/network.ts';
import { nextTurn } from '../../../runtime/world/turn.ts';
import { GuestBook } from '../../contracts/network.fixture.ts';
import { listening, REFUSED, Stranger, until, upgrade } from './web.fixture.ts';

const many = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, nth) => [`X-${nth}`, 'x']));

const refused: Readonly<Record<string, string>> = {
  'another path': upgrade({}, 'GET / HTTP/1.1'),
  'a query': upgrade({}, 'GET /holdfast?a HTTP/1.1'),
  'a whole url': upgrade({}, 'GET http://127.0.0.1/holdfast HTTP/1.1'),
  'another method': upgrade({}, 'POST /holdfast HTTP/1.1'),
  'a tunnel': upgrade({}, 'CONNECT /holdfast HTTP/1.1'),
  'an old version of HTTP': upgrade({}, 'GET /holdfast HTTP/1.0'),
  'a new version of HTTP': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'no upgrade': upgrade({ Connection: undefined, Upgrade: undefined }),
  'another upgrade': upgrade({ Upgrade: 'h2c' }),
  'a request that asks whether to go on': upgrade({
    Connection: undefined,
    Upgrade: undefined,
    Expect: '100-continue',
  }),
  'a request that expects a wonder': upgrade({
    Connection: undefined,
    Upgrade: undefined,
    Expect: 'wonder',
  }),
  'no subprotocol': upgrade({ 'Sec-WebSocket-Protocol': undefined }),
  'another subprotocol': upgrade({ 'Sec-WebSocket-Protocol': 'holdfast.2' }),
  'two subprotocols': upgrade({ 'Sec-WebSocket-Protocol': 'holdfast.1, other' }),
  'an old version of WebSocket': upgrade({ 'Sec-WebSocket-Version': '8' }),
  'no key': upgrade({ 'Sec-WebSocket-Key': undefined }),
  'a key that is none': upgrade({ 'Sec-WebSocket-Key': 'short' }),
  'no host': upgrade({ Host: undefined }),
  'no host and no upgrade': upgrade({
    Connection: undefined,
    Upgrade: undefined,
    Host: undefined,
  }),
  'two hosts': upgrade({ host: 'other' }),
  'a body': upgrade({ 'Content-Length': '4' }),
  'a body in chunks': upgrade({ 'Transfer-Encoding': 'chunked' }),
  'a header of two lines': upgrade({ 'X-A': 'a\r\n b' }),
  'no header at all': upgrade({ 'X A': 'a' }),
  '65 headers': upgrade(many(59)),
  '2,000 headers': upgrade(many(2_000)),
  'more than 8 KiB': upgrade({ 'X-A': 'x'.repeat(8_192) }),
  noise: '\x16\x03\x01\x02\x00\x01\x00',
  'a refusal': REFUSED,
};

/** A door that thinks for longer than a turn has time for newcomers, and knows when it did. */
class SlowDoor extends GuestBook {
  readonly turns: number[] = [];
  onThought = (): void => {};
  #turn = 0;
  #isOver = false;

  async count(): Promise<void> {
    for (; !this.#isOver; this.#turn++) await nextTurn();
  }

  stop(): void {
    this.#isOver = true;
  }

  override onArrived(arrival: Arrival): boolean {
    this.#think();
    return super.onArrived(arrival);
  }

  override onAsked(arrival: Arrival, asking: Asking): Admission {
    this.#think();
    return super.onAsked(arrival, asking);
  }

  #think(): void {
    this.turns.push(this.#turn);
    this.onThought();
    for (const fromMs = performance.now(); performance.now() - fromMs < 0.6; );
  }
}

describe('a listener of the real network', () => {
  it('has time for one of many newcomers in a turn, to meet it or to upgrade it', async () => {
    const door = new SlowDoor();
    const { port } = await listening(door);
    void door.count();
    for (let nth = 0; nth < 8; nth++) new Stranger(port).say(upgrade());
    await until(() => door.guests.length === 8);
    door.stop();
    expect([door.turns.length, new Set(door.turns).size]).toEqual([16, 16]);
  });

  it('meets nobody any more once it is closed, and drops who is in line', async () => {
    const door = new SlowDoor();
    const { port, listener } = await listening(door);
    door.onThought = () => void nextTurn().then(() => listener.close());
    const strangers = [1, 2, 3].map(() => new Stranger(port).say(upgrade()));
    await until(() => strangers.every(({ isOver }) => isOver));
    expect(door.diary).toEqual(['arrived from 127.0.0.1', 'left']);
  });

  it.each(Object.entries(refused))('refuses %s as it refuses everything', async (_, request) => {
    const { door, port } = await listening();
    expect(await new Stranger(port).say(request).told()).toBe(REFUSED);
    expect(door.diary).toEqual(['arrived from 127.0.0.1', 'left']);
  });

  it('refuses whom the door refuses in the same words, but for a challenge', async () => {
    const { door, port } = await listening();
    door.admission = { admitted: false };
    expect(await new Stranger(port).say(upgrade()).told()).toBe(REFUSED);
    door.admission = { admitted: false, challenge: new Uint8Array([255, 255, 254]) };
    expect(await new Stranger(port).say(upgrade()).told()).toBe(
      REFUSED.replace(/\r\n$/, 'Holdfast-Challenge: ___-\r\n\r\n'),
    );
  });

  it('answers the first request of a connection, and no other', async () => {
    const { door, port } = await listening();
    const request = upgrade({ Connection: undefined, Upgrade: undefined });
    expect(await new Stranger(port).say(request.repeat(20) + upgrade()).told()).toBe(REFUSED);
    expect(door.diary).toEqual(['arrived from 127.0.0.1', 'left']);
  });

  it('takes 64 headers, and the names of upgrades in any case', async () => {
    const { door, port } = await listening();
    const stranger = new Stranger(port).say(upgrade({ ...many(58), Upgrade: 'WebSocket' }));
    await until(() => door.guests.length === 1 && stranger.heard !== '');
    expect(stranger.heard).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n' +
        'Sec-WebSocket-Protocol: holdfast.1\r\n\r\n',
    );
  });

  it('hears what was said together with the upgrade', async () => {
    const { door, port } = await listening();
    new Stranger(port).say(Buffer.concat([Buffer.from(upgrade()), Buffer.from([0x82, 0x81])]));
    await until(() => door.guests.length === 1);
    expect(door.guests[0]?.heard.messages).toEqual([]);
    new Stranger(port).say(
      Buffer.concat([Buffer.from(upgrade()), Buffer.from([0x82, 0x81, 0, 0, 0, 0, 0x61])]),
    );
    await until(() => door.guests[1]?.heard.messages.length === 1);
    expect(door.guests[1]?.heard.messages).toEqual(['a']);
  });

  it('knows whom a trusted proxy speaks for, and believes nobody else', async () => {
    const proxied = async (from: string) => {
      const { door, port } = await listening(new GuestBook(), ['127.0.0.0/29']);
      new Stranger(port, from).say(upgrade({ 'X-Forwarded-For': '192.0.2.9, ::ffff:192.0.2.7' }));
      await until(() => door.guests.length === 1);
      return [door.arrivals[0]?.remote.address, door.guests[0]?.link.remote.address];
    };
    expect(await proxied('127.0.0.5')).toEqual(['127.0.0.5', '192.0.2.7']);
    expect(await proxied('127.0.0.9')).toEqual(['127.0.0.9', '127.0.0.9']);
  });

  it('refuses a trusted proxy that is no address', async () => {
    await expect(listening(new GuestBook(), ['localhost'])).rejects.toThrow(
      new TypeError('trustedProxies must be addresses or CIDR ranges, got "localhost"'),
    );
  });

  it('drops who was not upgraded when it closes, and nobody else', async () => {
    const { door, port, listener } = await listening();
    new Stranger(port).say(upgrade());
    await until(() => door.guests.length === 1);
    const waiting = new Stranger(port).say('GET /hold');
    await until(() => door.arrivals.length === 2);
    listener.close();
    expect(await waiting.told()).toBe('');
    expect(door.diary.slice(3)).toEqual(['arrived from 127.0.0.1', 'left']);
    expect(door.guests[0]?.heard.end).toBe(undefined);
  });
});
