import type { Dialled, Link } from '../../../actors/network.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import { SimNetwork } from '../../../runtime/sim/network.ts';
import { SeededRandom } from '../../../runtime/sim/random.ts';
import { bytesOf, GuestBook, Heard } from '../../contracts/network.fixture.ts';

export const A = '10.0.0.1';
export const B = '10.0.0.2';

/** Two machines; `B` listens at port 7,000. */
export async function machines(seed = 1) {
  const clock = new VirtualClock();
  const random = new SeededRandom(seed).stream('network');
  const network = new SimNetwork({ clock, random });
  const door = new GuestBook();
  const options = { host: B, port: 7_000, trustedProxies: [] };
  const listener = await network.host(B).listen(options, door);
  const giveUp = new AbortController();
  const dial = () => {
    const heard = new Heard();
    const links: Link[] = [];
    const outcomes: (Dialled['outcome'] | Error)[] = [];
    const onOpened = (link: Link): Heard => {
      links.push(link);
      return heard;
    };
    void network
      .host(A)
      .dial(listener.url, { signal: giveUp.signal }, onOpened)
      .then(
        ({ outcome }) => outcomes.push(outcome),
        (error: Error) => outcomes.push(error),
      );
    return { heard, links, outcomes };
  };
  return { clock, network, door, listener, dial, giveUp };
}

/** Two ends of a link between them: `a` dialled, `b` let it in. */
export async function linked(seed = 1) {
  const stage = await machines(seed);
  const { heard, links } = stage.dial();
  await stage.clock.advanceAsync(10_000);
  const [link] = links;
  const guest = stage.door.guests.at(-1);
  if (link === undefined || guest === undefined) throw new Error('it was not opened');
  return { ...stage, a: { link, heard }, b: guest };
}

/** Sends what is told by number, one after the other. */
export function count(link: Link, upTo: number): string[] {
  const all = Array.from({ length: upTo }, (_, nth) => `${nth}`);
  for (const text of all) link.send(bytesOf(text));
  return all;
}
