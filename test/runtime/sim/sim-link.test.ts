import { describe, expect, it } from 'vitest';
import { linked } from './network.fixture.ts';

describe('a simulated link', () => {
  it('keeps with the sender what a slow reader has no room for', async () => {
    const { clock, a, b } = await linked();
    b.link.pause();
    for (let nth = 0; nth < 10; nth++) a.link.send(new Uint8Array(60_000));
    expect(a.link.bufferedBytes).toBe(600_000);
    await clock.advanceAsync(60_000);
    // 262,144 bytes are on their way at most.
    expect([a.link.bufferedBytes, a.heard.drained]).toEqual([360_000, 0]);
    b.link.resume();
    await clock.advanceAsync(60_000);
    expect([a.link.bufferedBytes, a.heard.drained, b.heard.messages.length]).toEqual([0, 1, 10]);
  });

  it('gives a close 5 seconds, and then is lost to both', async () => {
    const { clock, a, b } = await linked();
    b.link.pause();
    for (let nth = 0; nth < 10; nth++) a.link.send(new Uint8Array(60_000));
    a.link.close();
    await clock.advanceAsync(4_999);
    expect([a.heard.end, b.heard.end]).toEqual([undefined, undefined]);
    await clock.advanceAsync(1_000);
    expect([a.heard.end, b.heard.end]).toEqual(['lost', 'lost']);
    expect(clock.pending).toBe(0);
  });

  it('is closed for both when both close it', async () => {
    const { clock, a, b } = await linked();
    a.link.close();
    b.link.close();
    await clock.advanceAsync(1_000);
    expect([a.heard.end, b.heard.end, clock.pending]).toEqual(['closed', 'closed', 0]);
  });
});
