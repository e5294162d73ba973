import { describe, expect, it, onTestFinished } from 'vitest';
import { MESSAGE_BYTES_MAX } from '../../../actors/network.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import { type Passing, SimNetwork } from '../../../runtime/sim/network.ts';
import { SeededRandom } from '../../../runtime/sim/random.ts';
import { networkContract } from '../../contracts/network.contract.ts';
import { bytesOf } from '../../contracts/network.fixture.ts';
import { A, B, count, linked, machines } from './network.fixture.ts';

for (const [weather, lossRate] of [
  ['fair weather', 0],
  ['a storm', 0.3],
] as const) {
  networkContract(`a simulated network in ${weather}`, () => {
    const clock = new VirtualClock();
    const network = new SimNetwork({ clock, random: new SeededRandom(1).stream('network') });
    network.weather = { latencyMs: 20, jitterMs: 50, lossRate, cutRate: 0 };
    return {
      near: network.host('10.0.0.1'),
      host: '10.0.0.1',
      far: network.host('10.0.0.2'),
      address: '10.0.0.2',
      async until(isSo) {
        for (let turns = 0; !isSo(); turns++) {
          if (turns > 20_000) throw new Error('it never is');
          await clock.advanceAsync(1);
        }
      },
      onFinished: onTestFinished,
    };
  });
}

describe('a simulated network', () => {
  it('holds what it cannot carry while machines are apart, and carries it then', async () => {
    const { clock, network, a, b } = await linked();
    network.partition([A], [B]);
    const there = count(a.link, 100);
    const back = count(b.link, 100);
    await clock.advanceAsync(3_600_000);
    expect([b.heard.messages, a.heard.messages, a.heard.end]).toEqual([[], [], undefined]);
    network.heal();
    await clock.advanceAsync(1_000);
    expect([b.heard.messages, a.heard.messages]).toEqual([there, back]);
  });

  it('may carry one way and not the other', async () => {
    const { clock, network, a, b } = await linked();
    network.bar(A, B);
    count(a.link, 1);
    count(b.link, 1);
    await clock.advanceAsync(60_000);
    expect([b.heard.messages, a.heard.messages]).toEqual([[], ['0']]);
  });

  it('leaves one side in the belief that the other is there', async () => {
    const { clock, network, a, b } = await linked();
    network.partition([A], [B]);
    a.link.drop();
    await clock.advanceAsync(60_000);
    expect([a.heard.end, b.heard.end, network.connections]).toEqual(['lost', undefined, 1]);
    network.heal();
    await clock.advanceAsync(60_000);
    expect(b.heard.end).toBe(undefined);
    count(b.link, 1);
    await clock.advanceAsync(60_000);
    expect([b.heard.end, network.connections]).toEqual(['lost', 0]);
  });

  it('lets a dial wait for machines that are apart', async () => {
    const { clock, network, dial } = await machines();
    network.partition([A], [B]);
    const { outcomes } = dial();
    await clock.advanceAsync(60_000);
    expect(outcomes).toEqual([]);
    network.heal();
    await clock.advanceAsync(1_000);
    expect(outcomes).toEqual(['opened']);
  });

  it('cuts the connections of two machines, and tells both', async () => {
    const { clock, network, a, b } = await linked();
    network.cut(A, '10.0.0.9');
    network.cut(B, A);
    expect([a.heard.end, b.heard.end]).toEqual(['lost', 'lost']);
    await clock.advanceAsync(1_000);
    expect(a.heard.afterTheEnd + b.heard.afterTheEnd).toBe(0);
  });

  it('ends the connections of a process that is killed, which hears nothing', async () => {
    const { clock, network, a, b, dial, door } = await linked();
    const waiting = dial();
    network.kill(A);
    await clock.advanceAsync(1_000);
    expect([a.heard.end, b.heard.end]).toEqual([undefined, 'lost']);
    expect([waiting.outcomes, waiting.links, door.diary.length]).toEqual([[], [], 3]);
    network.kill(B);
    const late = dial();
    await clock.advanceAsync(1_000);
    expect([late.outcomes, door.diary.length]).toEqual([['unreachable'], 3]);
  });

  it('tells nobody of a machine without power, which knows nothing once it is back', async () => {
    const { clock, network, a, b } = await linked();
    network.powerOff(B, [A]);
    count(a.link, 1);
    await clock.advanceAsync(60_000);
    expect([a.heard.end, b.heard.end]).toEqual([undefined, undefined]);
    network.heal();
    await clock.advanceAsync(1_000);
    expect([a.heard.end, b.heard.end, b.heard.messages]).toEqual(['lost', undefined, []]);
  });

  it('breaks connections where the weather says so', async () => {
    const { clock, network, a, b } = await linked();
    network.weather = { ...network.weather, cutRate: 0.05 };
    const sent = count(a.link, 1_000);
    await clock.advanceAsync(60_000);
    expect([a.heard.end, b.heard.end]).toEqual(['lost', 'lost']);
    expect(b.heard.messages.length > 0).toBe(true);
    expect(b.heard.messages).toEqual(sent.slice(0, b.heard.messages.length));
  });

  it.each(['near', 'far'])('is the same again from the same seed: %s', async (side) => {
    const run = async (seed: number) => {
      const { clock, network, a, b } = await linked(seed);
      network.weather = { latencyMs: 5, jitterMs: 100, lossRate: 0.2, cutRate: 0.001 };
      const { link } = side === 'near' ? b : a;
      const { heard } = side === 'near' ? a : b;
      const atMs: number[] = [];
      heard.onEach = () => atMs.push(clock.monotonicMs());
      count(link, 200);
      await clock.advanceAsync(60_000);
      return atMs;
    };
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect(await run(2)).not.toEqual(first);
  });

  it('lets one connection overtake another, and no message another of its own', async () => {
    const { clock, network, door, dial } = await machines();
    network.weather = { latencyMs: 5, jitterMs: 100, lossRate: 0.2, cutRate: 0 };
    const dials = Array.from({ length: 8 }, dial);
    await clock.advanceAsync(60_000);
    const order: number[] = [];
    for (const [nth, { heard }] of door.guests.entries()) heard.onEach = () => order.push(nth);
    const all = dials.flatMap(({ links }) => links.map((link) => count(link, 20)));
    await clock.advanceAsync(60_000);
    expect(door.guests.map(({ heard }) => heard.messages)).toEqual(all);
    expect(order).not.toEqual(order.toSorted());
  });
});

