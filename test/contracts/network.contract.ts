import { describe, expect, it } from 'vitest';
import {
  ANSWER_BYTES,
  CHALLENGE_BYTES,
  type Dialled,
  type DialOptions,
  type Link,
  MESSAGE_BYTES_MAX,
  type Network,
  PASS_BYTES,
} from '../../actors/network.ts';
import { blocked, bytesOf, GuestBook, Heard } from './network.fixture.ts';

export interface NetworkStage {
  /** Of whoever listens, at `host`. */
  readonly near: Network;
  readonly host: string;
  /** Of whoever dials, from `address`. */
  readonly far: Network;
  readonly address: string;
  /** Lets time pass until it is so. */
  until(isSo: () => boolean): Promise<void>;
  onFinished(task: () => void): void;
}

const never = new AbortController().signal;

const listenAt = (host: string, port = 0) => ({ host, port, trustedProxies: [] });

async function opened(stage: NetworkStage, door = new GuestBook()) {
  const listener = await stage.near.listen(listenAt(stage.host), door);
  stage.onFinished(() => listener.close());
  const dial = async (options: Partial<DialOptions> = {}) => {
    const heard = new Heard();
    const links: Link[] = [];
    let dialled: Dialled | undefined;
    let failed: unknown;
    const onOpened = (link: Link): Heard => {
      links.push(link);
      return heard;
    };
    void stage.far.dial(listener.url, { signal: never, ...options }, onOpened).then(
      (settled) => {
        dialled = settled;
      },
      (error: unknown) => {
        failed = error;
      },
    );
    await stage.until(() => dialled !== undefined || failed !== undefined);
    return { dialled, failed, heard, links };
  };
  return { door, listener, dial };
}

/** Two ends of one link. */
async function linked(stage: NetworkStage) {
  const { door, listener, dial } = await opened(stage);
  const { links, heard } = await dial();
  await stage.until(() => door.guests.length === 1);
  const [guest] = door.guests;
  const [link] = links;
  if (guest === undefined || link === undefined) throw new Error('it was not opened');
  stage.onFinished(() => {
    link.drop();
    guest.link.drop();
  });
  return { far: { link, heard }, near: guest, door, listener, dial };
}

function admits(begin: () => NetworkStage): void {
  it('tells a door who arrives, what they ask, and that they are in', async () => {
    const stage = begin();
    const { door, dial, listener } = await opened(stage);
    const answer = new Uint8Array(ANSWER_BYTES).fill(255);
    const pass = new Uint8Array(PASS_BYTES).fill(254);
    const { dialled, links } = await dial({ answer, pass });
    await stage.until(() => door.guests.length === 1);
    expect(dialled).toEqual({ outcome: 'opened', link: links[0] });
    expect(door.diary).toEqual([`arrived from ${stage.address}`, 'asked', 'opened']);
    const port = door.arrivals[0]?.remote.port ?? 0;
    const remote = { address: stage.address, port };
    expect(port > 0).toBe(true);
    const [asked] = door.asked;
    expect({
      ...asked,
      answer: [...(asked?.answer ?? [])],
      pass: [...(asked?.pass ?? [])],
    }).toEqual({ remote, answer: [...answer], pass: [...pass] });
    expect(door.guests[0]?.link.remote).toEqual(remote);
    const url = new URL(listener.url);
    expect(links[0]?.remote).toEqual({ address: stage.host, port: Number(url.port) });
    expect([url.protocol, url.pathname]).toEqual(['ws:', '/holdfast']);
  });

  it('carries whole messages both ways, in order, of up to 65,536 bytes', async () => {
    const stage = begin();
    const { far, near } = await linked(stage);
    for (const { link } of [far, near]) {
      link.send(bytesOf('one'));
      link.send(new Uint8Array(MESSAGE_BYTES_MAX).fill(97));
      link.send(bytesOf('three'));
    }
    const all = ['one', 'aaaaaaaa… of 65536', 'three'];
    await stage.until(() => near.heard.messages.length === 3 && far.heard.messages.length === 3);
    expect([near.heard.messages, far.heard.messages]).toEqual([all, all]);
    await stage.until(() => near.link.bufferedBytes + far.link.bufferedBytes === 0);
  });

  it.each([undefined, new Uint8Array(CHALLENGE_BYTES).fill(7)])(
    'tells who is refused no more than a challenge: %s',
    async (challenge) => {
      const stage = begin();
      const { door, dial } = await opened(stage);
      door.admission = { admitted: false, challenge };
      const { dialled, links } = await dial();
      await stage.until(() => door.diary.length === 3);
      const posed = dialled?.outcome === 'refused' && dialled.challenge;
      expect(dialled?.outcome).toBe('refused');
      expect(posed && [...posed]).toEqual(challenge && [...challenge]);
      expect(links).toEqual([]);
      expect(door.diary).toEqual([`arrived from ${stage.address}`, 'asked', 'left']);
    },
  );
}

