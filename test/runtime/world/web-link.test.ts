import { describe, expect, it } from 'vitest';
import { nextTurn } from '../../../runtime/world/turn.ts';
import { frame, listening, Stranger, until, upgrade, upgraded } from './web.fixture.ts';

const [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG] = [0x80, 0x81, 0x82, 0x88, 0x89, 0x8a];
const FIRST = 0x02;
const MIDDLE = 0x00;

const all = (...frames: Uint8Array[]): Uint8Array => Buffer.concat(frames);
const some = (count: number, bytes: Uint8Array): Uint8Array[] => Array(count).fill(bytes);

/** A message in so many fragments, the first and the last among them. */
const inFragments = (count: number, piece: string): Uint8Array =>
  all(frame(FIRST, piece), ...some(count - 2, frame(MIDDLE, piece)), frame(CONTINUATION, piece));

const violations: Readonly<Record<string, Uint8Array>> = {
  'a text': frame(TEXT, 'text'),
  'an empty message': frame(BINARY),
  'a message in 17 fragments': inFragments(17, 'x'),
  'a message in 17 empty fragments': inFragments(17, ''),
  'a message that never ends': all(frame(FIRST, 'x'), ...some(16, frame(MIDDLE, 'x'))),
  'a message of 65,537 bytes': frame(BINARY, new Uint8Array(65_537)),
  'a message that says it has 2^62 bytes': Buffer.from([0x82, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0]),
  'fragments of 65,537 bytes together': all(
    frame(FIRST, new Uint8Array(65_000)),
    frame(CONTINUATION, new Uint8Array(537)),
  ),
  'a compressed message': frame(0xc2, 'x'),
  'reserved bits': frame(0xa2, 'x'),
  'an unknown kind of frame': frame(0x83, 'x'),
  'a message that is not masked': Buffer.from([0x82, 1, 0x61]),
  'three pings in a second': all(...some(3, frame(PING, 'x'))),
  'three pongs in a second': all(...some(3, frame(PONG))),
  'two pings and a pong in a second': all(...some(2, frame(PING, 'x')), frame(PONG)),
  '1,500 pings at once': all(...some(1_500, frame(PING, 'x'.repeat(125)))),
  'a long ping': frame(PING, 'x'.repeat(126)),
  'a ping in fragments': frame(0x09),
  'a close without room for its code': frame(CLOSE, 'x'),
};

describe('a link of the real network', () => {
  it.each(Object.entries(violations))('ends without another byte after %s', async (_, bytes) => {
    const { stranger, heard, link } = await upgraded();
    stranger.say(all(frame(BINARY, 'good'), bytes, frame(BINARY, 'late')));
    const told = await stranger.told();
    // Two pings may still have been answered.
    const pongs = ['\x8a\x01x', `\x8a\x7d${'x'.repeat(125)}`];
    expect(pongs.reduce((left, pong) => left.replaceAll(pong, ''), told)).toBe('');
    await until(() => heard.end !== undefined);
    expect([heard.messages, heard.end, heard.afterTheEnd]).toEqual([['good'], 'violated', 0]);
    expect(link.bufferedBytes).toBe(0);
  });

  it('takes what is within all limits', async () => {
    const { stranger, heard } = await upgraded();
    stranger.say(all(inFragments(16, 'x'), frame(PING, 'x'), frame(PONG), inFragments(2, 'y')));
    stranger.say(frame(BINARY, new Uint8Array(65_536).fill(97)));
    await until(() => heard.messages.length === 3 && stranger.heard !== '');
    expect(heard.messages).toEqual(['x'.repeat(16), 'yy', 'aaaaaaaa… of 65536']);
    expect([heard.end, stranger.heard]).toEqual([undefined, '\x8a\x01x']);
  });

  it('ends when a message comes in crumbs', async () => {
    const { stranger, heard } = await upgraded();
    stranger.socket.setNoDelay(true);
    stranger.say(frame(BINARY, new Uint8Array(65_536)).subarray(0, 14));
    let crumbs = 0;
    while (heard.end === undefined && crumbs < 60_000) {
      stranger.say('x');
      crumbs += 1;
      await nextTurn();
    }
    expect([heard.end, heard.messages]).toEqual(['violated', []]);
  });

  it('says goodbye to who does so in good order, in one word', async () => {
    const { stranger, heard } = await upgraded();
    stranger.say(frame(CLOSE, Buffer.concat([Buffer.from([0x03, 0xe8]), Buffer.alloc(123, 120)])));
    expect(await stranger.told()).toBe('\x88\x02\x03\xe8');
    await until(() => heard.end !== undefined);
    expect(heard.end).toBe('closed');
  });

  it.each([
    ['for another reason', Buffer.from([0x03, 0xe9])],
    ['without a reason', Buffer.alloc(0)],
  ])('is lost when the other side closes it %s', async (_, reason) => {
    const { stranger, heard } = await upgraded();
    stranger.say(frame(CLOSE, reason));
    expect(await stranger.told()).toBe('');
    await until(() => heard.end !== undefined);
    expect(heard.end).toBe('lost');
  });

  it('is lost when the other side ends or resets its socket', async () => {
    for (const end of ['end', 'resetAndDestroy'] as const) {
      const { stranger, heard } = await upgraded();
      stranger.socket[end]();
      await until(() => heard.end !== undefined);
      expect(heard.end).toBe('lost');
    }
  });

  it('waits no longer for who does not say goodbye than until it is dropped', async () => {
    const { stranger, heard, link } = await upgraded();
    link.close();
    await until(() => stranger.heard !== '');
    expect(stranger.heard).toBe('\x88\x02\x03\xe8');
    stranger.say(frame(BINARY, 'not yet'));
    link.drop();
    await stranger.told();
    await until(() => heard.end !== undefined);
    expect([heard.end, heard.messages]).toEqual(['lost', []]);
  });

  it('hears what comes while it is paused later, its pings too', async () => {
    const { stranger, heard, link, port } = await upgraded();
    link.pause();
    stranger.say(all(frame(PING, 'x'), frame(BINARY, 'a')));
    // Whoever comes later has been answered by then.
    const other = new Stranger(port).say(upgrade());
    await until(() => other.heard !== '');
    expect([stranger.heard, heard.messages]).toEqual(['', []]);
    link.resume();
    await until(() => stranger.heard !== '' && heard.messages.length === 1);
  });

  it('is lost if it is dropped while it is paused, whatever is unread of a frame', async () => {
    const { stranger, heard, link, port } = await upgraded();
    const whole = frame(BINARY, new Uint8Array(1_000).fill(255));
    stranger.say(all(frame(BINARY, 'a'), whole.subarray(0, 20)));
    await until(() => heard.messages.length === 1);
    link.pause();
    stranger.say(whole.subarray(20));
    const other = new Stranger(port).say(upgrade());
    await until(() => other.heard !== '');
    link.drop();
    await until(() => heard.end !== undefined);
    await nextTurn();
    expect([heard.messages, heard.end, heard.afterTheEnd]).toEqual([['a'], 'lost', 0]);
  });

  it('that the door ends at once says nothing but that it was upgraded', async () => {
    const { door, port } = await listening();
    const { onOpened } = door;
    door.onOpened = (arrival, link) => {
      link.drop();
      return onOpened.call(door, arrival, link);
    };
    const stranger = new Stranger(port).say(upgrade());
    await stranger.told();
    await until(() => door.guests[0]?.heard.end !== undefined);
    expect(door.guests[0]?.heard.end).toBe('lost');
  });
});
