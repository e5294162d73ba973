import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { readHello, tags, writeHello, writePrefer } from '../../actors/peer/wire/hello.ts';
import type { Fact } from '../../runtime/facts.ts';
import { SUBPROTOCOL } from '../../runtime/world/upgrade.ts';
import { Arena, type Attacked } from './arena.ts';

/** What becomes of a message of the dialler: it goes on as something else, or is answered. */
type Edit = (message: Uint8Array, nth: number) => { on?: Uint8Array; back?: Uint8Array };

/** A relay of messages between who dials it and `url`, which does more than that. */
async function between(url: string, edit: Edit): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  onTestFinished(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  server.on('connection', (dialler) => {
    const onward = new WebSocket(url, SUBPROTOCOL, { perMessageDeflate: false });
    const waiting: Uint8Array[] = [];
    let nth = 0;
    dialler.on('message', (message: Buffer) => {
      const { on, back } = edit(new Uint8Array(message), nth++);
      if (back !== undefined) dialler.send(back);
      if (on === undefined) return;
      if (onward.readyState === WebSocket.OPEN) onward.send(on);
      else waiting.push(on);
    });
    onward.on('open', () => {
      for (const message of waiting) onward.send(message);
    });
    onward.on('message', (message: Buffer) => dialler.send(message));
    for (const [one, other] of [[dialler, onward] as const, [onward, dialler] as const]) {
      one.on('error', () => {}).on('close', () => other.terminate());
    }
  });
  await once(server, 'listening');
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/holdfast`;
}

/** A hello in other words; what it has of the hybrid's is cut to what the classical suite has. */
const offer =
  (offered: number[], chosen: number): Edit =>
  (message) => {
    const hello = readHello(message);
    if (hello === undefined) return { on: message };
    const noise = chosen === 1 ? hello.noise.subarray(0, 32) : hello.noise;
    return { on: writeHello({ offered, chosen, noise }) };
  };

/** The first hello is answered with `prefer`; what follows is edited as told. */
const prefer =
  (then: Edit): Edit =>
  (message, nth) =>
    nth === 0 ? { back: writePrefer(1) } : then(message, nth);

const untouched: Edit = (message) => ({ on: message });

const edits: readonly (readonly [string, Edit])[] = [
  ['strips the hybrid from the hello', offer([1], 1)],
  ['puts the classical suite first', offer([1, 2], 1)],
  ['chooses the classical suite', offer([2, 1], 1)],
  ['offers a suite more', offer([2, 1, 3], 2)],
  ['offers another one in place of the classical', offer([2, 7], 2)],
  ['says that the classical suite is preferred', prefer(untouched)],
  ['says so, and strips the hybrid from the next hello', prefer(offer([1], 1))],
  ['says so, and puts the classical suite first in it', prefer(offer([1, 2], 1))],
  ['says so, and chooses the hybrid in it', prefer(offer([2, 1], 2))],
];

const held = (facts: readonly Fact[]): readonly Fact[] =>
  facts.filter(({ type }) => ['peer.judged', 'peer.banned', 'peer.opened'].includes(type));

async function attacked(edit: Edit, options = {}) {
  const arena = new Arena();
  const shop: Attacked = await arena.listening(options);
  const till = await arena.machine(options, '127.9.0.1');
  const url = await between(shop.url, edit);
  const identity = shop.rt.peers.id;
  const dialled = await arena.until(
    till.rt.peers.connect(url, { identity }).then(
      (peer) => peer.isConnected,
      (error: unknown) => String(Reflect.get(Object(error), 'code')),
    ),
  );
  return { arena, shop, till, dialled };
}

describe.each([
  ['any suite', false],
  ['no other than a post-quantum one', true],
])('T18: whoever is between two that accept %s', (_, requirePQ) => {
  it.each(edits)('and %s has no connection come about, and nobody blamed', async (_what, edit) => {
    const { arena, shop, till, dialled } = await attacked(edit, { network: { requirePQ } });
    expect(dialled).toBe('PEER_UNREACHABLE');
    await arena.pass(100);
    expect([held(shop.facts), held(till.facts)]).toEqual([[], []]);
    expect([shop, till].map(({ rt }) => rt.peers.list())).toEqual([[], []]);
    // It was the path, and not one of them: they still find each other.
    const direct = await arena.until(till.rt.peers.connect(shop.url, { identity: 'any' }));
    expect(direct.isConnected).toBe(true);
  });

  it('and hands on what is said is nobody, and they talk in the hybrid', async () => {
    const sizes: number[] = [];
    const watching: Edit = (message) => {
      if (message[0] === tags.hello) sizes.push(message.length);
      return { on: message };
    };
    const { dialled } = await attacked(watching, { network: { requirePQ } });
    expect([dialled, sizes]).toEqual([true, [requirePQ ? 1_222 : 1_224]]);
  });
});
