import { describe, expect, it } from 'vitest';
import { AccessList } from '../../actors/peer/door/access-list.ts';
import { Reputation } from '../../actors/peer/reputation.ts';
import { Suspicions } from '../../actors/peer/suspicion/suspicions.ts';
import { peerIdOf } from '../../actors/peer/wire/peer-id.ts';
import { layFoundation } from '../../runtime/foundation.ts';
import { reportOf } from '../../runtime/health-report.ts';
import { Charts } from '../../runtime/kernel/charts.ts';
import { runtimeOptions } from '../../runtime/options/runtime.ts';
import { PeerTrust } from '../../runtime/peer-trust.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import { all, refusal, settled } from './audit-stage.ts';

const HOUR = 3_600_000;
const idOf = (seed: number): string => peerIdOf(new Uint8Array(32).fill(seed));
const [ANN, EVE] = [idOf(1), idOf(200)];

const life = {
  health: () => reportOf({ isStarted: true, isAccepting: true }, {}),
  hasFailed: () => false,
};

async function given() {
  const world = simWorld({ seed: 1 });
  const foundation = await settled(
    world,
    layFoundation(world, runtimeOptions.parse({}), () => {}, life),
  );
  const { kernel, audit: log, recorded: facts } = foundation;
  const charts = new Charts(kernel, world.random.stream('peers'));
  const cut: unknown[] = [];
  const reputation = new Reputation({
    kernel: charts,
    settings: { earnedMax: 70 },
    identitiesMax: 2,
    onBanned: (id) => cut.push(id),
  });
  const access = new AccessList({ allow: [], deny: [] });
  const onRangeBanned = (range: unknown) => cut.push(range);
  const addressOf = (id: string) => (id === EVE ? '192.0.2.66' : undefined);
  const kinship = { presentOf: (id: string) => id, selvesOf: (id: string) => [id] };
  const suspicions = new Suspicions({ kernel: charts, addressOf });
  const judges = { reputation, suspicions, access, kinship, facts, log };
  const tools = { kernel: charts, ...judges, onRangeBanned, addressOf };
  const trust = new PeerTrust(tools);
  const settle = <Value>(promise: Promise<Value>): Promise<Value> => settled(world, promise, 10);
  /** The types of the records about a subject. */
  const records = async (subject: string): Promise<unknown[]> => {
    await world.clock.advanceAsync(1_000);
    const found = await settle(all(log.read({ subject })));
    return found.map((read) => (read.kind === 'gap' ? 'gap' : read.event.type));
  };
  /** Each record about a subject with the one that it names as its cause. */
  const causes = async (subject: string): Promise<unknown[]> => {
    await world.clock.advanceAsync(1_000);
    const found = await settle(all(log.read({ subject })));
    const told = found.flatMap((read) => (read.kind === 'gap' ? [] : [read.event]));
    const typeOf = (id?: string) => told.find((each) => each.id === id)?.type;
    return told.map(({ type, causationid }) => [type, typeOf(causationid)]);
  };
  const close = () => settled(world, foundation.close(10_000), 1_000);
  const known = { world, reputation, suspicions, access, trust };
  return { ...known, settle, records, causes, cut, close };
}

describe('a grant', () => {
  it('is in the log before it counts', async () => {
    const { reputation, trust, settle, records } = await given();
    const granting = trust.grant(ANN, { level: 'privileged', reason: 'ours' });
    expect(reputation.level(ANN)).toBe('basic');
    await settle(granting);
    expect(reputation.level(ANN)).toBe('privileged');
    expect(await records(ANN)).toEqual(['peer.granting', 'peer.granted']);
  });

  it('and the end of a ban name as their cause that they were about to be', async () => {
    const { trust, settle, causes } = await given();
    await settle(trust.grant(ANN, { level: 'privileged' }));
    trust.ban(EVE, { reason: 'stolen', forMs: HOUR });
    await settle(trust.unban(EVE));
    trust.ban('192.0.2.0/24', { reason: 'noise', forMs: HOUR });
    await settle(trust.unban('192.0.2.0/24'));
    const unbanned = [
      ['peer.banned', undefined],
      ['peer.unbanning', undefined],
      ['peer.unbanned', 'peer.unbanning'],
    ];
    expect([await causes(ANN), await causes(EVE), await causes('192.0.2.0/24')]).toEqual([
      [
        ['peer.granting', undefined],
        ['peer.granted', 'peer.granting'],
      ],
      unbanned,
      unbanned,
    ]);
  });

  it('is none if the log does not take it, and neither is an unban', async () => {
    const { reputation, trust, settle, close } = await given();
    reputation.ban(EVE, HOUR, 'test');
    await close();
    for (const decide of [() => trust.grant(ANN, { level: 'critical' }), () => trust.unban(EVE)]) {
      expect(await settle(refusal(decide()))).toMatch(/^RUNTIME_STOPPED: /);
    }
    expect([reputation.level(ANN), reputation.isBanned(EVE)]).toEqual(['basic', true]);
  });

  it('names what is no level and no peer', async () => {
    const { trust, settle } = await given();
    expect([
      await settle(refusal(trust.grant('ann', { level: 'basic' }))),
      await settle(refusal(trust.grant(ANN, Object({ level: 'king' })))),
      await settle(refusal(trust.unban('10.0.0.0/33'))),
    ]).toEqual([
      'TypeError: id must be a peer id, 52 letters, got "ann"',
      'RangeError: grant.level must be one of untrusted, basic, verified, privileged, critical, ' +
        'got "king"',
      'TypeError: target must be a peer id, an address or a CIDR range, got "10.0.0.0/33"',
    ]);
  });
});

