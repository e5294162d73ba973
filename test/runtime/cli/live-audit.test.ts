import { describe, expect, it, onTestFinished } from 'vitest';
import { LiveAudit } from '../../../runtime/cli/live-audit.ts';
import { openControl } from '../../../runtime/control.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import { clock } from '../../../runtime/world/clock.ts';
import { sockets } from '../../../runtime/world/sockets.ts';
import { temporaryDirectory } from '../../storage/disk.ts';
import { controlled, FakeAudit, FakeConnection, gap, recordAt } from '../control.fixture.ts';
import { owner } from './data-dir.fixture.ts';

const whole = { verdict: 'ok', size: 4, checked: 2, unanchored: 4, segments: [], problems: [] };
const says = `as process 4194305 on ${owner.host} says`;
const PATIENTLY = { timeout: 10_000 };

async function open() {
  const path = `${temporaryDirectory()}/control.sock`;
  const audit = new FakeAudit();
  audit.verification = Promise.resolve(whole);
  const control = await openControl(
    { clock, sockets, log: { warn() {} } },
    path,
    controlled(audit),
  );
  onTestFinished(() => control.close());
  return { control, audit, live: await connect(path) };
}

async function connect(path: string): Promise<LiveAudit> {
  const connection = await sockets.connect(path);
  if (connection === undefined) throw new Error('nobody answers');
  const live = new LiveAudit(clock, connection, '/data', owner);
  onTestFinished(() => live.close());
  return live;
}

/** A process that answers every connection with that text, and ends it. */
async function saying(text: string): Promise<LiveAudit> {
  const path = `${temporaryDirectory()}/control.sock`;
  const listening = await sockets.listen(path, (connection) => {
    connection.write(text);
    connection.end();
  });
  onTestFinished(() => listening.close());
  return await connect(path);
}

async function all<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('the audit log of a process', () => {
  it('is verified with progress', async () => {
    const { live } = await open();
    const progress: unknown[] = [];
    const verification = await live.verify((done, of) => progress.push([done, of]));
    expect([verification, progress]).toEqual([
      whole,
      [
        [0, 2],
        [1, 2],
      ],
    ]);
  });

  it('is asked one thing after the other', async () => {
    const { live, audit } = await open();
    const status = { source: 'live', directory: '/data', owner, size: 4 };
    const input = { before: 7, reason: 'old' };
    expect([await live.status(), await live.shred(input)]).toEqual([status, [1, 2]]);
    expect([await live.checkpoint(), await live.prove(3)]).toEqual([
      { checkpoint: 'checkpoint\n', verifierKey: 'log+00000000+key' },
      'receipt of 3\n',
    ]);
    audit.holds = [{ name: 'case 7', from: 0, to: 4 }];
    expect(await live.holds()).toEqual(audit.holds);
    await live.hold({ name: 'case 8', fromIndex: 2, reason: 'a court asks' });
    await live.release({ name: 'case 8', reason: 'it is closed' });
    await live.verify(() => {}, { anchor: 'anchor\n' });
    expect(await live.rotateKey({ reason: 'yearly' })).toEqual({
      checkpoint: 'handed over\n',
      verifierKey: 'log+00000001+key',
    });
    expect(await live.beginSeals()).toBe('holdfast-seals+log');
    await expect(live.verify(() => {}, { seals: 'start' })).rejects.toThrow('verify a copy');
    const log = await live.provable();
    expect(await log.proveConsistency(3, 5)).toEqual([Uint8Array.of(0, 1, 2)]);
    expect(await all(live.tail(2, false))).toEqual([recordAt(2), recordAt(3)]);
    expect(await all(live.tail(9, false))).toEqual([gap, recordAt(2), recordAt(3)]);
    expect(
      (await all(live.export({ fromIndex: 3, redact: ['data'] }))).map((line) => JSON.parse(line)),
    ).toEqual([{ ...recordAt(3).event, data: '[redacted]', auditindex: 3 }]);
    expect(audit.asked.slice(0, 7)).toEqual([
      ['shred', input],
      ['prove', 3],
      ['hold', { name: 'case 8', fromIndex: 2, reason: 'a court asks' }],
      ['release', { name: 'case 8', reason: 'it is closed' }],
      ['verify', 'anchor\n'],
      ['rotateKey', { reason: 'yearly' }],
      ['proveConsistency', { fromSize: 3, toSize: 5 }],
    ]);
  });

  it('has no more records at its end than were asked for, though it grows meanwhile', async () => {
    const { live, audit } = await open();
    audit.beforeRead = () => audit.grow(9);
    expect(await all(live.tail(2, false))).toEqual([recordAt(2), recordAt(3)]);
  });

  it('is followed until the process ends', async () => {
    const { live, audit, control } = await open();
    const following = all(live.tail(1, true));
    await expect.poll(() => audit.listeners, PATIENTLY).toBe(1);
    audit.grow(6);
    await expect.poll(() => audit.listeners, PATIENTLY).toBe(1);
    await control.close();
    expect(await following).toEqual([3, 4, 5].map(recordAt));
  });

  it('says what the process refuses', async () => {
    const { live } = await open();
    const because = 'must be a whole number from 0 to 9007199254740991, got -1';
    await expect(all(live.export({ fromIndex: -1 }))).rejects.toMatchObject({
      name: 'Failure',
      exit: 1,
      code: 'CONTROL_INVALID',
      message: `${says}: params.fromIndex ${because}`,
    });
  });

  it.each([
    ['nothing', '', 'the process ended before it had answered'],
    ['half of it', '{"id":1,"item":1}\n{"id"', 'the process ended before it had answered'],
    ['garbage', 'SSH-2.0\n', 'what answers at the control socket is no process of Holdfast'],
    [
      'text without an id',
      '{"result":{}}\n',
      'what answers at the control socket is no process of Holdfast',
    ],
    ['too much', `"${'x'.repeat(4_194_304)}`, 'of a reply, a line must have at most 4194304 bytes'],
    [
      'a number',
      '{"id":1,"result":7}\n',
      'what the process gave as status is none: it may be of another version',
    ],
    ['no result', '{"id":1,"end":true}\n', 'the process gave no result'],
  ])('fails in plain words where %s is answered', async (_, text, message) => {
    const live = await saying(text);
    await expect(live.status()).rejects.toMatchObject({ name: 'Failure', exit: 1, message });
  });
});

