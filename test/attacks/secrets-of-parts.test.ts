import { inspect } from 'node:util';
import { expect, it, onTestFinished, vi } from 'vitest';
import { fromCallback, log, setup } from 'xstate';
import { statusText } from '../../runtime/cli/status-text.ts';
import { describeError } from '../../runtime/errors.ts';
import { inspector } from '../../runtime/inspector/inspector.ts';
import { panels } from '../../runtime/inspector/protocol.ts';
import { RequestRefusal } from '../../runtime/request-refusal.ts';
import { createRuntime } from '../../runtime/runtime.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import type { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { Secret } from '../../storage/secret.ts';
import { type Listening, type Machine, PeersStage } from '../runtime/peers-stage.ts';
import { Marks } from './marks.ts';

const token = 'correct.horse.battery.staple';
const commander = 'another.horse.battery.staple';
const masterKey = Buffer.from('the master key of this directory');
const anybody = { level: 'basic', effect: 'read' } as const;

/** Every secret that is made from now on: keys, seeds, hashes of tokens. */
function secretsMade(): Uint8Array[] {
  const made: Uint8Array[] = [];
  const { of } = Secret;
  vi.spyOn(Secret, 'of').mockImplementation((bytes) => {
    made.push(bytes.slice());
    return of.call(Secret, bytes);
  });
  onTestFinished(() => void vi.restoreAllMocks());
  return made;
}

const KEY = Symbol('key');

interface Play {
  readonly stage: PeersStage;
  readonly shop: Listening;
  readonly till: Machine;
  readonly marks: Marks;
  /** What it comes to, at the far end. */
  hear(promise: Promise<unknown>): Promise<void>;
}

/** Of every kind that may be thrown, with secrets wherever there is room for one. */
function laden(marks: Marks, place: string): readonly unknown[] {
  const said = (what: string): string => marks.said(`${place} ${what}`);
  const error = new Error(said('message'), { cause: new Error(said('cause')) });
  class Held {
    readonly note = marks.bare(`${place} instance`);
    readonly [KEY] = marks.bare(`${place} symbol`);
    get password(): string {
      return marks.bare(`${place} getter`);
    }
    toString(): string {
      return said('toString');
    }
  }
  return [
    Object.assign(error, { stack: said('stack'), code: said('code'), held: new Held() }),
    new AggregateError([new Error(said('aggregated'))], said('aggregate')),
    said('thrown'),
    new Map([['password', marks.bare(`${place} map`)]]),
    new Held(),
    { headers: { cookie: marks.bare(`${place} cookie`) }, url: said('url') },
  ];
}

