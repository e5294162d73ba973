import { describe, expect, it } from 'vitest';
import { peerIdOf } from '../../actors/peer/wire/peer-id.ts';
import { Pins } from '../../runtime/pins.ts';
import { primitives } from '../../runtime/world/primitives.ts';
import { Owner } from '../actors/peer/wire/continuity.fixture.ts';
import { Computer } from './kernel/boot.ts';

const pinOf = (fill: number) => ({
  id: peerIdOf(new Uint8Array(32).fill(fill)),
  records: [],
});
const [a, b] = [pinOf(1), pinOf(2)];

describe('who answered first at a url', () => {
  it('is known for the newest ten thousand', () => {
    const pins = new Pins(undefined);
    pins.set('ws://first', a);
    for (let nth = 0; nth < 9_999; nth++) pins.set(`ws://${nth}`, a);
    pins.set('ws://first', b);
    pins.set('ws://last', b);
    const found = ['ws://first', 'ws://last', 'ws://0', 'ws://1'].map((url) => pins.get(url));
    expect(found).toEqual([b, b, undefined, a]);
  });

  it('is known after a restart of the process, however it ended', async () => {
    const computer = new Computer();
    const first = await computer.boot();
    const pins = new Pins(first.kernel.persistence);
    pins.set('ws://shop', a);
    pins.set('ws://shop', b);
    await computer.clock.advanceAsync(2_000);
    first.crash();
    expect(await computer.saved()).toEqual({ 'pin/ws://shop': b.id });
    const second = await computer.boot();
    expect(new Pins(second.kernel.persistence).get('ws://shop')).toEqual(b);
    await second.shutDown();
  });

  it('is known with its records, which nobody forgets who sends none', async () => {
    const computer = new Computer();
    const first = await computer.boot();
    const pins = new Pins(first.kernel.persistence);
    const owner = new Owner(primitives, [1, 2, 3]);
    const id = peerIdOf(owner.key(1).publicKey);
    const pin = { id, records: owner.records(0, 1) };
    pins.set('ws://shop', pin);
    pins.set('ws://shop', { id, records: [] });
    expect(pins.get('ws://shop')).toEqual(pin);
    await computer.clock.advanceAsync(2_000);
    first.crash();
    const second = await computer.boot();
    expect(new Pins(second.kernel.persistence).get('ws://shop')).toEqual(pin);
    await second.shutDown();
  });

  it('is nobody if what was saved is no id', async () => {
    const computer = new Computer();
    const first = await computer.boot();
    first.kernel.persistence?.mark('pin/ws://shop', { take: () => 7 });
    await computer.clock.advanceAsync(2_000);
    first.crash();
    const second = await computer.boot();
    expect(new Pins(second.kernel.persistence).get('ws://shop')).toBeUndefined();
    await second.shutDown();
  });
});
