import { expect, it } from 'vitest';
import { setup } from 'xstate';
import type { Answer } from '../../../actors/http.ts';
import type { Fact } from '../../../runtime/facts.ts';
import { Commands } from '../../../runtime/inspector/commands.ts';
import type { Visitor } from '../../../runtime/inspector/site/sessions.ts';
import { all, audited, ended, settled } from '../audit-stage.ts';
import { inspected } from './inspected.fixture.ts';

const operator: Visitor = { grant: 'control', id: 'aabbccddeeff' };
const onlooker: Visitor = { grant: 'view', id: '112233445566' };

async function stage(isOn = true) {
  const { part, shown } = inspected();
  const { world, runtime: rt, log } = await audited({ inspector: part });
  const commands = new Commands(shown(), isOn);
  const command = async (asked: Record<string, string>, visitor = operator) => {
    const answer = commands.answer(new URLSearchParams(asked), visitor);
    const { status, body }: Answer = await settled(world, Promise.resolve(answer), 100);
    return [status, JSON.parse(`${body}`)];
  };
  /** What of `type` led to the one of that type that was told last, with how to command it. */
  const causeOf = async (type: string, asked: Record<string, string>) => {
    const facts: Fact[] = [];
    const told = rt.events$.subscribe((fact) => void facts.push(fact));
    const [status] = await command(asked);
    told.unsubscribe();
    const { causationid } = facts.findLast((fact) => fact.type === type) ?? {};
    return [status, facts.find(({ id }) => id === causationid)?.type];
  };
  const recorded = async () => {
    const read = await all(log.read({ type: 'inspector.commanded' }));
    return read.map((each) => each.kind === 'record' && [each.event.subject, each.event.data]);
  };
  return { rt, world, command, commands, causeOf, recorded, end: () => ended(world, rt) };
}

const reason = 'it hangs';

it('a breaker is isolated and released, with who and why on record before', async () => {
  const { rt, command, recorded, end } = await stage();
  const psp = rt.breaker('psp');
  const isolate = { do: 'breaker.isolate', target: 'psp', reason };
  expect(await command(isolate)).toEqual([200, {}]);
  const by = 'inspector aabbccddeeff';
  expect(psp.isolations).toMatchObject([{ by, reason }]);
  psp.isolate('maintenance', { by: 'ops' });
  expect(await command({ ...isolate, do: 'breaker.release' })).toEqual([200, {}]);
  expect(psp.isolations).toMatchObject([{ by: 'ops' }]);
  expect(await recorded()).toEqual([
    ['psp', { command: 'breaker.isolate', by, reason }],
    ['psp', { command: 'breaker.release', by, reason }],
  ]);
  expect(await command({ ...isolate, do: 'breaker.release' })).toEqual([
    404,
    { code: 'NOT_THERE', message: 'no inspector isolated it: whoever did so releases it' },
  ]);
  await end();
});

it('an actor is restarted, and a peer banned', async () => {
  const { rt, command, recorded, end } = await stage();
  const facts: unknown[] = [];
  rt.events$.subscribe(({ type, data }) => {
    if (type === 'supervisor.decided' || type === 'peer.banned')
      facts.push([type, data.because ?? data.reason]);
  });
  rt.supervisor('top').start('one', setup({}).createMachine({}));
  expect(await command({ do: 'actor.restart', target: 'top/one', reason })).toEqual([200, {}]);
  expect(await command({ do: 'peer.ban', target: '192.0.2.0/24', reason })).toEqual([200, {}]);
  const why = 'it hangs (inspector aabbccddeeff)';
  expect(facts).toEqual([
    ['supervisor.decided', why],
    ['peer.banned', why],
  ]);
  expect((await recorded()).length).toBe(2);
  await end();
});

it('a ban is lifted, with who and why on record before', async () => {
  const { rt, command, recorded, end } = await stage();
  const facts: unknown[] = [];
  rt.events$.subscribe(({ type, subject, data }) => {
    if (type.startsWith('peer.')) facts.push([type, subject, data.reason]);
  });
  const target = '192.0.2.0/24';
  rt.peers.ban(target, { reason: 'knocked', forMs: 60_000 });
  expect(await command({ do: 'peer.unban', target, reason })).toEqual([200, {}]);
  const why = 'it hangs (inspector aabbccddeeff)';
  expect(facts).toEqual([
    ['peer.banned', target, 'knocked'],
    ['peer.unbanning', target, why],
    ['peer.unbanned', target, why],
  ]);
  expect(await recorded()).toEqual([
    [target, { command: 'peer.unban', by: 'inspector aabbccddeeff', reason }],
  ]);
  await end();
});