/** One place each, and what is done there. */
const places: Readonly<Record<string, (play: Play) => Promise<unknown> | unknown>> = {
  async protect({ shop: { rt }, marks, hear }) {
    for (const thrown of laden(marks, 'call')) {
      const name = `psp?token=${marks.bare('name of a breaker')}`;
      await hear(
        rt
          .protect(name, () => Promise.reject(thrown))()
          .catch(() => {}),
      );
    }
    const reason = marks.said('reason of an isolation');
    rt.breaker('isolated').isolate(reason, { by: marks.said('who isolates') });
  },
  actors({ shop: { rt }, marks }) {
    const odd = laden(marks, 'logged');
    const machine = setup({
      types: { events: {} as { type: string } },
      actions: {
        say: log(() => [...odd, { password: marks.bare('a field that is logged') }]),
        fail: () => {
          throw odd[0];
        },
      },
    }).createMachine({ entry: 'say', on: { known: {}, '*': { actions: 'fail' } } });
    const pool = rt.supervisor('pool', { restartsMax: 1 });
    const input = { note: marks.bare('input of an actor') };
    const actor = pool.start(`a password=${marks.bare('id of an actor')}`, machine, {
      input,
    } as object);
    actor.tell({ type: marks.said('type of an event'), ...{ note: marks.bare('an event') } });
    const words = { note: marks.bare('context'), name: marks.bare('name in a context') };
    const context = { ...words, deep: [{ reason: marks.bare('deep in a context') }] };
    const output = { message: marks.bare('output') };
    const start = { after: { 1: 'over' } };
    const ending = {
      initial: 'start',
      states: { start, over: { type: 'final' } },
      output,
    } as const;
    const stock = rt.supervisor('stock');
    stock.start('laden', setup({}).createMachine({ context }));
    stock.start('done', setup({}).createMachine(ending), { restart: 'temporary' });
    laden(marks, 'actor').forEach((thrown, index) => {
      const throwing = fromCallback(() => {
        throw thrown;
      });
      pool.start(`t${index}`, throwing, { restart: 'temporary' });
    });
  },
  modes({ shop: { rt }, marks }) {
    const [thrown] = laden(marks, 'chart of a mode');
    const open = `open password=${marks.bare('state of a mode')}`;
    const fail = (): never => {
      throw thrown;
    };
    const begun = { after: { 10: open } };
    const standing = setup({}).createMachine({ initial: 'begun', states: { begun, [open]: {} } });
    rt.defineMode(`sales password=${marks.bare('name of a mode')}`, standing);
    rt.defineMode('failing', setup({ actions: { fail } }).createMachine({ entry: 'fail' }));
    rt.modes.own.forEach(({ changes$ }) => {
      changes$.subscribe(() => {
        throw new Error(marks.said('subscriber of a mode'));
      });
    });
    rt.events$.subscribe(() => {
      throw new Error(marks.said('subscriber of facts'));
    });
  },
  health({ shop: { rt }, marks }) {
    laden(marks, 'check').forEach((thrown, index) => {
      rt.healthCheck(`c${index}`, () => Promise.reject(thrown), { affects: 'readiness' });
    });
    const observed = { value: 1, unit: `token=${marks.bare('unit')}`.slice(0, 16) };
    const because = marks.said('because of a check');
    rt.healthCheck('said', () => ({ status: 'fail', because, observed }));
    rt.healthCheck('garbage', () => marks.said('garbage of a check') as never);
  },
  async sandboxes({ shop: { rt }, marks, hear }) {
    for (const thrown of laden(marks, 'host function')) {
      const host = { db: () => Promise.reject(thrown) };
      await hear(rt.sandboxes.run({ code: 'ask db', input: marks.bare('input of code'), host }));
    }
    const onPrinted = (): void => {
      throw new Error(marks.said('listener of what is printed'));
    };
    const code = `print ${marks.bare('printed')}`;
    await rt.sandboxes.run({ code, input: marks.bare('input that comes back'), onPrinted });
    const box = await rt.sandboxes.open({ tenant: marks.said('tenant') });
    await box.call(`crash ${marks.bare('code')}`).catch(() => {});
    box.close();
  },
  async peers({ shop, till, marks, hear, stage }) {
    const thrown = laden(marks, 'handler');
    const refusal = new RequestRefusal('SOLD_OUT', 'no tea', { cause: thrown[0] });
    for (const [index, each] of [...thrown, refusal].entries()) {
      shop.rt.peers.handle(`fail${index}`, anybody, () => Promise.reject(each));
    }
    shop.rt.peers.handle('flow', anybody, async function* () {
      yield 'first';
      throw thrown[0];
    });
    const issue = { message: marks.bare('message of a schema') };
    const input = {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [issue] }) },
    };
    shop.rt.peers.handle('strict', { ...anybody, input } as never, () => 'never');
    const peer = await stage.until(till.rt.peers.connect(shop.url));
    const payload = { note: marks.bare('payload') };
    for (const index of [...thrown, refusal].keys()) {
      await hear(peer.request(`fail${index}`, payload));
    }
    await hear(peer.request('strict', payload));
    await stage.until(
      peer.request(`psp?token=${marks.bare('name of a method')}`, payload).catch(() => {}),
    );
    const flow = (await peer.request('flow', payload)) as AsyncIterable<unknown>;
    await hear(
      (async () => {
        for await (const item of flow) expect(item).toBe('first');
      })(),
    );
  },
  async 'peers that are hostile'({ shop, till, marks, stage }) {
    till.rt.peers.handle('refuse', anybody, () => {
      throw new RequestRefusal('ODD', marks.said('words of a peer'));
    });
    const [peer] = shop.rt.peers.list();
    const ask = shop.rt.protect('till', async () =>
      shop.rt.peers.find(peer?.id ?? '')?.request('refuse'),
    );
    for (let n = 0; n < 6; n++) await stage.until(ask().catch(() => {}));
  },
  async 'who is trusted'({ shop: { rt }, till, marks }) {
    await rt.peers.grant(till.rt.peers.id, { level: 'verified', reason: marks.said('grant') });
    rt.peers.ban('192.0.2.0/24', { reason: marks.said('ban'), forMs: 60_000 });
    await rt.peers.unban('192.0.2.0/24', { reason: marks.said('unban') });
  },
  async urls({ shop: { rt }, marks, hear }) {
    await hear(rt.peers.connect(`ws://10.9.9.9:1/?token=${marks.bare('query of a url')}`));
    await hear(rt.peers.connect(`ws://ann:${marks.bare('user of a url')}@10.9.9.9:1/`));
  },
  async audit({ shop: { rt }, marks, hear }) {
    await rt.audit.append({ type: 'order.placed', data: { note: marks.bare('appended') } });
    await rt.audit.hold({ name: 'case', reason: marks.said('hold') });
    await rt.audit.release({ name: 'case', reason: marks.said('release') });
    const post = (): never => {
      throw new Error(marks.said('way to a witness'));
    };
    const { verifierKey } = rt.witness;
    await hear(rt.audit.witnessedBy({ verifierKey, post }).cosign().catch(described));
    await hear(rt.witness.add(marks.bare('body for a witness')));
  },
  async pages({ shop: { rt }, marks, hear }) {
    const secret = (place: string): Record<string, string> => ({
      authorization: `Bearer ${marks.bare(`wrong token ${place}`)}`,
      cookie: `sid=${marks.bare(`cookie ${place}`)}`,
    });
    for (const path of ['livez', 'metrics', 'diagnostics', `x/${marks.bare('path')}`]) {
      const url = `http://ann:${marks.bare('user')}@shop/${path}?token=${marks.bare('query')}`;
      const headers = secret(path);
      await hear(
        rt.fetch({ url, method: 'GET', headers: new Headers(headers) } as Request, {
          remoteAddress: '192.0.2.7',
        }),
      );
    }
  },
  async mistakes({ shop: { rt }, marks, hear }) {
    const [key, said] = [`password=${marks.bare('key of an option')}`, marks.said('an option')];
    const wrong: (() => unknown)[] = [
      () => rt.protect('wrong', () => 1, { [key]: 1 }),
      () => rt.supervisor(said),
      () => rt.supervisor('wrong', { strategy: said } as object),
      () => rt.sandboxes.run({ code: 'x', host: { [key]: 1 } } as never),
      () => rt.healthCheck(said, () => 'pass'),
      () => rt.peers.handle('wrong', { level: said } as never, () => 1),
    ];
    const key64 = masterKey.toString('hex');
    const throwing = (): never => {
      throw new Error(marks.said('key provider'));
    };
    const keys: readonly unknown[] = [
      { passphrase: marks.bare('short passphrase') },
      { passphrase: [marks.bare('passphrase')] },
      { file: key64 },
      { env: key64 },
    ];
    for (const masterKey of keys) {
      const options = { world: simWorld({ seed: 9 }), dataDir: '/data', masterKey };
      wrong.push(() => createRuntime(options as never));
    }
    const options = { world: simWorld({ seed: 9 }), dataDir: '/data' };
    wrong.push(() =>
      createRuntime({ ...options, masterKey: { provider: throwing } }).catch(described),
    );
    for (const make of wrong) await hear((async () => make())());
  },
};

