import { describe, expect, it } from 'vitest';
import { AccessList } from '../../actors/peer/door/access-list.ts';
import { parseRange } from '../../actors/peer/door/cidr.ts';
import { saveBans } from '../../runtime/saved-bans.ts';
import { Computer } from './kernel/boot.ts';

const HOUR = 3_600_000;

async function boot(computer: Computer) {
  const process = await computer.boot();
  const { persistence } = process.kernel;
  if (persistence === undefined) throw new Error('nothing is saved');
  const access = new AccessList({ allow: [], deny: [] });
  saveBans(persistence, access, computer.clock);
  const nowMs = (): number => computer.clock.wallMs();
  const ban = (cidr: string, forMs: number): void => {
    const range = parseRange(cidr);
    if (range === undefined) throw new TypeError(cidr);
    access.ban(range, { cidr, reason: 'test', untilMs: nowMs() + forMs }, nowMs());
  };
  const unban = (cidr: string): void => {
    const range = parseRange(cidr);
    if (range !== undefined) access.unban(range);
  };
  const cidrs = (): string[] => access.bans(nowMs()).map(({ cidr }) => cidr);
  return { process, access, ban, unban, cidrs };
}

const settle = (computer: Computer): Promise<void> => computer.clock.advanceAsync(2_000);

describe('the ban of a range, over a restart of the process,', () => {
  it('goes on to its end, unless it was taken back', async () => {
    const computer = new Computer();
    const first = await boot(computer);
    first.ban('192.0.2.0/24', HOUR);
    first.ban('2001:db8::/32', 2 * HOUR);
    first.ban('198.51.100.0/24', HOUR);
    await settle(computer);
    first.unban('198.51.100.0/24');
    await settle(computer);
    first.process.crash();
    const second = await boot(computer);
    expect(second.cidrs().sort()).toEqual(['192.0.2.0/24', '2001:db8::/32']);
    second.process.crash();
    computer.clock.setWall(computer.clock.wallMs() + HOUR);
    const third = await boot(computer);
    expect(third.cidrs()).toEqual(['2001:db8::/32']);
    await settle(computer);
    third.process.crash();
    expect(Object.keys(await computer.saved())).toEqual(['ban/2001:db8::/32']);
  });

  it('is one, however the range was written', async () => {
    const computer = new Computer();
    const first = await boot(computer);
    first.ban('192.0.2.0/24', HOUR);
    first.ban('192.0.2.77/24', 2 * HOUR);
    await first.process.shutDown();
    expect(Object.keys(await computer.saved())).toEqual(['ban/192.0.2.77/24']);
    const second = await boot(computer);
    second.unban('192.0.2.1/24');
    await second.process.shutDown();
    expect(await computer.saved()).toEqual({});
  });

  it.each([
    ['ban/192.0.2.0/24', { v: 1, reason: 'x' }, '192.0.2.0/24', 'untilMs'],
    ['ban/192.0.2.0/33', { v: 1, reason: 'x', untilMs: 9e12 }, '192.0.2.0/33', 'cidr'],
  ])('is none of %s with %j', async (name, value, subject, field) => {
    const computer = new Computer();
    await computer.put(name, value);
    const { process, cidrs } = await boot(computer);
    expect([cidrs(), process.told('state.refused')]).toEqual([
      [],
      [{ subject, because: 'invalid', field }],
    ]);
  });
});