it('what is done names the command as its cause', async () => {
  const { rt, causeOf, end } = await stage();
  rt.breaker('psp');
  rt.supervisor('top').start('one', setup({}).createMachine({}));
  const orders = [
    ['breaker.isolate', 'psp', 'breaker.isolated'],
    ['breaker.release', 'psp', 'breaker.released'],
    ['actor.restart', 'top/one', 'supervisor.decided'],
    ['peer.ban', '192.0.2.0/24', 'peer.banned'],
    ['peer.unban', '192.0.2.0/24', 'peer.unbanning'],
  ] as const;
  const causes: unknown[] = [];
  for (const [command, target, type] of orders) {
    causes.push(await causeOf(type, { do: command, target, reason }));
  }
  expect(causes).toEqual(orders.map(() => [200, 'inspector.commanded']));
  await end();
});

it.each(['0.0.0.0/0', '127.0.0.0/8', '::/0', '2001::/16', '::ffff:0.0.0.0/96'])(
  'nobody bans %s by a line that was typed',
  async (target) => {
    const { command, recorded, end } = await stage();
    const [status, { code }] = await command({ do: 'peer.ban', target, reason });
    expect([status, code, await recorded()]).toEqual([404, 'NOT_THERE', []]);
    await end();
  },
);

it('who may only look, and everybody where control is off, commands nothing', async () => {
  const { rt, command, commands, recorded, end } = await stage();
  rt.breaker('psp');
  const isolate = { do: 'breaker.isolate', target: 'psp', reason };
  expect((await command(isolate, onlooker))[0]).toBe(403);
  expect(commands.allowed(onlooker)).toMatchObject({ commands: [], why: expect.any(String) });
  expect(commands.allowed(operator).commands.length).toBe(5);
  expect([rt.breaker('psp').isolations, await recorded()]).toEqual([[], []]);
  await end();
  const off = await stage(false);
  expect(await off.command(isolate)).toEqual([
    403,
    { code: 'CONTROL_OFF', message: 'inspector({ control }) is off: nobody commands here' },
  ]);
  await off.end();
});

it('what is nobody’s, or no command, is refused, and not recorded', async () => {
  const { command, commands, recorded, end } = await stage();
  const nobody = [
    { do: 'breaker.isolate', target: 'psp', reason },
    { do: 'actor.restart', target: 'top/one', reason },
    { do: 'actor.restart', target: '', reason: 'x' },
    { do: 'peer.ban', target: 'evil', reason },
    { do: 'peer.unban', target: 'evil', reason },
  ];
  for (const asked of nobody.filter(({ target }) => target !== '')) {
    expect(await command(asked)).toMatchObject([404, { code: 'NOT_THERE' }]);
  }
  const wrong = [{}, { do: 'runtime.stop', target: 'a', reason }, { ...nobody[0], reason: ' ' }];
  const long = { ...nobody[0], reason: 'x'.repeat(501) };
  for (const asked of [...wrong, long, { ...nobody[0], by: 'me' }]) {
    const answer = commands.answer(new URLSearchParams(asked), operator);
    await expect(answer).rejects.toThrow(/^command/);
  }
  expect(await recorded()).toEqual([]);
  await end();
});

it('what cannot be recorded is not done, and that is said', async () => {
  const { part, shown } = inspected();
  const { world, runtime: rt } = await audited({ inspector: part });
  rt.breaker('psp');
  const broken = {
    ...shown(),
    recorded: { tell: () => Promise.reject(new Error('the disk is gone')) },
  };
  const asked = new URLSearchParams({ do: 'breaker.isolate', target: 'psp', reason });
  const { status, body } = await new Commands(broken, true).answer(asked, operator);
  expect([status, JSON.parse(`${body}`).code]).toEqual([409, 'AUDIT_UNAVAILABLE']);
  expect(rt.breaker('psp').isolations).toEqual([]);
  await ended(world, rt);
});
