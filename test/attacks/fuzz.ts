import type { Call } from '../../actors/peer/requests/call.ts';
import { initiatorOf } from '../../actors/peer/self.ts';
import type { Frame } from '../../actors/peer/wire/frame.ts';
import { readFrames } from '../../actors/peer/wire/frame-reader.ts';
import { FrameWriter } from '../../actors/peer/wire/frame-writer.ts';
import type { Step } from '../../actors/peer/wire/handshake.ts';
import { failRequest } from '../../actors/refusals.ts';
import type { RandomStream } from '../../actors/world.ts';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { selfOf } from '../actors/peer/raw-peer.ts';
import type { LoneSide } from './lone-side.ts';

/** What a sealed message may be let go for that says what it may, though not now. */
const KEYS = ['offer', 'offers', 'answer', 'switch'];
const UNTIMELY = ['order', 'open', 'unexpected', 'size', 'flow', 'credit', 'underWay', ...KEYS];
const WELL_FORMED = [...UNTIMELY, 'pings', 'challenge'];
const MALFORMED = [
  ...['empty', 'kind', 'cut', 'size', 'encoding', 'text', 'flags', 'rekey', 'afterBye', 'padding'],
];

const HOUR_MS = 3_600_000;
/** Whoever is refused ends then. */
const HANDSHAKE_MS = 10_000;
const NAMES = ['price', 'watch', 'holdfast.prove', 'x'.repeat(128)];

/** What a message may come to: `on` if the connection goes on. */
type Expected = readonly string[];

class Draws {
  readonly #stream: RandomStream;

  constructor(seed: number, name: string) {
    this.#stream = new SeededRandom(seed).stream(name);
  }

  below(max: number): number {
    return Math.floor(this.#stream.draw() * max);
  }

  chance(rate: number): boolean {
    return this.#stream.draw() < rate;
  }

  of<Value>(values: readonly [Value, ...Value[]]): Value {
    return values[this.below(values.length)] ?? values[0];
  }

  bytes(length: number): Uint8Array {
    return this.#stream.bytes(length);
  }

  /** The bytes, with one or more of them changed, cut off, or added. */
  spoilt(bytes: Uint8Array): Uint8Array {
    const way = this.below(4);
    if (way === 0) return bytes.slice(0, this.below(bytes.length));
    if (way === 1) return Uint8Array.from([...bytes, ...this.bytes(1 + this.below(40))]);
    const spoilt = bytes.slice();
    for (let nth = way === 2 ? 1 : 1 + this.below(8); nth > 0; nth--) {
      const at = this.below(spoilt.length);
      spoilt[at] = (spoilt[at] ?? 0) ^ (1 + this.below(255));
    }
    return spoilt;
  }
}

/** One connection after its seal, and all that is said to it. */
class Talk {
  frames = 0;
  readonly #draws: Draws;
  readonly #side: LoneSide;
  readonly #end;
  readonly #writer = new FrameWriter();
  /** Requests of the side that were not answered yet. */
  #asked: number[] = [];
  #nextId = 1;
  #open: number[] = [];
  #pings = 0;
  #hasSaidBye = false;
  /** Nobody knows what was said. */
  #isMuddled = false;
  #asks = 0;
  #told = 0;

  constructor(side: LoneSide, draws: Draws) {
    this.#side = side;
    this.#draws = draws;
    side.diary.length = 0;
    this.#end = side.live();
    for (let nth = draws.below(4); nth > 0; nth--) this.#ask();
  }

  #ask(): void {
    this.#asks += 1;
    const told = (): void => {
      this.#told += 1;
    };
    const bytes = new Uint8Array(this.#draws.below(3) * 100_000);
    this.#end.actor.ask('ask', { encoding: 'bytes', bytes }, HOUR_MS, {
      onAnswered: told,
      onFailed: told,
      onStreamed: (items) => {
        told();
        if (this.#draws.chance(0.3)) items.cancel();
      },
    });
  }

  /** Until it is over, or so many frames were said. */
  run(framesMax: number): void {
    while (this.frames < framesMax && !this.#isMuddled && !this.#end.actor.isEnded) this.#step();
    if (!this.#end.actor.isEnded) this.#end.events.onEnd('lost');
    this.#side.clock.advance(0);
    const left = [this.#side.ledger.heldBytes, this.#side.ledger.byNetgroup().size];
    this.#must(
      left.every((count) => count === 0),
      `left ${left}`,
    );
    this.#must(this.#told === this.#asks, `${this.#told} answers to ${this.#asks} requests`);
    this.#must(this.#end.isDropped() || this.#said() === 'drained null', 'it was not cut');
  }

  #must(isSo: boolean, otherwise: string): void {
    if (!isSo) throw new Error(`after ${this.frames} frames: ${otherwise}, ${this.#said()}`);
  }

  #said(): string {
    return this.#side.diary.at(-1) ?? '';
  }

