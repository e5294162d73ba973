import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import { FaultyNetwork } from '../../../runtime/sim/faulty-network.ts';
import { SeededRandom } from '../../../runtime/sim/random.ts';
import { GuestBook, Heard } from '../../contracts/network.fixture.ts';

const [A, B] = ['10.0.0.1', '10.0.0.2'];

async function connected(pausedAt = (_: string, _nowMs: number): number => 0) {
  const clock = new VirtualClock();
  const pausedMs = (address: string) => pausedAt(address, clock.monotonicMs());
  const random = new SeededRandom(1).stream('network');
  const attack = new SeededRandom(1).stream('attack');
  const network = new FaultyNetwork([A, B], { clock, random, attack, pausedMs });
  const door = new GuestBook();
  const listener = await network
    .host(B, clock)
    .listen({ host: B, port: 7_000, trustedProxies: [] }, door);
  const dialling = network
    .host(A, clock)
    .dial(listener.url, { signal: new AbortController().signal }, () => new Heard());
  await clock.advanceAsync(1_000);
  const dialled = await dialling;
  const say = (text: string): void => {
    if (dialled.outcome === 'opened') dialled.link.send(Buffer.from(text));
  };
  return { clock, network, say, heard: () => door.guests[0]?.heard.messages };
}

describe('a network with faults', () => {
  it('lets what arrives wait while processes of a machine stand still', async () => {
    let untilMs = 0;
    const { clock, say, heard } = await connected((address, nowMs) =>
      address === B ? Math.max(0, untilMs - nowMs) : 0,
    );
    untilMs = 2_000;
    for (const text of ['a', 'b', 'c']) say(text);
    await clock.advanceAsync(900);
    expect(heard()).toEqual([]);
    await clock.advanceAsync(200);
    expect(heard()).toEqual(['a', 'b', 'c']);
  });

  it('heals at once', async () => {
    const { clock, network, say, heard } = await connected();
    network.partition(60_000, [A]);
    network.bar(90_000, A, B);
    network.change(90_000, { latencyMs: 5_000, jitterMs: 0, lossRate: 0, cutRate: 0 });
    say('a');
    await clock.advanceAsync(6_000);
    expect(heard()).toEqual([]);
    network.heal();
    await clock.advanceAsync(100);
    expect(heard()).toEqual(['a']);
  });

  it('has somebody on the path for a while, who changes, repeats and adds', async () => {
    const { clock, network, say, heard } = await connected();
    network.tamper(60_000, 1_000);
    const said = Array.from({ length: 40 }, (_, nth) => `${nth} ${nth * 7_919}`);
    for (const text of said) say(text);
    await clock.advanceAsync(1_000);
    const came = heard() ?? [];
    const times = said.map((text) => came.filter((each) => each === text).length);
    expect(times.includes(0) && times.includes(1) && times.includes(2)).toBe(true);
    expect(came.filter((each) => each.length > 12).length > 0).toBe(true);
    await clock.advanceAsync(60_000);
    came.length = 0;
    for (const text of said) say(text);
    await clock.advanceAsync(1_000);
    expect(came).toEqual(said);
  });

  it('has the weather that came last, and then the one before', async () => {
    const { clock, network, say, heard } = await connected();
    const weather = { jitterMs: 0, lossRate: 0, cutRate: 0 };
    network.change(10_000, { ...weather, latencyMs: 2_000 });
    network.change(1_000, { ...weather, latencyMs: 100 });
    say('a');
    await clock.advanceAsync(101);
    expect(heard()).toEqual(['a']);
    await clock.advanceAsync(1_000);
    say('b');
    await clock.advanceAsync(1_000);
    expect(heard()).toEqual(['a']);
    await clock.advanceAsync(1_000);
    expect(heard()).toEqual(['a', 'b']);
  });
});