const described = (error: unknown): never => {
  throw describeError(error);
};

/** All that leaves a machine but what its caller is told. */
async function views({ rt, facts, log: { lines } }: Machine) {
  const headers = { authorization: `Bearer ${token}` };
  const page = async (path: string) =>
    (await rt.fetch(new Request(`http://shop/${path}`, { headers }))).text();
  const diagnostics = await page('diagnostics');
  return {
    facts: JSON.stringify(facts) + inspect(facts, { depth: 9 }),
    lines: JSON.stringify(lines) + inspect(lines, { depth: 9 }),
    health: await page('healthz'),
    metrics: await page('metrics'),
    diagnostics,
    status: statusText(JSON.parse(diagnostics)),
    levels: JSON.stringify(rt.sandboxes.levels),
  };
}

/** All that the inspector of a machine says, from now on, to whoever may command there. */
async function inspecting({ rt, facts }: Machine, stage: PeersStage) {
  const headers = { authorization: `Bearer ${commander}`, origin: 'http://shop' };
  const answerTo = (asked: string, method: string): Promise<Response> =>
    rt.fetch(new Request(`http://shop/inspector/${asked}`, { method, headers }));
  const ask = async (asked: string, method = 'GET'): Promise<string> =>
    await stage.until(answerTo(asked, method).then((answer) => answer.text()));
  let frames = '';
  const { body } = await answerTo('stream', 'GET');
  const over = (async () => {
    for await (const piece of body ?? []) frames += Buffer.from(piece).toString();
  })();
  await stage.until(expect.poll(() => frames).toContain('event: snapshot'));
  const [, viewer = ''] = /"viewer":"(\w+)"/.exec(frames) ?? [];
  await ask(`watch?viewer=${viewer}&panels=${panels.join()}`, 'POST');
  const views = async () => {
    const subjects = [...new Set(facts.map(({ subject = '' }) => subject))];
    const asked = subjects.map((subject) => encodeURIComponent(subject));
    const all = ['', 'audit', 'recording', 'audit?fromIndex=0', 'watch?viewer=a', 'nowhere'];
    const wanted = [
      ...all,
      ...asked.map((path) => `actor?path=${path}`),
      ...asked.map((subject) => `explain?subject=${subject}`),
      ...facts.slice(-50).map(({ id }) => `explain?id=${id}`),
    ];
    const texts: string[] = [];
    for (const each of wanted) texts.push(await ask(each));
    texts.push(await ask('verify', 'POST'));
    return { inspector: texts.join('\n'), frames };
  };
  return { ask, views, over };
}