  #step(): void {
    const { message, expected } = this.#next();
    this.#end.events.onMessage(message);
    this.#side.clock.advance(this.#draws.chance(0.02) ? 700 : 1);
    this.#hear();
    const outcome = this.#end.actor.isEnded ? this.#said() : 'on';
    const may = this.#hasSaidBye ? [...expected, 'drained null', 'drain.timedOut null'] : expected;
    this.#must(may.includes(outcome), `it should be one of ${may}`);
  }

  /** What the side says: the requests that it makes. */
  #hear(): void {
    for (const message of this.#end.sent.splice(0)) {
      const frames = readFrames(this.#end.far.open(message) ?? new Uint8Array());
      if ('violation' in frames) throw new Error(`it says what nobody may: ${frames.violation}`);
      for (const frame of frames) if (frame.kind === 'request') this.#asked.push(frame.id);
    }
  }

  #next(): { message: Uint8Array; expected: Expected } {
    const draws = this.#draws;
    const kind = draws.below(100);
    const violated = (all: readonly string[]) => all.map((why) => `rules.violated ${why}`);
    if (kind < 70) {
      const frames = Array.from({ length: 1 + draws.below(6) }, () => this.#good());
      return { message: this.#sealed(frames), expected: ['on'] };
    }
    if (kind < 88) {
      const frames = Array.from({ length: 1 + draws.below(3) }, () => this.#wild());
      for (const frame of frames) this.#remember(frame);
      const expected = ['on', ...violated([...WELL_FORMED, 'afterBye'])];
      return { message: this.#sealed(frames), expected };
    }
    this.frames += 1;
    if (kind < 94) {
      const { plain, why } = this.#malformed();
      return { message: this.#end.far.seal(plain), expected: violated([why]) };
    }
    if (kind < 98) {
      const plain = draws.spoilt(this.#plain([this.#wild(), this.#wild()]));
      this.#isMuddled = true;
      const expected = ['on', 'drained null', ...violated([...WELL_FORMED, ...MALFORMED])];
      return { message: this.#end.far.seal(plain), expected };
    }
    const forged = draws.spoilt(this.#sealed([this.#wild()]));
    return { message: forged, expected: ['link.violated null'] };
  }

  /** What a wild frame may have changed for those that come after it. */
  #remember(frame: Frame): void {
    if (frame.kind === 'bye') this.#hasSaidBye = true;
    if (!('id' in frame)) return;
    this.#asked = this.#asked.filter((id) => id !== frame.id);
    if (frame.kind !== 'request' || frame.id !== this.#nextId) return;
    this.#open.push(frame.id);
    this.#nextId += 2;
  }

  #plain(frames: readonly Frame[]): Uint8Array {
    this.#writer.clear();
    for (const frame of frames) this.#writer.write(frame);
    return this.#writer.padded.slice();
  }

  #sealed(frames: readonly Frame[]): Uint8Array {
    this.frames += frames.length;
    return this.#end.far.seal(this.#plain(frames));
  }

  /** A frame that may stand here, whatever was said before. */
  #good(): Frame {
    const draws = this.#draws;
    const cancelled = this.#open.length > 100 || draws.chance(0.2) ? this.#open.shift() : undefined;
    if (cancelled !== undefined) return { kind: 'cancel', id: cancelled };
    const answered = draws.chance(0.2) ? this.#asked.shift() : undefined;
    const part = draws.bytes(draws.below(100));
    if (answered !== undefined) {
      return { kind: 'response', id: answered, encoding: 'bytes', size: part.length, part };
    }
    const way = draws.below(6);
    if (way === 0 && this.#pings < 60) {
      this.#pings += 1;
      return { kind: 'ping', nonce: draws.bytes(8) };
    }
    if (way === 1) return { kind: 'pong', nonce: draws.bytes(8) };
    if (way === 2) return { kind: 'pass', pass: draws.bytes(40) };
    if (way === 3) return { kind: 'credit', id: 0, bytes: 0 };
    if (way === 4) {
      return { kind: 'relay', circuit: draws.below(5), part: Uint8Array.from([1, ...part]) };
    }
    const id = this.#nextId;
    this.#nextId += 2;
    this.#open.push(id);
    const rest = { timeoutMs: draws.below(60_000), encoding: 'bytes', name: 'price' } as const;
    return { kind: 'request', id, size: part.length, part, ...rest };
  }

  /** A frame that says what it may, though hardly here. */
  #wild(): Frame {
    const draws = this.#draws;
    const id = draws.of([draws.below(12), this.#nextId, this.#nextId - 2, 0xffff_ffff]);
    const part = draws.bytes(draws.of([0, 1, 50, 3_000]));
    const size = Math.max(part.length, draws.of([0, 1_000, 300_000, 10_485_760]));
    const payload = { encoding: 'bytes', size, part } as const;
    const bytes = draws.of([0, 1, 70_000, 0xffff_ffff]);
    return draws.of<Frame>([
      { kind: 'request', id, timeoutMs: bytes, name: draws.of(['y', ...NAMES]), ...payload },
      { kind: draws.of(['response', 'item']), id, ...payload },
      { kind: draws.of(['stream', 'end', 'cancel']), id },
      { kind: 'data', id, part: Uint8Array.from([1, ...part]) },
      { kind: 'error', id, ...failRequest('RATE_LIMITED', bytes) },
      { kind: 'credit', id: draws.of([0, id]), bytes },
      { kind: 'ping', nonce: draws.bytes(8) },
      { kind: 'bye' },
      draws.of<Frame>([
        { kind: draws.of(['offer', 'answer']), part: draws.bytes(1 + draws.below(1_248)) },
        { kind: 'switch' },
      ]),
    ]);
  }

  #malformed(): { plain: Uint8Array; why: string } {
    const draws = this.#draws;
    const part = draws.bytes(1 + draws.below(50));
    const terms = { timeoutMs: 5, encoding: 'bytes', name: 'price' } as const;
    const size = part.length;
    const request = this.#plain([{ kind: 'request', id: this.#nextId, ...terms, size, part }]);
    const end = 17 + terms.name.length + size;
    const error = this.#plain([{ kind: 'error', id: 2, ...failRequest('RATE_LIMITED') }]);
    const bye = this.#plain([{ kind: 'bye' }]);
    const ping: Frame = { kind: 'ping', nonce: draws.bytes(8) };
    const changed = (bytes: Uint8Array, at: number, to: number): Uint8Array =>
      bytes.map((byte, index) => (index === at ? to : byte));
    return draws.of([
      { plain: new Uint8Array(draws.of([0, 1, 64])), why: 'empty' },
      { plain: Uint8Array.of(draws.of([19, 255])), why: 'kind' },
      { plain: request.subarray(0, 1 + draws.below(end - 1)), why: 'cut' },
      {
        plain: draws.of([bye.subarray(0, 1), changed(bye, 2 + draws.below(62), 1)]),
        why: 'padding',
      },
      { plain: changed(request, 10, 0xff), why: 'size' },
      { plain: changed(request, 9, 3 + draws.below(200)), why: 'encoding' },
      { plain: changed(request, 15, 0xff), why: 'text' },
      { plain: changed(error, 9, 2), why: 'flags' },
      { plain: this.#plain([{ kind: 'bye' }, ping]), why: 'afterBye' },
      { plain: this.#plain([ping, { kind: 'rekey' }]), why: 'rekey' },
    ]);
  }
}

/** Answers some requests, streams to others, refuses some, and forgets the rest. */
export function serveAll(side: LoneSide): void {
  const payload = { encoding: 'bytes', bytes: new Uint8Array(300) } as const;
  let calls = 0;
  side.owner.onCall = (_, call: Call) => {
    calls += 1;
    if (calls % 4 === 0) call.answer(payload);
    else if (calls % 4 === 1) call.fail(failRequest('RATE_LIMITED'));
    else if (calls % 4 === 2) call.onCancelled(() => call.answer(payload));
    else {
      const outflow = call.stream();
      for (let nth = 0; nth < 3; nth++) void outflow.write(payload);
      outflow.end();
    }
  };
}

/** Says at least so many frames to connections after their seal. Returns how many it took. */
export function fuzzLive(side: LoneSide, seed: number, frames: number): number {
  const draws = new Draws(seed, 'live');
  let connections = 0;
  for (let said = 0; said < frames; connections++) {
    const talk = new Talk(side, draws);
    talk.run(400);
    said += talk.frames;
  }
  return connections;
}

/** Says so many messages to connections before their seal: none of which gets any further. */
export function fuzzHalfOpen(side: LoneSide, seed: number, messages: number): void {
  const draws = new Draws(seed, 'half open');
  const other = selfOf(2);
  for (let said = 0; said < messages; said++) {
    side.diary.length = 0;
    const { actor, events, sent, isDropped } = side.halfOpen();
    const initiator = initiatorOf(other, 'ws');
    let queue = sentOf(initiator.begin());
    // Hello, and sometimes finish and seal as they should be.
    const good = draws.of([0, 0, 0, 0, 0, 0, 0, 1, 2]);
    for (let nth = 0; nth < good; nth++) {
      const [message = new Uint8Array(1), ...others] = queue;
      events.onMessage(message);
      side.clock.advance(0);
      const reply = sent.at(-1);
      queue = others.length > 0 || reply === undefined ? others : sentOf(initiator.receive(reply));
    }
    const [next = new Uint8Array(40)] = queue;
    events.onMessage(draws.spoilt(next));
    events.onMessage(draws.bytes(1 + draws.below(100)));
    side.clock.advance(0);
    if (actor.isEnded) throw new Error(`message ${said}: it ended before its time was over`);
    side.clock.advance(HANDSHAKE_MS);
    const outcome = side.diary.join();
    const isOver = actor.isEnded && isDropped() && actor.peer === undefined;
    if (isOver && outcome.startsWith('handshake.failed ') && sent.length <= 1) continue;
    throw new Error(`message ${said}, after ${good} good ones: ${outcome}, ${sent.length} sent`);
  }
}

const sentOf = (step: Step): readonly Uint8Array[] => (step.kind === 'refused' ? [] : step.send);
