import { getEventListeners } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Dialled } from '../../../actors/network.ts';
import { network } from '../../../runtime/world/network.ts';
import { blocked, Heard } from '../../contracts/network.fixture.ts';
import { answering, listening, until } from './web.fixture.ts';

const never = new AbortController().signal;

const dial = (url: string, signal = never): Promise<Dialled> =>
  network.dial(url, { signal }, () => new Heard());

const refused = (headers = ''): string =>
  `HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n${headers}\r\n`;

const upgrades = (headers: string): string =>
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  `Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n${headers}\r\n`;

describe('a dial of the real network', () => {
  it.each([
    ['no challenge', refused()],
    ['a challenge that is too short', refused('Holdfast-Challenge: AAAA\r\n')],
    ['two challenges', refused(`Holdfast-Challenge: ${'A'.repeat(55)}\r\n`.repeat(2))],
    ['a challenge that is no base64url', refused(`Holdfast-Challenge: ${'+'.repeat(55)}\r\n`)],
  ])('that is refused with %s has none', async (_, answer) => {
    expect(await dial(await answering(answer))).toEqual({
      outcome: 'refused',
      challenge: undefined,
    });
  });

  it('takes a challenge of the right length', async () => {
    const url = await answering(refused(`Holdfast-Challenge: ${'A'.repeat(54)}w\r\n`));
    const dialled = await dial(url);
    const challenge = dialled.outcome === 'refused' ? dialled.challenge : undefined;
    expect([...(challenge ?? [])]).toEqual([...Array(40).fill(0), 12]);
  });

  it.each([
    ['a page', 'HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\nwelcome'],
    ['another place', 'HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/holdfast\r\n\r\n'],
    ['an upgrade to something else', upgrades('')],
    ['headers without end', `HTTP/1.1 503 No\r\n${'X-A: x\r\n'.repeat(5_000)}`],
    ['noise', '\x16\x03\x01\x02\x00\x01\x00'],
  ])('that is answered by %s reaches nobody', async (_, answer) => {
    expect(await dial(await answering(answer))).toEqual({
      outcome: 'unreachable',
      cause: expect.any(Error),
    });
  });

  it('offers no compression', async () => {
    const { door, listener, port } = await listening();
    let offered: unknown = 'nothing asked';

    const server = createServer().on('upgrade', (request, socket) => {
      offered = request.headers['sec-websocket-extensions'];
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = listener.url.replace(String(port), String(Object(server.address()).port));
    expect((await dial(url)).outcome).toBe('unreachable');
    server.close();
    expect([offered, door.diary]).toEqual([undefined, []]);
  });

  it('hears messages of which a slice is a copy: what they came in is gone soon', async () => {
    const { door, listener } = await listening();
    const slices: Uint8Array[] = [];
    const heard = new Heard();
    heard.onMessage = (message) => void slices.push(message.slice());
    await network.dial(listener.url, { signal: never }, () => heard);
    await until(() => door.guests.length === 1);
    door.guests[0]?.link.send(new Uint8Array(8_000).fill(97));
    await until(() => slices.length === 1);
    expect(slices).toEqual([new Uint8Array(8_000).fill(97)]);
  });

  it('is given up while the other side says nothing, or half a word', async () => {
    for (const answer of ['', 'HTTP/1.1 50', 'HTTP/1.1 100 Continue\r\n\r\n']) {
      const url = await answering(answer);
      const giveUp = new AbortController();
      const reason = new Error('enough');
      const failed = blocked(dial(url, giveUp.signal));
      // The dial of another has come through meanwhile.
      await dial(await answering(refused()));
      giveUp.abort(reason);
      expect(await failed).toBe(reason);
    }
  });

  it('does not wait for names once it is given up', async () => {
    const giveUp = new AbortController();
    const failed = blocked(dial('ws://name.invalid/holdfast', giveUp.signal));
    const reason = new Error('enough');
    giveUp.abort(reason);
    expect(await failed).toBe(reason);
  });

  it('leaves nothing with the signal of a process', async () => {
    const { listener, door } = await listening();

    const { signal } = new AbortController();
    const dialled = await dial(listener.url, signal);
    await dial('ws://127.0.0.1:1/holdfast', signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    if (dialled.outcome === 'opened') dialled.link.drop();
    await until(() => door.guests[0]?.heard.end !== undefined);
  });
});
