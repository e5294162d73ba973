import { describe, expect, it } from 'vitest';
import {
  GRANT,
  GRANT_BYTES,
  RELAYED_BYTES_MAX,
  WINDOW_BYTES,
} from '../../../actors/peer/circuit.ts';
import { relaying } from './relay.fixture.ts';

const part = new Uint8Array(GRANT_BYTES / 4);

/** anna sends, otto takes in. Anna's circuit is 2, otto's is 1. */
function circuit() {
  const stage = relaying();
  const { relay, anna, otto, open } = stage;
  open(anna, 'otto');
  const send = (bytes: Uint8Array = part): void => relay.receive(anna, 2, bytes);
  const grant = (): void => relay.receive(otto, 1, GRANT);
  return { ...stage, send, grant };
}

describe('a circuit', () => {
  it('passes on as much as was granted', () => {
    const { send, grant, otto, anna, ended } = circuit();
    for (let nth = 0; nth < 8; nth++) send();
    grant();
    expect([otto.relayed.length, anna.relayed]).toEqual([8, [[2, GRANT]]]);
    for (let nth = 0; nth < 4; nth++) send();
    expect([otto.relayed.length, ended]).toEqual([12, []]);
    send(Uint8Array.of(1));
    expect(ended).toEqual([['anna', 'otto', 'violated', WINDOW_BYTES + GRANT_BYTES + 1]]);
    expect(otto.relayed.length).toBe(12);
  });

  it('ends when more is granted than came through', () => {
    const { send, grant, ended, anna, otto } = circuit();
    for (let nth = 0; nth < 4; nth++) send();
    grant();
    expect(ended).toEqual([]);
    grant();
    expect(ended).toEqual([['anna', 'otto', 'violated', GRANT_BYTES]]);
    expect([anna, otto].map(({ questions }) => questions)).toEqual([
      [{ name: 'holdfast.hangUp', circuit: 2 }],
      [{ name: 'holdfast.hangUp', circuit: 1 }],
    ]);
  });

  it('hands on 1 MiB a second in the long run, and keeps nothing of it', async () => {
    const { clock, send, grant, anna, otto, ended } = circuit();
    let bytes = 0;
    let roomBytes = WINDOW_BYTES;
    const push = (): void => {
      while (roomBytes >= part.length) {
        roomBytes -= part.length;
        bytes += part.length;
        send();
        if (bytes % GRANT_BYTES === 0) grant();
      }
    };
    anna.onRelayed = () => {
      roomBytes += GRANT_BYTES;
      clock.soon(push);
    };
    push();
    await clock.advanceAsync(20_000);
    expect(ended).toEqual([]);
    expect(otto.relayed.length * part.length).toBe(bytes);
    // A burst of one second, and what is open.
    expect(bytes).toBe(21 * 1_048_576 + WINDOW_BYTES);
  });

  it('ends after 64 MiB, both ways together', async () => {
    const { clock, relay, send, grant, otto, anna, ended } = circuit();
    for (let nth = 0; ended.length === 0 && nth < 1_000; nth++) {
      for (let count = 0; count < 4; count++) send();
      grant();
      for (let count = 0; count < 4; count++) relay.receive(otto, 1, part);
      relay.receive(anna, 2, GRANT);
      await clock.advanceAsync(1_000);
    }
    expect(ended).toEqual([['anna', 'otto', 'spent', 67_108_864 + part.length]]);
  });

  it('ends after 2 hours, and no timer is left of one that ended before', async () => {
    const { clock, relay, anna, ended, open } = circuit();
    await clock.advanceAsync(7_199_999);
    expect(ended).toEqual([]);
    await clock.advanceAsync(1);
    expect(ended).toEqual([['anna', 'otto', 'overdue', 0]]);
    open(anna, 'zoe');
    relay.left(anna);
    expect(clock.pending).toBe(0);
  });

  it('carries the longest message', () => {
    const { send, otto } = circuit();
    send(new Uint8Array(RELAYED_BYTES_MAX));
    expect(otto.relayed.length).toBe(1);
  });
});
