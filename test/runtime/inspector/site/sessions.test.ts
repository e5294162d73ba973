import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { Sessions } from '../../../../runtime/inspector/site/sessions.ts';
import { simWorld } from '../../../../runtime/sim/world.ts';
import { asking } from '../../endpoints/asked.fixture.ts';

const tokens = { view: 'correct.horse.battery', control: 'another.horse.battery' };

function stage(given: { view: string; control: string | undefined } = tokens) {
  const { clock, random } = simWorld({ seed: 1 });
  const stream = random.stream('inspector');
  const sessions = new Sessions((length) => stream.bytes(length), clock, given);
  const begin = (token: string, headers: Record<string, string> = {}) =>
    sessions.begin(asking('/', { authorization: `Bearer ${token}`, ...headers }, 'POST'));
  const known = (cookie: string | string[]) => sessions.visitor(asking('/', { cookie }))?.grant;
  return { sessions, clock, begin, known };
}

const pairOf = (cookie = ''): string => cookie.split(';')[0] ?? '';

it('who bears a token gets a cookie that no script reads and no other site sends', () => {
  const { begin, known } = stage();
  const cookie = begin(tokens.view) ?? '';
  expect(cookie).toMatch(
    /^holdfast-[\da-f]{12}=[\w-]{43}; HttpOnly; SameSite=Strict; Max-Age=43200$/,
  );
  expect(begin(tokens.view, { origin: 'https://a' })?.endsWith('; Secure')).toBe(true);
  expect(known(pairOf(cookie))).toBe('view');
  expect(known(`a=b; ${pairOf(cookie)}; c=d`)).toBe('view');
  expect(known(pairOf(begin(tokens.control)))).toBe('control');
});

it('whoever else asks is nobody', () => {
  const { begin, known, sessions } = stage();
  const cookie = pairOf(begin(tokens.view));
  expect(['wrong.horse.battery', '', `${tokens.view}x`].map((token) => begin(token))).toEqual([
    ...[undefined, undefined, undefined],
  ]);
  const other = pairOf(stage().begin(tokens.view)).split('=')[1];
  const [name] = cookie.split('=');
  const forged = [`${name}=${'A'.repeat(43)}`, `${name}=`, `${name}${cookie}`, `x${cookie}`];
  expect(forged.map(known)).toEqual(forged.map(() => undefined));
  expect(known(`${name}=${other}x`)).toBe(undefined);
  expect(sessions.visitor(asking('/'))).toBe(undefined);
  const bearing = { cookie, authorization: 'Bearer wrong' };
  expect(sessions.visitor(asking('/', bearing))).toBe(undefined);
});

it('a token does without a cookie', () => {
  const { sessions } = stage();
  const visitor = sessions.visitor(asking('/', { authorization: `Bearer ${tokens.control}` }));
  expect(visitor).toEqual({ grant: 'control', id: 'bearer' });
});

it('where nobody may command, no token commands', () => {
  const { begin } = stage({ ...tokens, control: undefined });
  expect([begin(tokens.control), begin(''), begin('undefined')]).toEqual([
    ...[undefined, undefined, undefined],
  ]);
});

it('a session is over after 12 hours, and with the runtime', async () => {
  const { begin, clock, known, sessions } = stage();
  const cookie = pairOf(begin(tokens.view));
  await clock.advanceAsync(12 * 3_600_000 - 1);
  expect(known(cookie)).toBe('view');
  await clock.advanceAsync(1);
  expect(known(cookie)).toBe(undefined);
  const next = pairOf(begin(tokens.view));
  sessions.close();
  expect(known(next)).toBe(undefined);
});

it('there are 64 at once: the oldest goes', () => {
  const { begin, known } = stage();
  const cookies = Array.from({ length: 65 }, () => pairOf(begin(tokens.view)));
  const [first = '', ...others] = cookies;
  expect([known(first), others.every((cookie) => known(cookie) === 'view')]).toEqual([
    ...[undefined, true],
  ]);
});

it('who may only look cannot crowd out who may command', () => {
  const { begin, known } = stage();
  const commander = pairOf(begin(tokens.control));
  for (let begun = 0; begun < 200; begun++) begin(tokens.view);
  expect(known(commander)).toBe('control');
});

it('visitors are told apart by what gives nothing away', () => {
  const { begin, sessions } = stage();
  const cookies = [pairOf(begin(tokens.view)), pairOf(begin(tokens.view))];
  const ids = cookies.map((cookie) => sessions.visitor(asking('/', { cookie }))?.id ?? '');
  expect([new Set(ids).size, ids.every((id) => /^[\da-f]{12}$/.test(id))]).toEqual([2, true]);
  const shown = `${inspect(sessions, { depth: 9, showHidden: true })}${JSON.stringify(sessions)}`;
  const secrets = [...Object.values(tokens), ...cookies.map((cookie) => cookie.split('=')[1])];
  expect(secrets.filter((secret) => shown.includes(`${secret}`))).toEqual([]);
});
