import { describe, expect, it } from 'vitest';
import { Reputation } from '../../actors/peer/reputation.ts';
import { peerIdOf } from '../../actors/peer/wire/peer-id.ts';
import { stranger } from '../../machines/trust.ts';
import { saveTrust } from '../../runtime/saved-trust.ts';
import { Computer, type Process } from './kernel/boot.ts';

const HOUR = 3_600_000;
const idOf = (seed: number): string => peerIdOf(new Uint8Array(32).fill(seed));
const [ANN, BOB, EVE] = [idOf(1), idOf(2), idOf(3)];

async function boot(computer: Computer, identitiesMax?: number) {
  const process = await computer.boot();
  const { kernel } = process;
  const reputation = new Reputation({
    kernel: { clock: computer.clock, tell: () => '' },
    settings: { earnedMax: 70 },
    identitiesMax: 1_000,
    onBanned: () => {},
  });
  const { persistence } = kernel;
  if (persistence === undefined) throw new Error('nothing is saved');
  saveTrust(persistence, reputation, computer.clock, identitiesMax);
  return { process, reputation };
}

const trustNames = async (computer: Computer): Promise<string[]> =>
  Object.keys(await computer.saved()).filter((name) => name.startsWith('trust/'));

const settle = (computer: Computer): Promise<void> => computer.clock.advanceAsync(2_000);

describe('trust over a restart of the process', () => {
  it('is what it was, to the last bit: T25, who comes back has gained nothing', async () => {
    const computer = new Computer();
    const first = await boot(computer);
    first.reputation.failed(ANN, 'promise.broken');
    first.reputation.violated(EVE, 'frame.unknown');
    first.reputation.grant(BOB, 'critical', 'ours');
    await settle(computer);
    first.process.crash();
    const { reputation } = await boot(computer);
    for (const id of [ANN, BOB, EVE]) {
      expect(reputation.trust(id)).toEqual(first.reputation.trust(id));
    }
    expect([reputation.isBanned(EVE), reputation.level(BOB)]).toEqual([true, 'critical']);
  });

  it('is kept by a shutdown, the last judgement included', async () => {
    const computer = new Computer();
    const first = await boot(computer);
    first.reputation.violated(EVE, 'frame.unknown');
    await first.process.shutDown();
    expect((await boot(computer)).reputation.isBanned(EVE)).toBe(true);
  });

  it('of who is a stranger again is forgotten', async () => {
    const computer = new Computer();
    const first = await boot(computer);
    first.reputation.failed(ANN, 'request.timedOut');
    await settle(computer);
    first.process.crash();
    computer.clock.setWall(computer.clock.wallMs() + 60 * HOUR);
    const second = await boot(computer);
    await settle(computer);
    second.process.crash();
    expect([second.reputation.size, await trustNames(computer)]).toEqual([0, []]);
  });

  it('is kept of those that differ most from strangers, and of who was granted', async () => {
    const computer = new Computer();
    const first = await boot(computer, 3);
    first.reputation.grant(BOB, 'basic', 'ours');
    first.reputation.violated(EVE, 'frame.unknown');
    for (let seed = 10; seed < 30; seed++) {
      for (let time = 0; time < seed - 9; time++)
        first.reputation.failed(idOf(seed), 'request.timedOut');
    }
    await settle(computer);
    first.process.crash();
    const names = [BOB, EVE, idOf(29)].map((id) => `trust/${id}`);
    expect(new Set(await trustNames(computer))).toEqual(new Set(names));
  });

  it.each([
    ['damaged', { because: 'damaged' }],
    ['of another kind', { because: 'invalid', field: 'penalty' }],
  ])('begins anew where what was saved is %s', async (kind, refusal) => {
    const computer = new Computer();
    const name = `trust/${ANN}`;
    await computer.put(name, { v: 1, ...stranger, penalty: kind === 'damaged' ? 9 : 1_000 });
    if (kind === 'damaged') await computer.damage(name);
    const { process, reputation } = await boot(computer);
    expect([reputation.size, told(process)]).toEqual([0, [{ subject: ANN, ...refusal }]]);
  });

  it('is of nobody if its name is no peer id', async () => {
    const computer = new Computer();
    await computer.put('trust/ann', { v: 1, ...stranger, penalty: 9 });
    const { process, reputation } = await boot(computer);
    expect([reputation.size, told(process)]).toEqual([
      0,
      [{ subject: 'ann', because: 'invalid', field: 'id' }],
    ]);
  });
});

const told = (process: Process): readonly unknown[] => process.told('state.refused');
