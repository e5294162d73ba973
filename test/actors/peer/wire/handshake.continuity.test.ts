import { describe, expect, it } from 'vitest';
import type { ContinuityRecord } from '../../../../actors/peer/wire/continuity.ts';
import { credentialsOf } from '../../../../actors/peer/wire/handshake.ts';
import { peerIdOf } from '../../../../actors/peer/wire/peer-id.ts';
import type { Primitives } from '../../../../actors/peer/wire/primitives.ts';
import { primitives } from '../../../../runtime/world/primitives.ts';
import { secretOf } from './backends.ts';
import { chainOf, Owner } from './continuity.fixture.ts';
import { outcome, pairOf, play } from './handshakes.ts';

const owner = new Owner(primitives, [31, 32, 33, 34]);
const thief = new Owner(primitives, [31, 42, 43]);
const idOf = (who: Owner, seq: number): string => peerIdOf(who.key(seq).publicKey);
const staticKey = primitives.agreementKey(secretOf(99));

/** How the handshake ends with whoever has that key of an owner, and sends these records. */
function met(
  expected: { id: string; records: readonly ContinuityRecord[] } | undefined,
  who: Owner,
  seq: number,
  records: readonly ContinuityRecord[],
  backend: Primitives = primitives,
) {
  const chain = records.length === 0 ? undefined : chainOf(...records);
  const credentials = credentialsOf(who.key(seq), staticKey, chain);
  return play(pairOf(primitives, { expected, primitives: backend }, { credentials }));
}

const unseen = (seq: number) => ({ id: idOf(owner, seq), records: [] });
const seen = (last: number) => ({ id: idOf(owner, last), records: owner.records(0, last) });

describe('who is dialled', () => {
  it('is whoever its records lead to, whatever it was known by', () => {
    const all = owner.records(0, 2);
    const known = [unseen(0), unseen(1), unseen(2), seen(0), seen(2), undefined];
    const told = known.map((each) => met(each, owner, 2, all));
    expect(told.map(outcome)).toEqual(known.map(() => ['live', 'live']));
    const [live] = told.map(({ initiator }) => initiator.at(-1));
    expect(live?.kind === 'live' && live.session.peer).toMatchObject({
      id: idOf(owner, 2),
      records: all,
    });
  });

  it.each([
    ['an old key, once a later one was seen', seen(2), owner, 1, owner.records(0, 1)],
    ['an old key without records', seen(2), owner, 1, []],
    ['records that do not lead to its key', unseen(0), thief, 1, owner.records(0, 2)],
    ['a key that was not committed to', seen(0), thief, 1, thief.records(0, 1)],
    ['a record left out', unseen(0), owner, 2, [owner.record(2)]],
    ['no records', unseen(0), owner, 1, []],
    ['a beginning of its own', undefined, thief, 1, owner.records(0, 1)],
  ] as const)('is nobody with %s', (_, expected, who, seq, records) => {
    expect(outcome(met(expected, who, seq, records))).toEqual(['stranger', 'waiting']);
  });

  it('is whoever it was with the records that it always had, or with none', () => {
    expect([
      outcome(met(seen(1), owner, 1, owner.records(0, 1))),
      outcome(met(seen(1), owner, 1, [])),
    ]).toEqual([
      ['live', 'live'],
      ['live', 'live'],
    ]);
  });

  it('costs the one who listens nothing: it verifies no record of a stranger', () => {
    let verified = 0;
    const counting: Primitives = {
      ...primitives,
      verify: (...given) => {
        verified += 1;
        return primitives.verify(...given);
      },
    };
    const chain = chainOf(...owner.records(0, 3));
    const credentials = credentialsOf(owner.key(3), staticKey, chain);
    const told = play(pairOf(primitives, { credentials }, { primitives: counting }));
    expect([outcome(told), verified]).toEqual([['live', 'live'], 2]);
  });
});