function reaches(begin: () => NetworkStage): void {
  it('hears no more of whom it did not let arrive', async () => {
    const stage = begin();
    const { door, dial } = await opened(stage);
    door.isOpen = false;
    const { dialled } = await dial();
    expect(dialled).toMatchObject({ outcome: 'unreachable', cause: expect.any(Error) });
    expect(door.diary).toEqual([`arrived from ${stage.address}`]);
  });

  it('drops who has not asked yet', async () => {
    const stage = begin();
    const door = new GuestBook();
    door.onArrived = (arrival) => {
      arrival.drop();
      return true;
    };
    const { dial } = await opened(stage, door);
    const { dialled } = await dial();
    await stage.until(() => door.diary.length === 1);
    expect([dialled?.outcome, door.diary]).toEqual(['unreachable', ['left']]);
  });

  it('reaches nobody where nobody listens, or listens no more; links stay', async () => {
    const stage = begin();
    const { far, near, listener, door } = await linked(stage);
    listener.close();
    const dialled: Dialled[] = [];
    const options = { signal: never };
    void stage.far
      .dial(listener.url, options, () => new Heard())
      .then((settled) => dialled.push(settled));
    await stage.until(() => dialled.length === 1);
    expect(dialled[0]?.outcome).toBe('unreachable');
    far.link.send(bytesOf('still here'));
    await stage.until(() => near.heard.messages.length === 1);
    expect(door.diary.length).toBe(3);
  });
}

function ends(begin: () => NetworkStage): void {
  it('gives up a dial when its signal says so, before it began too', async () => {
    const stage = begin();
    const reason = new Error('enough');
    const door = new GuestBook();
    const giveUp = new AbortController();
    door.onArrived = () => {
      giveUp.abort(reason);
      return true;
    };
    const { dial } = await opened(stage, door);
    expect((await dial({ signal: giveUp.signal })).failed).toBe(reason);
    await stage.until(() => door.diary.at(-1) === 'left' || door.guests[0]?.heard.end === 'lost');
    const before = door.diary.length;
    expect((await dial({ signal: giveUp.signal })).failed).toBe(reason);
    expect(door.diary.length).toBe(before);
  });

  it.each(['near', 'far'] as const)('closes in good order when %s does', async (side) => {
    const stage = begin();
    const ends = await linked(stage);
    const [closing, other] = side === 'near' ? [ends.near, ends.far] : [ends.far, ends.near];
    for (let count = 0; count < 40; count++) closing.link.send(new Uint8Array(60_000).fill(98));
    closing.link.close();
    closing.link.send(bytesOf('too late'));
    other.link.send(bytesOf('to nobody'));
    await stage.until(() => closing.heard.end !== undefined && other.heard.end !== undefined);
    expect([closing.heard.end, other.heard.end]).toEqual(['closed', 'closed']);
    expect(other.heard.messages).toEqual(Array(40).fill('bbbbbbbb… of 60000'));
    expect(closing.heard.messages).toEqual([]);
    expect([closing.heard.afterTheEnd, other.heard.afterTheEnd]).toEqual([0, 0]);
  });
}

