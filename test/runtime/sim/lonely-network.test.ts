import { expect, it } from 'vitest';
import { lonelyNetwork } from '../../../runtime/sim/lonely-network.ts';
import { blocked, GuestBook, Heard } from '../../contracts/network.fixture.ts';

it('a machine without a cable listens, and reaches nobody, itself neither', async () => {
  const door = new GuestBook();
  const options = { host: '127.0.0.1', port: 7_000, trustedProxies: [] };
  const listener = await lonelyNetwork.listen(options, door);
  expect(listener.url).toBe('ws://127.0.0.1:7000/holdfast');
  const giveUp = new AbortController();
  const dial = () => lonelyNetwork.dial(listener.url, { signal: giveUp.signal }, () => new Heard());
  expect(await dial()).toEqual({
    outcome: 'unreachable',
    cause: new Error('there is no network'),
  });
  const reason = new Error('enough');
  giveUp.abort(reason);
  expect(await blocked(dial())).toBe(reason);
  listener.close();
  expect(door.diary).toEqual([]);
});
