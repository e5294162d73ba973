import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { Load, loadSettings } from '../../actors/load.actor.ts';
import type { Dialled, DialOptions, LinkEvents, Network } from '../../actors/network.ts';
import { answering } from '../../actors/peer/answering.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { SimMeter } from '../../runtime/sim/meter.ts';
import { SimNetwork } from '../../runtime/sim/network.ts';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { clock } from '../../runtime/world/clock.ts';
import { network } from '../../runtime/world/network.ts';
import { primitives } from '../../runtime/world/primitives.ts';
import { kernelOn } from '../actors/audit-stage.ts';
import { admitting } from '../actors/peer/door/admission.fixture.ts';
import { bytesOf } from '../contracts/network.fixture.ts';
import { REFUSED, Stranger, until, upgrade } from '../runtime/world/web.fixture.ts';
import { AdmittingDoor } from './admission.door.ts';

/** An address of this machine; each 250 of another netgroup. */
const address = (nth: number): string => `127.0.${1 + Math.floor(nth / 250)}.${1 + (nth % 250)}`;
/** As different as can be: each of a netgroup of its own. */
const apart = (nth: number): string => `127.${1 + (nth >> 8)}.${nth & 255}.1`;

const never = new AbortController().signal;

/** Says who it is, message by message, and hears that it is known. */
function honest(via: Network, url: string, options: Partial<DialOptions> = {}) {
  const heard: string[] = [];
  let end: string | undefined;
  const dialled = via.dial(url, { signal: never, ...options }, (link): LinkEvents => {
    link.send(bytesOf('who I am'));
    return {
      onMessage(message) {
        heard.push(Buffer.from(message).toString());
        if (heard.length === 1) link.send(bytesOf('and that it is me'));
      },
      onDrained() {},
      onEnd: (how) => {
        end = how;
      },
    };
  });
  return { dialled, heard, end: () => end };
}

/** Time stands still, so that a slow machine counts as a fast one. */
async function listening(stage = admitting()) {
  const door = new AdmittingDoor(stage.admission);
  const listener = await network.listen({ host: '127.0.0.1', port: 0, trustedProxies: [] }, door);
  onTestFinished(() => {
    listener.close();
    stage.admission.stop();
    for (const link of door.links) link.drop();
  });
  const { url } = listener;
  return { ...stage, door, url, port: Number(new URL(url).port) };
}

const challengeOf = (dialled: Dialled): Uint8Array => {
  if (dialled.outcome === 'refused' && dialled.challenge !== undefined) return dialled.challenge;
  throw new Error(`nothing was demanded: it was ${dialled.outcome}`);
};

const strangers = (port: number, count: number, from: (nth: number) => string): Stranger[] =>
  Array.from({ length: count }, (_, nth) => new Stranger(port, from(nth)));

describe('an attack on those who come in, by strangers of many addresses', () => {
  it('T07: by 1,000 silent sockets leaves 256 of them; an honest dial succeeds', async () => {
    const { door, port, url, admission } = await listening();
    const silent = strangers(port, 1_000, apart);
    await until(() => silent.filter(({ isOver }) => isOver).length === 744);
    expect([admission.halfOpen, door.present.size]).toEqual([256, 256]);
    const { heard, dialled } = honest(network, url);
    await until(() => heard.length === 2);
    expect([(await dialled).outcome, heard, door.known]).toEqual(['opened', ['1', '2'], 1]);
    for (const { socket } of silent) socket.destroy();
    await until(() => admission.halfOpen === 0);
    expect(door.present.size).toBe(1);
  });

  it('T07: bare ws keeps all of them', async () => {
    const server = createServer();
    new WebSocketServer({ server });
    const inside = new Set<unknown>();
    server.on('connection', (socket) => inside.add(socket));
    server.listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const silent = strangers(Object(server.address()).port, 300, apart);
    await until(() => inside.size === 300);
    expect(silent.filter(({ isOver }) => isOver)).toEqual([]);
  });

  it.each([
    ['12', 12, 12],
    ['300', 300, 256],
  ])('T08: by %s that are upgraded and say nothing is no obstacle', async (_, count, kept) => {
    const { door, port, url } = await listening();
    const quiet = strangers(port, count, apart).map((each) => each.say(upgrade()));
    await until(() =>
      quiet.every(({ isOver, heard }) => isOver || heard.startsWith('HTTP/1.1 101')),
    );
    await until(() => door.present.size === kept);
    const dials = Array.from({ length: 4 }, () => honest(network, url));
    await until(() => dials.every(({ heard }) => heard.length === 2));
    expect(door.known).toBe(4);
  });

  it('T08: by those of one netgroup takes 16 places of 256', async () => {
    const { door, port, url } = await listening();
    const quiet = strangers(port, 60, (nth) => `127.0.1.${1 + nth}`).map((each) =>
      each.say(upgrade()),
    );
    await until(() => quiet.filter(({ isOver }) => isOver).length === 44);
    expect(door.present.size).toBe(16);
    const { heard } = honest(network, url);
    await until(() => heard.length === 2);
  });

  it('T28: costs no more than a refusal each while the load is high', async () => {
    const { door, port, url, load, refused } = await listening();
    load.isChallenging = true;
    const idle = strangers(port, 300, apart).map((each) => each.say(upgrade()));
    await until(() => idle.every(({ isOver }) => isOver));
    const words = idle.map(({ heard }) => heard.replace(/Holdfast-Challenge: [\w-]{55}\r\n/, ''));
    expect(new Set(words)).toEqual(new Set([REFUSED]));
    expect(new Set(idle.map(({ heard }) => heard)).size).toBe(300);
    expect(refused.every((line) => line.endsWith(' challenged'))).toBe(true);
    const posed = challengeOf(await honest(network, url).dialled);
    const answer = await answering({ clock, primitives }, posed, never);
    const { heard } = honest(network, url, { answer });
    await until(() => heard.length === 2);
    const again = await honest(network, url, { answer }).dialled;
    expect([again.outcome, door.known]).toEqual(['refused', 1]);
  });

  it('by an address that comes again and again ends at its rate, without a word', async () => {
    const { port, refused } = await listening();
    const eager = strangers(port, 100, () => address(7)).map((each) => each.say(upgrade()));
    const over = (): Stranger[] => eager.filter(({ isOver }) => isOver);
    await until(() => over().length === 84);
    const because = ['rate', 'crowded'].map(
      (why) => refused.filter((line) => line === `${address(7)} ${why}`).length,
    );
    expect(because).toEqual([80, 4]);
    expect(over().filter(({ heard }) => heard === '').length >= 80).toBe(true);
  });
});