function loses(begin: () => NetworkStage): void {
  it.each(['near', 'far'] as const)('is lost to both at once when %s drops it', async (side) => {
    const stage = begin();
    const ends = await linked(stage);
    const [dropping, other] = side === 'near' ? [ends.near, ends.far] : [ends.far, ends.near];
    other.link.send(bytesOf('to nobody'));
    dropping.link.drop();
    expect(dropping.heard.end).toBe(undefined);
    await stage.until(() => dropping.heard.end !== undefined && other.heard.end !== undefined);
    expect([dropping.heard.end, other.heard.end]).toEqual(['lost', 'lost']);
    for (const { link } of [dropping, other]) {
      link.send(bytesOf('too late'));
      link.pause();
      link.resume();
      link.close();
      link.drop();
      expect(link.bufferedBytes).toBe(0);
    }
    expect(dropping.heard.messages).toEqual([]);
    expect([dropping.heard.afterTheEnd, other.heard.afterTheEnd]).toEqual([0, 0]);
  });

  it('keeps what a paused reader does not take, counts it, and says when it left', async () => {
    const stage = begin();
    const { far, near, dial } = await linked(stage);
    near.link.pause();
    const message = (nth: number): Uint8Array => new Uint8Array(60_000).fill(33 + (nth % 90));
    for (let nth = 0; nth < 400; nth++) far.link.send(message(nth));
    // Time enough for others to come, be greeted, and go.
    for (const link of (await dial()).links) link.drop();
    await stage.until(() => far.link.bufferedBytes < 400 * 60_000);
    expect(far.link.bufferedBytes > 0).toBe(true);
    expect([near.heard.messages, far.heard.drained]).toEqual([[], 0]);
    near.link.resume();
    await stage.until(() => near.heard.messages.length === 400);
    await stage.until(() => far.heard.drained === 1);
    expect(far.link.bufferedBytes).toBe(0);
    const sent = Array.from({ length: 400 }, (_, nth) => message(nth).subarray(0, 8));
    expect(near.heard.messages).toEqual(sent.map((bytes) => `${Buffer.from(bytes)}… of 60000`));
    far.link.send(message(0));
    await stage.until(() => far.heard.drained === 2);
  });

  it('lets go of a link that is paused', async () => {
    const stage = begin();
    const { far, near } = await linked(stage);
    near.link.pause();
    for (let count = 0; count < 100; count++) far.link.send(new Uint8Array(60_000));
    near.link.drop();
    await stage.until(() => near.heard.end !== undefined && far.heard.end !== undefined);
    expect([near.heard.end, far.heard.end, near.heard.messages]).toEqual(['lost', 'lost', []]);
  });
}

function listens(begin: () => NetworkStage): void {
  it('says which address it cannot listen at, and why', async () => {
    const stage = begin();
    const { listener } = await opened(stage);
    const port = Number(new URL(listener.url).port);
    const taken = stage.near.listen(listenAt(stage.host, port), new GuestBook());
    expect(await blocked(taken)).toMatchObject({
      code: 'LISTEN_FAILED',
      message: `cannot listen at port ${port} of ${stage.host}: another process listens there`,
      details: { host: stage.host, port, reason: 'EADDRINUSE' },
    });
    const foreign = stage.near.listen(listenAt('192.0.2.1'), new GuestBook());
    expect(await blocked(foreign)).toMatchObject({
      code: 'LISTEN_FAILED',
      details: { host: '192.0.2.1', port: 0, reason: 'EADDRNOTAVAIL' },
    });
  });

  it.each(['no url', 'wss://127.0.0.1/holdfast', 'http://127.0.0.1/'])(
    'reaches nobody at %s',
    async (url) => {
      const dialled = await begin().far.dial(url, { signal: never }, () => new Heard());
      expect(dialled).toEqual({ outcome: 'unreachable', cause: expect.any(TypeError) });
    },
  );
}

/** What the network of every world promises. */
export function networkContract(name: string, begin: () => NetworkStage): void {
  describe(name, () => {
    admits(begin);
    reaches(begin);
    ends(begin);
    loses(begin);
    listens(begin);
  });
}
