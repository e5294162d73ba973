import { describe, expect, it } from 'vitest';
import { GuestBook } from '../contracts/network.fixture.ts';
import {
  frame,
  listening,
  Stranger,
  until,
  upgrade,
  upgraded,
} from '../runtime/world/web.fixture.ts';

const BINARY = 0x82;

/** An address of this machine, another one for each. */
const address = (nth: number): string => `127.${nth % 50}.${nth % 7}.${1 + (nth % 250)}`;

const strangers = (port: number, count: number): Stranger[] =>
  Array.from({ length: count }, (_, nth) => new Stranger(port, address(nth)));

describe('an attack on a listener', () => {
  it('by hundreds that say nothing, or half a word, ends when the door says so', async () => {
    const { door, port } = await listening();
    const silent = strangers(port, 300);
    const slow = strangers(port, 100).map((each) => each.say('GET /holdfast HTTP/1.1\r\nX-A: '));
    await until(() => door.arrivals.length === 400);
    const seen = new Set(door.arrivals.map(({ remote }) => remote.address));
    expect(seen).toEqual(new Set(Array.from({ length: 300 }, (_, nth) => address(nth))));
    for (const arrival of door.arrivals) arrival.drop();
    await until(() => [...silent, ...slow].every(({ isOver }) => isOver));
    await until(() => door.diary.length === 800);
    expect(door.diary.filter((line) => line === 'left').length).toBe(400);
    expect([...silent, ...slow].every(({ heard }) => heard === '')).toBe(true);
  });

  it('does not keep an honest dialler out', async () => {
    const { door, port } = await listening();
    strangers(port, 300);
    const honest = new Stranger(port).say(upgrade());
    await until(() => door.guests.length === 1 && honest.heard !== '');
    expect(honest.heard.startsWith('HTTP/1.1 101 ')).toBe(true);
  });

  it('by those who are not let arrive costs no word and no memory of them', async () => {
    const door = new GuestBook();
    door.isOpen = false;
    const { port } = await listening(door);
    const refused = strangers(port, 100).map((each) => each.say(upgrade()));
    await until(() => refused.every(({ isOver }) => isOver));
    expect(refused.every(({ heard }) => heard === '')).toBe(true);
    expect(new Set(door.diary.map((line) => line.slice(0, 7)))).toEqual(new Set(['arrived']));
  });
});

describe('an attack on a link', () => {
  it('by silence after the upgrade, or one byte at a time, ends without a goodbye', async () => {
    for (const byte of ['', '\x82']) {
      const { stranger, link, heard } = await upgraded();
      stranger.say(byte);
      link.drop();
      expect(await stranger.told()).toBe('');
      await until(() => heard.end !== undefined);
      expect(heard.end).toBe('lost');
    }
  });

  it('by never reading shows in what is buffered, and ends at once', async () => {
    const { stranger, link, heard } = await upgraded();
    stranger.socket.pause();
    for (let sent = 0; sent < 500; sent++) link.send(new Uint8Array(65_536));
    expect(link.bufferedBytes > 16 * 2 ** 20).toBe(true);
    expect(heard.drained).toBe(0);
    link.drop();
    await until(() => heard.end !== undefined);
    expect([heard.end, link.bufferedBytes]).toEqual(['lost', 0]);
  });

  it('by a flood waits outside while the link is paused', async () => {
    const { stranger, link, heard } = await upgraded();
    link.pause();
    const flood = frame(BINARY, new Uint8Array(65_536));
    for (let sent = 0; sent < 500; sent++) stranger.say(flood);
    await new Promise((resolve) =>
      new Stranger(stranger.socket.remotePort ?? 0).socket.once('connect', resolve),
    );
    expect(heard.messages).toEqual([]);
    // What the system took is less than what was sent, by far.
    expect(stranger.socket.writableLength > 2 ** 20).toBe(true);
    link.drop();
    await until(() => heard.end !== undefined);
    expect(heard.messages).toEqual([]);
  });
});
