import { describe, expect, it } from 'vitest';
import { GRANT, GRANT_BYTES } from '../../../actors/peer/circuit.ts';
import { CircuitLink } from '../../../actors/peer/circuit-link.ts';
import { Ledger } from '../../../actors/peer/ledger.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import { concat } from '../../../storage/bytes.ts';
import { bytesOf, Heard } from '../../contracts/network.fixture.ts';
import { type Line, relaying } from './relay.fixture.ts';

const remote = { address: '10.0.0.9', port: 7_000 };
const large = (): Uint8Array => new Uint8Array(GRANT_BYTES / 4);

/** As a conversation does, which gives back what it has read. */
function hand(link: CircuitLink, part: Uint8Array): void {
  const message = concat(part, Uint8Array.of(0));
  link.receive(message.subarray(0, part.length));
  message.fill(0);
}

/** Both ends of a circuit through a relay, each a turn away from it. */
function linked() {
  const stage = relaying();
  const { clock, relay, anna, otto, open } = stage;
  open(anna, 'otto');
  const ledger = new Ledger();
  const end = (line: Line, circuit: number) => {
    const link = new CircuitLink({
      ...{ clock, remote, account: ledger.open('10.0.0.0/24', 2_097_152) },
      relay(part) {
        clock.after(1, () => relay.receive(line, circuit, part));
        return true;
      },
      hangUp: () => clock.after(1, () => relay.hangUp(line, circuit)),
    });
    const heard = new Heard();
    link.tell(heard);
    line.onRelayed = (_, part) => clock.after(1, () => hand(link, part));
    line.onHungUp = () => clock.after(1, () => link.ended('closed'));
    return { link, heard };
  };
  return { ...stage, ledger, a: end(anna, 2), b: end(otto, 1) };
}

describe('a link over a relay', () => {
  it('carries messages both ways, in order', async () => {
    const { clock, a, b } = linked();
    b.link.pause();
    for (const text of ['one', 'two', 'three']) a.link.send(bytesOf(text));
    b.link.send(bytesOf('four'));
    await clock.advanceAsync(5);
    b.link.resume();
    await clock.advanceAsync(5);
    expect([b.heard.messages, a.heard.messages]).toEqual([['one', 'two', 'three'], ['four']]);
    expect([a.heard.drained, a.link.bufferedBytes, a.link.remote]).toEqual([1, 0, remote]);
  });

  it('keeps what the other side has not taken in, and sends it once that is read', async () => {
    const { clock, a, b } = linked();
    b.link.pause();
    for (let nth = 0; nth < 12; nth++) a.link.send(large());
    await clock.advanceAsync(10);
    expect([b.heard.messages, a.link.bufferedBytes, a.heard.drained]).toEqual([
      [],
      4 * large().length,
      0,
    ]);
    b.link.resume();
    await clock.advanceAsync(10);
    expect([b.heard.messages.length, a.link.bufferedBytes, a.heard.drained]).toEqual([12, 0, 1]);
  });

  it('closes once all that was sent has left, and the other side hears it after that', async () => {
    const { clock, relay, a, b, ended } = linked();
    b.link.pause();
    a.link.send(bytesOf('bye'));
    a.link.close();
    a.link.send(bytesOf('late'));
    await clock.advanceAsync(10);
    expect([a.heard.end, b.heard.end, relay.circuits]).toEqual(['closed', undefined, 0]);
    b.link.resume();
    await clock.advanceAsync(10);
    expect([b.heard.messages, b.heard.end, ended]).toEqual([
      ...[['bye'], 'closed'],
      [['anna', 'otto', 'hungUp', 3]],
    ]);
    expect(clock.pending).toBe(0);
  });

  it('holds what waits in it on an account, both ways, and nothing once it is over', async () => {
    const { clock, ledger, a, b } = linked();
    b.link.pause();
    for (let nth = 0; nth < 12; nth++) a.link.send(large());
    await clock.advanceAsync(10);
    expect(ledger.heldBytes).toBe(12 * (large().length + 128));
    b.link.resume();
    await clock.advanceAsync(10);
    expect(ledger.heldBytes).toBe(0);
    b.link.pause();
    for (let nth = 0; nth < 12; nth++) a.link.send(large());
    await clock.advanceAsync(10);
    b.link.close();
    expect(ledger.heldBytes).toBe(4 * (large().length + 128));
    a.link.drop();
    await clock.advanceAsync(10);
    expect([ledger.heldBytes, ledger.byNetgroup().size]).toEqual([0, 0]);
  });

  it('ends when it holds more than its account may, of crumbs as well', async () => {
    const { clock, ledger, a, b } = linked();
    b.link.pause();
    for (let nth = 0; nth < 20_000; nth++) a.link.send(Uint8Array.of(1));
    await clock.advanceAsync(10);
    expect([a.heard.end, b.heard.end, ledger.heldBytes]).toEqual(['lost', 'closed', 0]);
  });

  it('waits 5 s at most to close', async () => {
    const { clock, a, b } = linked();
    b.link.pause();
    for (let nth = 0; nth < 12; nth++) a.link.send(large());
    a.link.close();
    await clock.advanceAsync(4_999);
    expect(a.heard.end).toBeUndefined();
    await clock.advanceAsync(2);
    expect(a.heard.end).toBe('lost');
  });

  it('is dropped at once, and says nothing on that stack', async () => {
    const { clock, a, b } = linked();
    a.link.send(bytesOf('unsent'));
    a.link.drop();
    expect(a.heard.end).toBeUndefined();
    await clock.advanceAsync(10);
    expect([a.heard.end, b.heard.end, b.heard.messages]).toEqual(['lost', 'closed', []]);
    b.link.send(bytesOf('late'));
    b.link.drop();
    await clock.advanceAsync(10);
    expect([b.heard.end, b.heard.afterTheEnd]).toEqual(['closed', 0]);
  });

  it.each([
    ['more than it granted', () => [...Array.from({ length: 8 }, large), Uint8Array.of(1)]],
    ['a message that is too long', () => [new Uint8Array(65_513)]],
    ['a grant of what was never sent', () => [GRANT]],
  ])('ends as violated when it gets %s', async (_, parts) => {
    const clock = new VirtualClock();
    let hungUp = 0;
    const link = new CircuitLink({
      ...{ clock, remote, account: new Ledger().open(''), relay: () => true },
      hangUp: () => {
        hungUp += 1;
      },
    });
    const heard = new Heard();
    link.tell(heard);
    link.pause();
    for (const part of parts()) link.receive(part);
    expect([heard.end, hungUp]).toEqual(['violated', 1]);
    link.receive(Uint8Array.of(1));
    expect(heard.afterTheEnd).toBe(0);
  });
});
