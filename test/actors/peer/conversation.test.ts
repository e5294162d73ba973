import { describe, expect, it } from 'vitest';
import { Conversation, type ConversationEvents } from '../../../actors/peer/conversation.ts';
import { Ledger } from '../../../actors/peer/ledger.ts';
import { TurnQueue } from '../../../actors/peer/turn-queue.ts';
import type { Frame } from '../../../actors/peer/wire/frame.ts';
import { FrameWriter } from '../../../actors/peer/wire/frame-writer.ts';
import { type Failure, failRequest } from '../../../actors/refusals.ts';
import { TimerWheel } from '../../../runtime/kernel/timer-wheel.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import { SeededRandom } from '../../../runtime/sim/random.ts';
import { primitives } from '../../../runtime/world/primitives.ts';
import { pairOf, play } from './wire/handshakes.ts';

interface Terms {
  readonly pressured?: boolean;
  readonly effortMs?: number;
  /** What every request is told. */
  readonly refused?: Failure;
}

/** As a link does, which writes over what it has given. */
function hand(talk: Conversation, message: Uint8Array): void {
  talk.receive(message);
  message.fill(0);
}

/** Number 1 listens to what a test seals in the name of number 2. */
function stage({ pressured = false, effortMs = 0, refused }: Terms = {}) {
  const clock = new VirtualClock();
  let spentMs = 0;
  const working = {
    monotonicMs: () => clock.monotonicMs() + spentMs,
    wallMs: () => clock.wallMs(),
    after: (ms: number, task: () => void) => clock.after(ms, task),
    soon: (task: () => void) => clock.soon(task),
  };
  const told = play(pairOf(primitives));
  const [ours, theirs] = [told.initiator.at(-1), told.responder.at(-1)];
  if (ours?.kind !== 'live' || theirs?.kind !== 'live') throw new Error('they are not live');
  const diary: string[] = [];
  const sent: number[] = [];
  const served: string[] = [];
  const say = (word: string) => () => void diary.push(word);
  const events: ConversationEvents = {
    onRequest: () => refused,
    onCall(call) {
      spentMs += effortMs;
      served.push(call.name);
      call.answer({ encoding: 'nothing', bytes: new Uint8Array() });
    },
    onFrame: ({ kind }) => diary.push(kind),
    onKeys: ({ kind }) => (kind === 'switch' ? 'switch' : undefined),
    onViolated: (because) => diary.push(`violated ${because}`),
    onForged: say('forged'),
    onBye: say('bye'),
    onIdle: say('idle'),
    onThrottled: say('throttled'),
    onResumed: say('resumed'),
    onHealth: (signal) => diary.push(signal),
  };
  const link = {
    remote: { address: '10.0.0.1', port: 1 },
    bufferedBytes: 0,
    send: (message: Uint8Array) => sent.push(message.length),
    pause: say('pause'),
    resume: say('resume'),
    close() {},
    drop() {},
  };
  const ledger = new Ledger();
  const account = ledger.open('10.0.0.0/24');
  const stream = new SeededRandom(1).stream('talk');
  const pace = { perSecond: 65_536, burst: 131_072 };
  const turns = new TurnQueue(working);
  const talk = new Conversation(
    'initiator',
    link,
    ours.session,
    {
      ...{ clock: working, account, intake: pace, pace },
      wheel: new TimerWheel(clock),
      turns,
      writer: new FrameWriter(),
      random: (length) => stream.bytes(length),
      isPressured: () => pressured,
    },
    events,
  );
  const writer = new FrameWriter();
  const receive = (...frames: Frame[]): void => {
    writer.clear();
    for (const frame of frames) writer.write(frame);
    hand(talk, theirs.session.transport.seal(writer.padded));
  };
  return { clock, talk, diary, sent, served, receive, account, ledger, turns };
}

const ping: Frame = { kind: 'ping', nonce: new Uint8Array(8) };

const requestOf = (id: number, size = 0): Frame => ({
  kind: 'request',
  ...{ id, timeoutMs: 1_000, encoding: size === 0 ? 'nothing' : 'bytes', size, name: 'price' },
  part: new Uint8Array(size),
});

