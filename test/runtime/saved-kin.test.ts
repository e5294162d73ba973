import { expect, it } from 'vitest';
import { Kinship } from '../../actors/peer/kinship.ts';
import { peerIdOf } from '../../actors/peer/wire/peer-id.ts';
import { saveKin } from '../../runtime/saved-kin.ts';
import { primitives } from '../../runtime/world/primitives.ts';
import { chainOf, Owner } from '../actors/peer/wire/continuity.fixture.ts';
import { Computer } from './kernel/boot.ts';

const owner = new Owner(primitives, [31, 32, 33, 34]);
const idOf = (seq: number): string => peerIdOf(owner.key(seq).publicKey);

async function boot(computer: Computer) {
  const process = await computer.boot();
  const { persistence } = process.kernel;
  if (persistence === undefined) throw new Error('nothing is saved');
  const kinship = new Kinship({
    ...{ primitives, clock: { wallMs: () => 0 }, peersMax: 10, onFollowed() {} },
    isKnown: (id) => id === idOf(0),
    isGranted: () => false,
  });
  saveKin(persistence, kinship);
  return { process, kinship };
}

const meet = (kinship: Kinship, seq: number): void => {
  const chain = chainOf(...owner.records(0, seq));
  kinship.meet({ id: idOf(seq), publicKey: owner.key(seq).publicKey, chain });
};

it('whoever is known by earlier keys stays so over a restart of the process', async () => {
  const computer = new Computer();
  const first = await boot(computer);
  meet(first.kinship, 1);
  await computer.clock.advanceAsync(2_000);
  meet(first.kinship, 2);
  await computer.clock.advanceAsync(2_000);
  first.process.crash();
  const second = await boot(computer);
  expect([...second.kinship.all()]).toEqual([
    [idOf(2), { former: [], records: owner.records(0, 2) }],
  ]);
  expect(second.kinship.presentOf(idOf(0))).toBe(idOf(2));
  const older = idOf(3);
  second.kinship.restore({ former: [older], records: owner.records(0, 2) });
  await second.process.shutDown();
  const { kinship } = await boot(computer);
  expect([idOf(1), older].map((id) => kinship.presentOf(id))).toEqual([idOf(2), idOf(2)]);
});
