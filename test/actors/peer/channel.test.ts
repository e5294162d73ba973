import { describe, expect, it } from 'vitest';
import { Channel } from '../../../actors/peer/channel.ts';
import { Ledger } from '../../../actors/peer/ledger.ts';
import type { FrameSource } from '../../../actors/peer/requests/requests.ts';
import { TurnQueue } from '../../../actors/peer/turn-queue.ts';
import { CipherState } from '../../../actors/peer/wire/cipher-state.ts';
import type { Frame } from '../../../actors/peer/wire/frame.ts';
import { readFrames } from '../../../actors/peer/wire/frame-reader.ts';
import { FrameWriter } from '../../../actors/peer/wire/frame-writer.ts';
import type { Session } from '../../../actors/peer/wire/handshake.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import { primitives } from '../../../runtime/world/primitives.ts';
import { pairOf, play } from './wire/handshakes.ts';

const generous = { perSecond: 1e9, burst: 1e9 };

/** Data frames of so many bytes each, as many as there are. */
class Parts implements FrameSource {
  left: number;
  readonly #bytes: number;

  constructor(left: number, bytes: number) {
    this.left = left;
    this.#bytes = bytes;
  }

  fill(writer: FrameWriter): boolean {
    const frame: Frame = { kind: 'data', id: 1, part: new Uint8Array(this.#bytes) };
    while (this.left > 0 && writer.write(frame)) this.left -= 1;
    return this.left > 0;
  }
}

function sessions(): readonly [Session, Session] {
  const told = play(pairOf(primitives));
  const [one, other] = [told.initiator, told.responder].map((steps) => steps.at(-1));
  if (one?.kind !== 'live' || other?.kind !== 'live') throw new Error('they are not live');
  return [one.session, other.session];
}

/** As a link may: what was sent is no longer there for whoever sent it. */
function takeAway({ buffer, length }: Uint8Array): void {
  if (length < 32_768 || !(buffer instanceof ArrayBuffer)) return;
  structuredClone(buffer, { transfer: [buffer] });
}

function stage(source: FrameSource, pace = generous) {
  const clock = new VirtualClock();
  const [ours, theirs] = sessions();
  const sent: Uint8Array[] = [];
  const link = {
    remote: { address: '10.0.0.1', port: 1 },
    bufferedBytes: 0,
    send(message: Uint8Array) {
      sent.push(message.slice());
      this.bufferedBytes += message.length;
      takeAway(message);
    },
    pause() {},
    resume() {},
    close() {},
    drop() {},
  };
  const writer = new FrameWriter();
  const account = new Ledger().open('10.0.0.0/24');
  const turns = new TurnQueue(clock);
  const tools = { clock, writer, pace, account, turns };
  const channel = new Channel(link, ours.transport, source, tools);
  const far = new Channel({ ...link }, theirs.transport, new Parts(0, 0), tools);
  const read = (message: Uint8Array) => {
    const plain = far.open(message);
    return plain && readFrames(plain);
  };
  const heard = () => sent.splice(0).map(read);
  const drain = () => {
    link.bufferedBytes = 0;
    channel.drained();
  };
  return { clock, channel, link, sent, heard, drain, turns, ours, theirs };
}

const pong = (fill: number): Frame => ({ kind: 'pong', nonce: new Uint8Array(8).fill(fill) });

describe('a channel', () => {
  it('sends all that is said in one turn in one message, and nothing before its end', () => {
    const { clock, channel, sent, heard } = stage(new Parts(0, 0));
    for (const fill of [1, 2, 3]) channel.say(pong(fill));
    expect(sent).toHaveLength(0);
    clock.advance(0);
    expect(heard()).toEqual([[pong(1), pong(2), pong(3)]]);
  });

  it('shows whoever counts its bytes the class of what is said, and not its size', () => {
    const { clock, channel, sent, drain } = stage(new Parts(0, 0));
    const lengthOf = (...frames: readonly Frame[]) => {
      for (const frame of frames) channel.say(frame);
      clock.advance(0);
      drain();
      return sent.splice(0).map(({ length }) => length);
    };
    const data = (bytes: number): Frame => ({ kind: 'data', id: 1, part: new Uint8Array(bytes) });
    const lengths = [
      [
        lengthOf(pong(1)),
        lengthOf(pong(1), pong(2)),
        lengthOf({ kind: 'credit', id: 0, bytes: 9 }),
      ],
      [lengthOf({ kind: 'pass', pass: new Uint8Array(40) }), lengthOf({ kind: 'switch' })],
      [1, 1_000, 1_017, 1_018, 65_488, 65_489, 65_512].map((bytes) => lengthOf(data(bytes))),
    ];
    expect(lengths).toEqual([
      [[81], [81], [81]],
      [[81], [81]],
      [[81], [1_041], [1_041], [1_105], [65_512], [65_536], [65_536]],
    ]);
    clock.advance(600_000);
    expect([lengthOf(pong(1)), lengthOf({ kind: 'bye' })]).toEqual([[81], [81]]);
  });

  it('seals no more than half a megabyte ahead of who reads', () => {
    const source = new Parts(100, 60_000);
    const { clock, channel, sent, drain } = stage(source);
    channel.flushSoon();
    clock.advance(0);
    expect([sent.length, source.left]).toEqual([9, 91]);
    drain();
    clock.advance(0);
    expect([sent.length, source.left]).toEqual([18, 82]);
  });

  it('sends a message, and what does not fit into it once others have had their turn', () => {
    const { clock, channel, sent, turns } = stage(new Parts(3, 60_000));
    const seen: number[] = [];
    for (let nth = 0; nth < 8; nth++) turns.add(() => seen.push(sent.length));
    channel.flushSoon();
    clock.advance(0);
    expect([seen, sent.length]).toEqual([Array(8).fill(1), 3]);
  });

  it('keeps the pace: what was spent ahead is waited for', () => {
    const source = new Parts(100, 60_000);
    const { clock, channel, sent, link } = stage(source, { perSecond: 60_000, burst: 60_000 });
    channel.flushSoon();
    for (let second = 0; second < 5; second++) {
      link.bufferedBytes = 0;
      clock.advance(1_000);
    }
    expect([sent.length >= 5, sent.length <= 7]).toEqual([true, true]);
  });

  it('is stalled if something waits, and nothing left since it was last asked', () => {
    const { clock, channel, drain } = stage(new Parts(1, 10));
    expect(channel.isStalled).toBe(false);
    channel.flushSoon();
    clock.advance(0);
    expect(channel.isStalled).toBe(true);
    drain();
    expect(channel.isStalled).toBe(false);
  });

  it('reads what the other side sealed next, and nothing else', () => {
    const { clock, channel, sent, heard } = stage(new Parts(0, 0));
    channel.say(pong(1));
    clock.advance(0);
    const [first] = sent.splice(0);
    if (first === undefined) throw new Error('nothing was sent');
    sent.push(first.with(5, (first[5] ?? 0) ^ 1), first, first);
    expect(heard()).toEqual([undefined, [pong(1)], undefined]);
  });

  it('says nothing more once it is over, and takes no more than it can say', () => {
    const { clock, channel, sent } = stage(new Parts(5, 10));
    const taken = Array.from({ length: 130 }, (_, fill) => channel.say(pong(fill)));
    expect(taken.filter(Boolean)).toHaveLength(128);
    channel.end();
    clock.advance(1_000);
    expect(sent).toHaveLength(0);
  });
});

describe('a channel and its keys', () => {
  it('says that its key is another one with the first word after ten minutes', () => {
    const { clock, channel, heard, theirs } = stage(new Parts(0, 0));
    const say = (fill: number) => {
      channel.say(pong(fill));
      clock.advance(0);
      return heard();
    };
    clock.advance(599_999);
    expect(say(1)).toEqual([[pong(1)]]);
    clock.advance(1);
    expect(say(2)).toEqual([[{ kind: 'rekey' }, pong(2)]]);
    theirs.transport.rekeyReceiving();
    clock.advance(599_999);
    expect(say(3)).toEqual([[pong(3)]]);
    clock.advance(1);
    expect(say(4)).toEqual([[{ kind: 'rekey' }, pong(4)]]);
    // Whoever does not heed it reads nothing more.
    expect(say(5)).toEqual([undefined]);
  });

  it('turns to new ones after the message that says so, and not before', () => {
    const { clock, channel, heard, ours, theirs } = stage(new Parts(0, 0));
    const cipher = () => new CipherState(primitives, new Uint8Array(32).fill(9));
    ours.transport.prepare({ sending: cipher(), receiving: cipher() });
    theirs.transport.prepare({ sending: cipher(), receiving: cipher() });
    for (const frame of [pong(1), { kind: 'switch' } as const, pong(2)]) channel.say(frame);
    clock.advance(0);
    expect(heard()).toEqual([[pong(1), { kind: 'switch' }, pong(2)]]);
    theirs.transport.turnReceiving();
    channel.say(pong(3));
    clock.advance(0);
    expect(heard()).toEqual([[pong(3)]]);
  });
});
