import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { Reputation } from '../../actors/peer/reputation.ts';
import { peerIdOf } from '../../actors/peer/wire/peer-id.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { seedsFor } from '../seeds.ts';

/** As many thousands of identities as there are seeds. */
const identities = 1_000 * seedsFor({ ci: 100, full: 1_000 }).length;

function bytesInUse(): number {
  setFlagsFromString('--expose_gc');
  runInNewContext('gc')();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const idOf = (number: number): string => {
  const key = new Uint8Array(32);
  new DataView(key.buffer).setUint32(0, number);
  return peerIdOf(key);
};

it(`T24: ${identities} offenders are all banned, and twice as many take no more room`, () => {
  const clock = new VirtualClock();
  const reputation = new Reputation({
    kernel: { clock, tell: () => '' },
    settings: { earnedMax: 70 },
    identitiesMax: identities,
    onBanned: () => {},
  });
  const offend = (from: number, to: number): void => {
    for (let number = from; number < to; number++) {
      reputation.violated(idOf(number), 'frame.unknown');
    }
  };
  const before = bytesInUse();
  offend(0, identities);
  let banned = 0;
  for (let number = 0; number < identities; number++) {
    if (reputation.isBanned(idOf(number))) banned += 1;
  }
  const each = (bytesInUse() - before) / identities;
  offend(identities, 2 * identities);
  const eachAfter = (bytesInUse() - before) / identities;
  console.log(`bytes for each: ${Math.round(each)}, afterwards ${Math.round(eachAfter)}`);
  expect([banned, reputation.size]).toEqual([identities, identities]);
  expect([each < 300, eachAfter < 300]).toEqual([true, true]);
});
