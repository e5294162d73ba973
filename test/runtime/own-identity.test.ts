import { expect, it } from 'vitest';
import { peerIdOf } from '../../actors/peer/wire/peer-id.ts';
import { OwnIdentity } from '../../runtime/own-identity.ts';
import { primitives } from '../../runtime/world/primitives.ts';
import { StorageError } from '../../storage/faults.ts';
import { selfOf } from '../actors/peer/raw-peer.ts';
import { secretOf } from '../actors/peer/wire/backends.ts';

it('a runtime is of its present key, and what has begun keeps that of before', () => {
  const [first, second] = [11, 12].map((fill) => primitives.identityKey(secretOf(fill)));
  if (first === undefined || second === undefined) throw new Error('there are two');
  const network = { name: 'shops', requirePQ: true };
  const key = { identity: first, chain: undefined };
  const own = new OwnIdentity(key, peerIdOf(first.publicKey), network, selfOf(1).random);
  const before = own.credentials;
  expect([own.id, own.credentials === before, own.suites.length]).toEqual([
    ...[peerIdOf(first.publicKey), true, 1],
  ]);
  const chain = Uint8Array.of(7);
  own.renew({ identity: second, chain });
  expect([own.id, own.chain, own.credentials.identity, before.identity]).toEqual([
    ...[peerIdOf(second.publicKey), chain, second, first],
  ]);
  expect(own.credentials.staticKey.publicKey).not.toEqual(before.staticKey.publicKey);
});

it('a runtime that does not know its present key is nobody until it does', () => {
  const fault = new StorageError('CORRUPT', 'the ring is gone');
  const network = { name: 'shops', requirePQ: false };
  const own = new OwnIdentity(fault, 'first', network, selfOf(1).random);
  const because = 'it is not known which identity is the present one: the ring is gone';
  const error = { code: 'DATA_DAMAGED', message: because, cause: fault };
  expect(own.fault).toMatchObject(error);
  for (const what of ['id', 'key', 'chain', 'credentials'] as const) {
    expect(() => own[what]).toThrow(expect.objectContaining(error));
  }
  const key = primitives.identityKey(secretOf(11));
  const id = peerIdOf(key.publicKey);
  expect([own.isOwn(id), own.isOwn('first')]).toEqual([false, true]);
  own.renew({ identity: key, chain: undefined });
  expect([own.fault, own.id, own.isOwn(id), own.isOwn('first')]).toEqual([
    ...[undefined, id, true, false],
  ]);
});
