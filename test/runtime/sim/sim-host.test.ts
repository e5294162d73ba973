import { describe, expect, it } from 'vitest';
import { GuestBook, Heard } from '../../contracts/network.fixture.ts';
import { A, B, machines } from './network.fixture.ts';

const door = new GuestBook();
const { signal } = new AbortController();

describe('a simulated machine', () => {
  it('listens at its own address, or at any', async () => {
    const { network } = await machines();
    const { url } = await network
      .host('2001:db8::1')
      .listen({ host: '::', port: 1, trustedProxies: [] }, door);
    expect(url).toBe('ws://[2001:db8::1]:1/holdfast');
    const host = network.host(A);
    const other = host.listen({ host: B, port: 1, trustedProxies: [] }, door);
    await expect(other).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
  });

  it('has its port back once it listens no more', async () => {
    const { network, listener } = await machines();
    listener.close();
    const options = { host: B, port: 7_000, trustedProxies: [] };
    const again = await network.host(B).listen(options, door);
    listener.close();
    await expect(network.host(B).listen(options, door)).rejects.toThrow('another process');
    expect(again.url).toBe(listener.url);
  });

  it('gives a dial up at any moment, and whoever heard of it hears that too', async () => {
    const ends = new Set<string>();
    for (let afterMs = 0; afterMs < 100; afterMs++) {
      const { clock, dial, giveUp, door: book, network } = await machines(afterMs);
      const { outcomes, links } = dial();
      await clock.advanceAsync(afterMs);
      const wasOpened = links.length === 1;
      giveUp.abort(new Error('enough'));
      await clock.advanceAsync(1_000);
      const end = `${book.diary.at(-1)} ${book.guests[0]?.heard.end}`;
      ends.add(`${wasOpened} ${end}`);
      expect(outcomes).toEqual([wasOpened ? 'opened' : new Error('enough')]);
      expect([network.connections, network.dials.size]).toEqual([wasOpened ? 1 : 0, 0]);
      expect(clock.pending).toBe(0);
    }
    expect([...ends].toSorted()).toEqual([
      'false left undefined',
      'false opened lost',
      'false undefined undefined',
      'true opened undefined',
    ]);
  });

  it('that is killed hears no more of who is at its door', async () => {
    const { clock, dial, door: book, network } = await machines();
    const { outcomes } = dial();
    await clock.advanceAsync(16);
    expect(book.diary).toEqual([`arrived from ${A}`]);
    network.kill(B);
    await clock.advanceAsync(1_000);
    expect([outcomes, book.diary]).toEqual([['unreachable'], [`arrived from ${A}`]]);
  });

  it('reaches no name', async () => {
    const { network, clock } = await machines();
    const heard = new Heard();
    const dialled = network.host(A).dial('ws://b.example/holdfast', { signal }, () => heard);
    await clock.advanceAsync(1_000);
    expect((await dialled).outcome).toBe('unreachable');
  });
});