describe('a conversation', () => {
  it('is not read while it is beyond its bytes, and small messages are not free', () => {
    const { clock, diary, receive } = stage();
    // A message of a few bytes counts as 256.
    for (let nth = 0; nth < 512; nth++) receive({ kind: 'credit', id: 0, bytes: 0 });
    expect(diary).toEqual([]);
    for (let nth = 0; nth < 64; nth++) receive({ kind: 'credit', id: 0, bytes: 0 });
    expect(diary).toEqual(['pause', 'throttled']);
    clock.advance(1_000);
    expect(diary).toEqual(['pause', 'throttled', 'resume', 'resumed']);
  });

  it('is not read as fast as it can ask, once it asks too often', () => {
    const { clock, diary, receive } = stage({ refused: failRequest('RATE_LIMITED') });
    // 131,072 bytes at once are free, and so are 32 such requests.
    for (let nth = 1; nth <= 16; nth++) receive(requestOf(4 * nth - 2), requestOf(4 * nth));
    expect(diary).toEqual(['pause', 'throttled']);
    clock.advance(100);
    expect(diary).toEqual(['pause', 'throttled', 'resume', 'resumed']);
  });

  it('may take a quarter of a core while the process is under pressure, and more if not', () => {
    const outcomes = [true, false].map((pressured) => {
      const { clock, diary, receive } = stage({ pressured, effortMs: 400 });
      for (const id of [2, 4, 6, 8, 10, 12]) {
        receive(requestOf(id));
        clock.advance(0);
      }
      return diary;
    });
    expect(outcomes).toEqual([['pause', 'throttled'], []]);
  });

  it('T13: is read again within five seconds, whatever it owes, for signs of life', () => {
    const { clock, diary, receive } = stage({ pressured: true, effortMs: 60_000 });
    receive(requestOf(2));
    clock.advance(4_999);
    expect(diary).toEqual(['pause', 'throttled']);
    clock.advance(1);
    receive(ping);
    expect(diary).toEqual(['pause', 'throttled', 'resume', 'resumed', 'pause', 'throttled']);
  });

  it('breaks the rules with more than 64 pings in ten seconds', () => {
    const { clock, diary, receive } = stage();
    receive(...Array<Frame>(64).fill(ping));
    clock.advance(0);
    expect(diary).toEqual(['pause', 'resume']);
    receive(ping);
    expect(diary).toEqual(['pause', 'resume', 'violated pings']);
  });

  it('takes 16 frames of a message at once, more of them in turns, then what came after', () => {
    const { clock, diary, receive, turns } = stage();
    const pass: Frame = { kind: 'pass', pass: new Uint8Array(40) };
    receive(...Array<Frame>(16).fill(pass));
    expect(diary.splice(0)).toEqual(Array(16).fill('pass'));
    receive(...Array<Frame>(40).fill(pass));
    receive({ kind: 'bye' });
    expect(diary.splice(0)).toEqual(['pause']);
    for (let nth = 0; nth < 5; nth++) turns.add(() => diary.push('others'));
    clock.advance(0);
    expect(diary).toEqual([
      ...Array(16).fill('pass'),
      ...Array(5).fill('others'),
      ...Array(24).fill('pass'),
      ...['bye', 'resume'],
    ]);
  });

  it('takes what little is asked at once, and what is asked of it by the greedy in turns', () => {
    const { clock, served, diary, receive } = stage({ effortMs: 11 });
    receive(requestOf(2));
    receive(requestOf(4));
    expect(served).toHaveLength(2);
    for (const id of [6, 8, 10]) receive(requestOf(id));
    expect([served.length, diary.splice(0)]).toEqual([3, ['pause']]);
    clock.advance(0);
    expect([served.length, diary]).toEqual([5, ['resume']]);
  });

  it('is as quick to the greedy as to anybody while nobody else is', () => {
    const { served, diary, receive } = stage({ effortMs: 30 });
    receive(requestOf(2));
    receive(requestOf(4));
    expect([served.length, diary]).toEqual([2, []]);
  });

  it('sends answers as they are made, to the greedy those to a small message together', () => {
    const cases = [
      { effortMs: 0, size: 0 },
      { effortMs: 30, size: 0 },
      { effortMs: 30, size: 200 },
    ];
    const sentBy = cases.map(({ effortMs, size }) => {
      const { clock, sent, receive } = stage({ effortMs });
      receive(requestOf(2));
      clock.advance(0);
      receive(...Array.from({ length: 128 }, (_, nth) => requestOf(4 + 2 * nth, size)));
      clock.advance(0);
      return sent.length;
    });
    expect(sentBy).toEqual([9, 2, 9]);
  });

  it('tells frames of its own from those of requests', () => {
    const { diary, receive, talk } = stage();
    receive({ kind: 'pass', pass: new Uint8Array(40) });
    receive({ kind: 'relay', circuit: 1, part: Uint8Array.of(1) });
    receive({ kind: 'pong', nonce: new Uint8Array(8) });
    receive({ kind: 'item', id: 1, encoding: 'nothing', size: 0, part: new Uint8Array() });
    expect([diary, talk.isHeard]).toEqual([['pass', 'relay', 'violated unexpected'], true]);
  });

  it('says that a check of health was answered, or that it is too late for that', () => {
    const { clock, diary, talk } = stage();
    talk.checkHealth();
    talk.endHealthCheck();
    talk.endHealthCheck();
    clock.advance(0);
    expect(diary).toEqual(['health.timedOut']);
  });

  it('counts what it costs, until it is over', () => {
    const { receive, account, ledger, talk } = stage();
    receive(ping, ping);
    expect([account.framesIn, account.bytesIn]).toEqual([2, 81]);
    talk.end({ code: 'PEER_LOST', message: '', retryable: true, retryAfterMs: 0 });
    expect([ledger.byNetgroup().size, ledger.heldBytes]).toEqual([0, 0]);
  });
});
