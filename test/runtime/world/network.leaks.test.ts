import { describe, it } from 'vitest';
import { network } from '../../../runtime/world/network.ts';
import { GuestBook, Heard } from '../../contracts/network.fixture.ts';
import { until } from './web.fixture.ts';

describe('when all is over', () => {
  it('no socket and no timer of the network is left', async () => {
    const count = (kinds: RegExp): number =>
      process.getActiveResourcesInfo().filter((kind) => kinds.test(kind)).length;
    // The runner has timers of its own.
    const timers = count(/Timeout/);
    const door = new GuestBook();
    const options = { host: '127.0.0.1', port: 0, trustedProxies: [] };
    const listener = await network.listen(options, door);
    const { signal } = new AbortController();
    const ends = [new Heard(), new Heard(), new Heard()];
    for (const heard of ends) await network.dial(listener.url, { signal }, () => heard);
    await until(() => door.guests.length === 3);
    const [first, second, third] = door.guests;
    first?.link.close();
    second?.link.drop();
    third?.link.pause();
    third?.link.close();
    await until(() =>
      [...door.guests.map(({ heard }) => heard), ...ends].every((each) => each.end),
    );
    listener.close();
    await until(() => count(/TCP|GETADDRINFO/) === 0 && count(/Timeout/) <= timers);
  });
});
