import { hash } from 'node:crypto';
import type { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import * as ws from 'ws';
import { nextTurn } from '../../../runtime/world/turn.ts';
import { WebReader } from '../../../runtime/world/web-reader.ts';
import fc from '../../fast-check.ts';

const [MORE, LAST, FIRST, WHOLE, TEXT] = [0x00, 0x80, 0x02, 0x82, 0x81];
const [CLOSE, PING, PONG] = [0x88, 0x89, 0x8a];
const MASKED = 0x80;

interface Sent {
  readonly first: number;
  readonly length: number;
  /** What a body begins with. */
  readonly code: number;
  readonly mask: readonly number[] | undefined;
  /** How its length is said, if it fits so. */
  readonly lengthBytes: 0 | 2 | 8;
}

const bodyOf = (length: number, code: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (at === 0 ? code >> 8 : at === 1 ? code & 255 : at % 127));

function bytesOf({ first, length, code, mask, lengthBytes }: Sent): Uint8Array {
  const body = bodyOf(length, code);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(body.length));
  const shortest = body.length < 126 ? 0 : body.length < 65_536 ? 2 : 8;
  const said = Math.max(shortest, lengthBytes);
  const short = said === 0 ? body.length : said === 2 ? 126 : 127;
  const head = [first, short + (mask === undefined ? 0 : MASKED), ...size.subarray(8 - said)];
  const masked = mask === undefined ? body : body.map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return Buffer.concat([Uint8Array.from([...head, ...(mask ?? [])]), masked]);
}

const told = (kind: string, bytes: Uint8Array): string =>
  `${kind} of ${bytes.length}: ${hash('sha1', bytes)}`;

/** That of ws, and what came out of it. */
class Theirs {
  readonly heard: string[] = [];
  readonly #receiver: Writable;

  constructor(masked: 0 | 0x80, heard: string[] = []) {
    this.heard = heard;
    const made: unknown = Reflect.get(ws, 'Receiver');
    if (typeof made !== 'function') throw new Error('ws has no receiver any more');
    const limits = { maxPayload: 65_536, maxFragments: 16, maxBufferedChunks: 1_024 };
    this.#receiver = Reflect.construct(made, [{ isServer: masked > 0, ...limits }]);
    this.#receiver
      .on('message', (data: Buffer, isBinary: boolean) => {
        if (this.isOver) return;
        this.heard.push(isBinary && data.length > 0 ? told('message', data) : 'violated');
      })
      .on('ping', (data: Buffer) => void (this.isOver || this.heard.push(told('ping', data))))
      .on('pong', (data: Buffer) => void (this.isOver || this.heard.push(told('pong', data))))
      .on('conclude', (code: number) => void (this.isOver || this.heard.push(`closed: ${code}`)))
      .on('error', () => void (this.isOver || this.heard.push('violated')));
  }

  get isOver(): boolean {
    return /^(violated|closed)/.test(this.heard.at(-1) ?? '');
  }

  async read(chunk: Uint8Array): Promise<void> {
    if (!this.isOver) this.#receiver.write(chunk);
    await nextTurn();
  }
}

/** What a link makes of it: ws has to say what a ping, a pong and a close are. */
class Ours {
  readonly heard: string[] = [];
  readonly #reader: WebReader;
  readonly #others: Theirs;

  constructor(masked: 0 | 0x80) {
    this.#others = new Theirs(masked, this.heard);
    this.#reader = new WebReader(masked, {
      onMessage: (message) => void this.heard.push(told('message', message)),
      onControl: (frame) => void this.#others.read(frame),
      onViolated: () => void this.heard.push('violated'),
    });
  }

  async read(chunk: Uint8Array): Promise<void> {
    this.#reader.read(Uint8Array.from(chunk));
    await nextTurn();
  }
}

const frames = (masked: 0 | 0x80): fc.Arbitrary<Sent> =>
  fc.record({
    first: fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(WHOLE, FIRST, MORE, LAST, PING, PONG) },
      { weight: 1, arbitrary: fc.constantFrom(CLOSE, TEXT, 0xc2, 0xa2, 0x92, 0x83, 0x09, 0x8b) },
    ),
    length: fc.oneof(
      { weight: 8, arbitrary: fc.nat(130) },
      { weight: 1, arbitrary: fc.constantFrom(40_000, 65_535, 65_536, 65_537) },
    ),
    code: fc.constantFrom(1_000, 1_005, 3_000, 4_999, 5_000),
    mask: fc
      .tuple(fc.boolean(), fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }), fc.nat(60))
      .map(([, mask, odd]) => (masked > 0 === odd > 0 ? mask : undefined)),
    lengthBytes: fc.constantFrom(0, 0, 2, 8),
  });

/** In pieces of these lengths, over and over. */
function inPieces(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, nth = 0; at < bytes.length; nth++) {
    const length = lengths[nth % lengths.length] ?? 1;
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

describe('what reads a link', () => {
  it.each([0, MASKED] as const)('hears what ws hears, and refuses it too: masked %i', (masked) =>
    fc.assert(
      fc.asyncProperty(
        fc.array(frames(masked), { minLength: 1, maxLength: 30 }),
        fc.array(fc.constantFrom(1, 2, 7, 100, 5_000, 65_536), { minLength: 1, maxLength: 4 }),
        async (sent, lengths) => {
          const [ours, theirs] = [new Ours(masked), new Theirs(masked)];
          const bytes = Buffer.concat(sent.map(bytesOf));
          const longest = lengths.map((length) => Math.max(length, bytes.length / 500));
          for (const piece of inPieces(bytes, longest.map(Math.ceil))) {
            await ours.read(piece);
            await theirs.read(piece);
          }
          expect(ours.heard).toEqual(theirs.heard);
        },
      ),
      { numRuns: 300 },
    ),
  );

  it('gives back what came in once it was read, where Node can, and not before', () => {
    const heard: string[] = [];
    const reader = new WebReader(0, {
      onMessage: (message) => void heard.push(told('message', message)),
      onControl: () => {},
      onViolated: () => {},
    });
    const frame = {
      first: WHOLE,
      length: 20_000,
      code: 0,
      mask: undefined,
      lengthBytes: 0,
    } as const;
    const bytes = bytesOf(frame);
    const chunks = [
      Uint8Array.from(bytes.subarray(0, 8_000)),
      Uint8Array.from(bytes.subarray(8_000)),
    ];
    const left = () => chunks.map((chunk) => chunk.length);
    for (const [nth, chunk] of chunks.entries()) {
      reader.read(chunk);
      if (nth === 0) expect([heard, left()]).toEqual([[], [8_000, 12_004]]);
    }
    expect([heard, left()]).toEqual([[told('message', bytes.subarray(4))], [0, 0]]);
  });
});
