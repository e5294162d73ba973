import { describe, expect, it } from 'vitest';
import type { Frame } from '../../actors/peer/wire/frame.ts';
import { readFrames } from '../../actors/peer/wire/frame-reader.ts';
import { FrameWriter } from '../../actors/peer/wire/frame-writer.ts';
import type { Transport } from '../../actors/peer/wire/transport.ts';
import { LoneSide } from './lone-side.ts';

const ping = (far: Transport): Uint8Array => {
  const writer = new FrameWriter();
  writer.write({ kind: 'ping', nonce: new Uint8Array(8) });
  return far.seal(writer.padded);
};

describe('T20: a connection whose nonces run out', () => {
  it('seals nothing more, and ends', () => {
    const side = new LoneSide();
    const { sent, events, far, isDropped } = side.live({ out: 3, in: 100 });
    for (let nth = 0; nth < 5; nth++) {
      events.onMessage(ping(far));
      side.clock.advance(0);
    }
    const read = sent.map((message): Frame['kind'][] => {
      const frames = readFrames(far.open(message) ?? new Uint8Array());
      return 'violation' in frames ? [] : frames.map(({ kind }) => kind);
    });
    expect(read).toEqual([['pong'], ['pong'], ['pong']]);
    side.clock.advance(720_000);
    expect([side.diary, isDropped(), sent.length]).toEqual([
      ['opened', 'dropped its key is spent'],
      true,
      3,
    ]);
  });

  it('takes no message beyond them, and holds it against nobody', () => {
    const side = new LoneSide();
    const { events, far, isDropped } = side.live({ out: 100, in: 1 });
    const last = ping(far);
    events.onMessage(last);
    side.clock.advance(0);
    expect(side.diary).toEqual(['opened']);
    events.onMessage(last);
    expect([side.diary, isDropped()]).toEqual([['opened', 'link.violated null'], true]);
  });
});
