import { describe, expect, it } from 'vitest';
import type { Asker } from '../../actors/peer/requests/asked.ts';
import { failRequest } from '../../actors/refusals.ts';
import { payloadOf } from '../../runtime/payload.ts';
import { Road } from '../../runtime/road.ts';

function given(role: 'initiator' | 'responder') {
  const askers: Asker[] = [];
  const relayed: unknown[] = [];
  const actor = {
    ...{ role, remote: undefined },
    ask: (_name: string, _payload: unknown, _timeoutMs: number, asker: Asker) => {
      askers.push(asker);
      return () => {};
    },
    relay: (...said: unknown[]) => relayed.push(said) === 1,
  };
  const road = new Road(actor, () => 'anna', 5, 'fact-1');
  return { road, askers, relayed };
}

describe('a road', () => {
  it('is numbered by both its ends, the initiator of the connection with the odd ones', () => {
    const relays = [given('initiator'), given('responder')].map(({ road }) =>
      [1, 2, 3, 4].filter((circuit) => road.isRelayOf(circuit)),
    );
    expect(relays).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  it('hears of a request what was answered, and of one that was not, nothing', () => {
    const { road, askers } = given('responder');
    const heard: unknown[] = [];
    for (let nth = 0; nth < 4; nth++) road.request('ask', {}, (answer) => heard.push(answer));
    let cancelled = 0;
    const items = { cancel: () => cancelled++ };
    askers[0]?.onAnswered(payloadOf('answer', { accepted: true }));
    askers[1]?.onAnswered({ encoding: 'json', bytes: Buffer.from('{') });
    askers[2]?.onStreamed(Object.assign(Object.create(null), items));
    askers[3]?.onFailed(failRequest('LEVEL_TOO_LOW'));
    expect([heard, cancelled]).toEqual([[{ accepted: true }, undefined, undefined, undefined], 1]);
  });

  it('says whether a part is on its way', () => {
    const { road, relayed } = given('responder');
    const part = Uint8Array.of(1);
    expect([road.relay(3, part), road.relay(3, part), relayed]).toEqual([
      ...[true, false],
      [
        [3, part],
        [3, part],
      ],
    ]);
  });
});