describe('an attacker on the path of a simulated network', () => {
  it('sees, changes, drops, repeats and forges what passes', async () => {
    const { clock, network, a, b } = await linked();
    const seen: Passing[] = [];
    network.attacker = (passing) => {
      const nth = seen.push(passing);
      const changed = bytesOf(`not ${nth}`);
      return [[passing.message], [changed], [], [passing.message, passing.message]][nth - 1] ?? [];
    };
    count(a.link, 5);
    await clock.advanceAsync(1_000);
    expect(b.heard.messages).toEqual(['0', 'not 2', '3', '3']);
    const [first] = seen;
    expect([first?.from, first?.to]).toEqual([A, B]);
    first?.inject('to', bytesOf('again'));
    first?.inject('from', bytesOf('by whom?'));
    await clock.advanceAsync(1_000);
    expect([b.heard.messages.at(-1), a.heard.messages]).toEqual(['again', ['by whom?']]);
    first?.cut();
    await clock.advanceAsync(1_000);
    expect([a.heard.end, b.heard.end]).toEqual(['lost', 'lost']);
  });

  it.each([0, MESSAGE_BYTES_MAX + 1])('breaks a rule with %d bytes', async (length) => {
    const { clock, network, a, b } = await linked();
    network.attacker = () => [new Uint8Array(length)];
    count(a.link, 1);
    await clock.advanceAsync(1_000);
    expect([a.heard.end, b.heard.end, b.heard.messages]).toEqual(['lost', 'violated', []]);
  });
});