/** All that lies on a disk. */
async function bytesIn(files: MemoryFiles, path: string): Promise<string> {
  const names = await files.list(path);
  if (names === undefined) return Buffer.from((await files.read(path)) ?? []).toString('latin1');
  return (await Promise.all(names.map((name) => bytesIn(files, `${path}/${name}`)))).join('\n');
}

/** Each has something to say of what was planted. */
const facts = [
  ...['actor.failed', 'actor.quarantined', 'audit.held', 'audit.releasing', 'breaker.isolated'],
  ...['breaker.opened', 'health.failed', 'mailbox.dropped', 'mode.failed', 'mode.moved'],
  ...['peer.banned', 'peer.granting', 'peer.judged', 'peer.unbanning', 'peer.witnessRefused'],
  ...['runtime.refused', 'subscriber.failed', 'vm.died'],
];
const lines = [
  ...['a handler failed', 'a mode threw: it is begun anew later', 'a subscriber threw'],
  ...['a subscriber threw and was unsubscribed', 'an actor failed', 'events were not handled'],
  ...['logged by an actor', 'what serves a sandbox failed'],
];

it('secrets that are planted in every part leave it by no door', async () => {
  const made = secretsMade();
  const stage = new PeersStage();
  const shop = await stage.listening({
    dataDir: '/data',
    masterKey: { provider: async () => masterKey },
    diagnostics: { token },
    audit: { ballastBytes: 0 },
    inspector: inspector({ token, control: { token: commander }, hosts: ['shop'] }),
  });
  const inspected = await inspecting(shop, stage);
  const till = await stage.machine({ diagnostics: { token } });
  const marks = new Marks();
  const told: unknown[] = [];
  const hear = async (promise: Promise<unknown>): Promise<void> => {
    told.push(await stage.until(promise.catch((error: unknown) => error)));
  };
  for (const play of Object.values(places)) {
    await stage.until(Promise.resolve(play({ stage, shop, till, marks, hear })));
  }
  const reason = encodeURIComponent(marks.said('reason of a command'));
  const commands = ['breaker.isolate&target=till', 'peer.ban&target=192.0.2.0/24'];
  for (const each of [...commands, 'actor.restart&target=nowhere', reason]) {
    told.push(await inspected.ask(`command?do=${each}&reason=${reason}`, 'POST'));
  }
  await stage.clock.advanceAsync(120_000);
  const ofTill = Object.entries(await views(till));
  const seen = {
    ...(await views(shop)),
    ...(await inspected.views()),
    ...Object.fromEntries(ofTill.map(([view, text]) => [`${view} of the till`, text])),
    told: JSON.stringify(told) + inspect(told, { depth: 9 }),
    looks: inspect([shop.rt, till.rt], { depth: 20, showHidden: true }),
    disk: await bytesIn(shop.files, '/data'),
  };
  expect(marks.foundIn(seen)).toEqual([]);
  expect(seen.inspector).toContain('"path":"stock/laden","context":{"note":"[redacted 8 chars]"');
  const untold = panels.filter((name) => !seen.frames.includes(`data: {"name":"${name}"`));
  expect([untold, /event: delta/.test(seen.frames)]).toEqual([[], true]);
  const own = new Marks();
  own.bytes('the token', Buffer.from(token));
  own.bytes('the token of whoever commands', Buffer.from(commander));
  own.bytes('the master key', masterKey);
  for (const secret of made) own.bytes('a secret that was made', secret);
  expect([made.length > 10, own.foundIn(seen)]).toEqual([true, []]);
  const types = new Set([...shop.facts, ...till.facts].map(({ type }) => type));
  expect(facts.filter((type) => !types.has(type))).toEqual([]);
  const messages = new Set(shop.log.lines.map(({ message }) => message));
  expect(lines.filter((message) => !messages.has(message))).toEqual([]);
});