/** A door on virtual time. */
async function simulated(stage = admitting()) {
  const random = new SeededRandom(1).stream('network');
  const net = new SimNetwork({ clock: stage.clock, random });
  const door = new AdmittingDoor(stage.admission);
  const at = { host: '192.0.2.1', port: 7_000, trustedProxies: [] };
  const { url } = await net.host(at.host).listen(at, door);
  return { ...stage, time: stage.clock, net, door, url };
}

describe('an attack that goes on for a minute, on virtual time', () => {
  it('keeps nobody out who is honest, and leaves nothing behind', async () => {
    const { time, admission, refused, net, door, url } = await simulated();
    const known: number[] = [];
    for (let tick = 0; tick < 600; tick++) {
      for (let nth = 0; nth < 4; nth++) {
        const from = `10.${(4 * tick + nth) % 240}.${tick % 250}.${1 + nth}`;
        void net.host(from).dial(url, { signal: never }, () => silence);
      }
      if (tick % 20 === 0) {
        const one = honest(net.host(`198.51.${tick % 250}.1`), url);
        time.after(2_000, () => known.push(one.heard.length));
      }
      await time.advanceAsync(100);
    }
    await time.advanceAsync(10_000);
    expect([known.length, new Set(known)]).toEqual([30, new Set([2])]);
    expect([admission.halfOpen, door.known]).toEqual([256, 30]);
    expect(refused.every((line) => line.endsWith(' crowded'))).toBe(true);
    for (const link of door.links) link.drop();
    await time.advanceAsync(60_000);
    expect([admission.halfOpen, admission.buckets, time.pending, door.present.size]).toEqual([
      0, 0, 0, 0,
    ]);
  });
});

describe('an attack that takes all of the processor, on virtual time', () => {
  it('T28: is met by challenges, then by letting go, and is over soon after its end', async () => {
    const time = new VirtualClock();
    const meter = new SimMeter();
    const letGo: number[] = [];
    const shed = (): void => void letGo.push(time.monotonicMs());
    const load = new Load(kernelOn(time), meter, loadSettings, shed);
    const { net, door, url } = await simulated(admitting({ load }, time));
    /** What becomes of an honest dial; `works` if it has to work, and gets in by that. */
    const dial = async (nth: number): Promise<string> => {
      const via = net.host(`198.51.${nth}.1`);
      const first = honest(via, url).dialled;
      await time.advanceAsync(200);
      const dialled = await first;
      if (dialled.outcome === 'opened') return 'opened';
      const work = answering({ clock: time, primitives }, challengeOf(dialled), never);
      await time.advanceAsync(0);
      const second = honest(via, url, { answer: await work }).dialled;
      await time.advanceAsync(200);
      return `works, ${(await second).outcome}`;
    };
    const outcomes: string[] = [];
    /** At one load for so many seconds, with a dial in each. */
    const during = async (loopDelayMs: number, seconds: number): Promise<string> => {
      meter.load = { ...meter.load, loopDelayMs };
      for (let second = 0; second < seconds; second++) {
        outcomes.push(await dial(outcomes.length));
        await time.advanceAsync(1_000 * outcomes.length - time.monotonicMs());
      }
      return `${load.mode}, ${letGo.length} let go`;
    };
    expect([await during(200, 6), await during(700, 6), await during(5, 25)]).toEqual([
      'pressured, 0 let go',
      'shedding, 2 let go',
      'normal, 11 let go',
    ]);
    const works = outcomes.map((outcome) => outcome === 'works, opened');
    expect([works.indexOf(true), works.lastIndexOf(true)]).toEqual([5, 21]);
    expect(outcomes.filter((outcome) => outcome === 'opened').length).toBe(20);
    expect(door.known).toBe(37);
  });
});

const silence: LinkEvents = { onMessage() {}, onDrained() {}, onEnd() {} };