describe('a ban', () => {
  it('of an identity counts at once, and ends once it is in the log that it does', async () => {
    const { reputation, trust, settle, records, cut } = await given();
    trust.ban(EVE, { reason: 'stolen', forMs: HOUR });
    expect([reputation.isBanned(EVE), cut]).toEqual([true, [EVE]]);
    const unbanning = trust.unban(EVE);
    expect(reputation.isBanned(EVE)).toBe(true);
    await settle(unbanning);
    expect(reputation.isBanned(EVE)).toBe(false);
    expect(await records(EVE)).toEqual(['peer.banned', 'peer.unbanning', 'peer.unbanned']);
  });

  it('of a range is the same, however it is written', async () => {
    const { world, access, trust, settle, records, cut } = await given();
    trust.ban('::ffff:192.0.2.0/120', { reason: 'noise', forMs: HOUR });
    const excluded = () => access.excludes({ address: '192.0.2.77' }, world.clock.wallMs());
    expect([excluded(), cut]).toEqual([
      'banned',
      [{ family: 'ipv4', address: '192.0.2.0', bits: 24 }],
    ]);
    await settle(trust.unban('192.0.2.0/24', { reason: 'quiet' }));
    expect(excluded()).toBeUndefined();
    expect(await records('192.0.2.0/24')).toEqual([
      'peer.banned',
      'peer.unbanning',
      'peer.unbanned',
    ]);
  });

  it('names what is neither identity nor range, and no time', async () => {
    const { trust } = await given();
    expect(() => trust.ban('eve', { reason: 'x', forMs: 1 })).toThrow(TypeError);
    expect(() => trust.ban(EVE, { reason: 'x', forMs: 0 })).toThrow(RangeError);
    for (const text of ['5', 'null']) {
      const target: string = JSON.parse(text);
      const got = `, got ${text}`;
      expect(() => trust.ban(target, { reason: 'test', forMs: 1 })).toThrow(got);
      expect(await refusal(trust.unban(target))).toContain(got);
      expect(await refusal(trust.explain(target))).toContain(got);
    }
  });
});

describe('an explanation', () => {
  it('has all that was held for and against an identity, and agrees with it', async () => {
    const { world, reputation, trust, settle } = await given();
    reputation.failed(EVE, 'payload.invalid');
    await world.clock.advanceAsync(1_234);
    for (let time = 0; time < 7; time++) reputation.earned(EVE, 'request.answered');
    await world.clock.advanceAsync(60_000);
    await settle(trust.grant(EVE, { level: 'verified' }));
    reputation.violated(EVE, 'frame.unknown');
    await world.clock.advanceAsync(1_000);
    trust.ban('192.0.2.64/26', { reason: 'test', forMs: HOUR });
    const { records, suspicion: _, ...now } = await settle(trust.explain(EVE));
    expect(now).toEqual({
      score: reputation.score(EVE),
      level: 'untrusted',
      granted: 'untrusted',
      bannedUntilMs: reputation.trust(EVE).bannedUntilMs,
      agrees: true,
      verdict: { because: 'banned', cidr: '192.0.2.64/26', reason: 'test' },
    });
    expect(
      records.map(({ signal, times, because, level, follows }) => [
        ...[signal, times, because, level, follows],
      ]),
    ).toEqual([
      ['payload.invalid', 1, undefined, 'basic', true],
      ['request.answered', 7, undefined, 'basic', true],
      ['level.granted', 1, 'asked for', 'verified', true],
      ['rules.violated', 1, 'frame.unknown', 'untrusted', true],
    ]);
  });

  it('of a stranger is empty', async () => {
    const { trust, settle } = await given();
    expect(await settle(trust.explain(ANN))).toEqual({
      score: 50,
      level: 'basic',
      granted: 'untrusted',
      bannedUntilMs: 0,
      records: [],
      agrees: true,
      verdict: undefined,
      suspicion: { score: 0, band: 'clear', evidence: [] },
    });
  });

  it('has what makes somebody suspected, which is no part of its trust', async () => {
    const { reputation, suspicions, trust, settle } = await given();
    for (let time = 0; time < 9; time++) suspicions.saw(EVE, 'canary.leaked');
    const { suspicion, score, level, bannedUntilMs } = await settle(trust.explain(EVE));
    expect([suspicion.band, suspicion.evidence.map(({ sign, times }) => [sign, times])]).toEqual([
      'suspect',
      [['canary.leaked', 9]],
    ]);
    expect([score, level, bannedUntilMs, reputation.size]).toEqual([50, 'basic', 0, 0]);
  });

  it('of an address names what keeps it out, however it is written', async () => {
    const { trust } = await given();
    trust.ban('2001:db8::7', { reason: 'test', forMs: HOUR });
    const verdict = { because: 'banned', cidr: '2001:db8::7/64', reason: 'test' };
    expect(trust.explainAddress('2001:0DB8:0:0:1::%eth0')).toEqual({
      ...{ address: '2001:db8:0:0:1::', netgroup: '2001:db8::/64', verdict },
    });
    expect(() => trust.explainAddress('example.org')).toThrow(
      new TypeError('address must be an address, got "example.org"'),
    );
  });

  it('of who was forgotten says so, and where it began anew', async () => {
    const { world, reputation, trust, settle } = await given();
    reputation.failed(EVE, 'payload.invalid');
    for (const seed of [7, 8]) reputation.violated(idOf(seed), 'frame.unknown');
    await world.clock.advanceAsync(1_000);
    expect((await settle(trust.explain(EVE))).agrees).toBe(false);
    reputation.grant(EVE, 'basic', 'found');
    await world.clock.advanceAsync(1_000);
    const { agrees, records } = await settle(trust.explain(EVE));
    expect([agrees, records.map(({ follows }) => follows)]).toEqual([true, [true, false]]);
  });
});