it('a process that answers in other shapes fails every command in plain words', async () => {
  const item = saying('{"id":1,"item":null}\n');
  const result = saying('{"id":1,"result":null}\n');
  const size = saying('{"id":1,"result":{"size":0}}\n{"id":2,"item":null}\n');
  const refused = async (work: Promise<unknown>) =>
    `${await work.catch((error) => error)}`.replace(' is none: it may be of another version', '');
  expect([
    await refused((await item).verify(() => {})),
    await refused((await result).verify(() => {})),
    await refused((await saying('{"id":1,"result":{"verdict":"ok"}}\n')).verify(() => {})),
    await refused((await saying('{"id":1,"result":{}}\n')).shred({ before: 7, reason: 'old' })),
    await refused(all((await saying('{"id":1,"item":7}\n')).export({}))),
    await refused(all((await saying('{"id":1,"result":{}}\n')).tail(1, false))),
    await refused(all((await size).tail(1, false))),
  ]).toEqual(
    [
      'progress',
      'verification',
      'verification',
      'list of segments',
      'line of an export',
      'status',
      'record',
    ].map((what) => `Failure: what the process gave as ${what}`),
  );
});

describe('the wait for a process', () => {
  function waiting() {
    const [time, connection] = [new VirtualClock(), new FakeConnection()];
    return { time, connection, live: new LiveAudit(time, connection, '/data', owner) };
  }
  const status = { id: 1, method: 'audit.status', params: {} };
  const alive = { id: 'alive', method: 'audit.status' };
  const silence = { name: 'Failure', exit: 1, message: 'the process does not answer' };

  it('ends after 15 s without a byte, and a question whether it is alive', async () => {
    const { time, connection, live } = waiting();
    const failed = expect(live.status()).rejects.toMatchObject(silence);
    expect(await connection.say()).toEqual([status]);
    time.advance(9_999);
    expect(await connection.say()).toEqual([]);
    time.advance(1);
    expect(await connection.say()).toEqual([alive]);
    time.advance(4_999);
    expect(connection.state).toBe('open');
    time.advance(1);
    await failed;
    expect(connection.state).toBe('gone');
  });

  it('begins anew with each byte, progress and signs of life among them', async () => {
    const { time, connection, live } = waiting();
    const progress: unknown[] = [];
    const verified = live.verify((done, of) => progress.push([done, of]));
    await connection.say();
    for (const reply of [' ', { id: 1, item: { done: 1, of: 2 } }, { id: 'alive', result: {} }]) {
      time.advance(14_999);
      await connection.say(reply);
    }
    time.advance(14_999);
    await connection.say({ id: 1, result: whole });
    expect([await verified, progress]).toEqual([whole, [[1, 2]]]);
  });

  it('does not count while nobody reads what has come', async () => {
    const { time, connection, live } = waiting();
    const lines = live.export({});
    const first = lines.next();
    await connection.say({ id: 1, item: '{}' }, { id: 1, item: '{"a":1}' }, { id: 1, end: true });
    expect(await first).toEqual({ value: '{}', done: false });
    time.advance(60_000);
    expect(await all(lines)).toEqual(['{"a":1}']);
  });

  it('to be let in ends after 3 s, and whoever opens later finds nobody', async () => {
    const [time, late] = [new VirtualClock(), new FakeConnection()];
    let letIn = (_connection: FakeConnection): void => {};
    const connect = () =>
      new Promise<FakeConnection>((resolve) => {
        letIn = resolve;
      });
    const opening = LiveAudit.open(
      { clock: time, sockets: { ...sockets, connect } },
      '/data',
      owner,
    );
    const failed = expect(opening).rejects.toMatchObject(silence);
    time.advance(3_000);
    await failed;
    letIn(late);
    await late.say();
    expect(late.state).toBe('gone');
  });
});

it('a process cannot say where its status comes from', async () => {
  const said = { source: 'offline', directory: '/else', owner: null, size: 4 };
  const live = await saying(`${JSON.stringify({ id: 1, result: said })}\n`);
  expect(await live.status()).toEqual({ source: 'live', directory: '/data', owner, size: 4 });
});
