import { describe, expect, it } from 'vitest';
import { ControlSession } from '../../runtime/control-session.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { controlled, FakeAudit, FakeConnection, recordAt } from './control.fixture.ts';

function session() {
  const connection = new FakeConnection();
  const clock = new VirtualClock();
  const audit = new FakeAudit();
  const control = new ControlSession(connection, clock, controlled(audit));
  return { connection, clock, audit, control, say: connection.say.bind(connection) };
}

const status = (id: number | string) => ({ id, method: 'audit.status' });
const invalid = (message: unknown) => ({
  id: null,
  error: { code: 'CONTROL_INVALID', message },
});
const never = new Promise<never>(() => {});

describe('a connection to the control socket', () => {
  it('answers each request under its id, whatever pieces it comes in', async () => {
    const { say } = session();
    const [first, second] = [JSON.stringify(status(1)), JSON.stringify(status('b'))];
    expect(await say(first.slice(0, 5), `${first.slice(5)}\n${second}`)).toEqual([
      { id: 1, result: { size: 4 } },
    ]);
    expect(await say('\n')).toEqual([{ id: 'b', result: { size: 4 } }]);
  });

  it('tells how the process is', async () => {
    const { say } = session();
    expect(await say({ id: 1, method: 'status' })).toEqual([{ id: 1, result: { name: 'shop' } }]);
  });

  it('ends a stream of items by saying so', async () => {
    const { say } = session();
    expect(await say({ id: 1, method: 'audit.read', params: { fromIndex: 2 } })).toEqual([
      { id: 1, item: recordAt(2) },
      { id: 1, item: recordAt(3) },
      { id: 1, end: true },
    ]);
  });

  it('says what is wrong with a request, and goes on', async () => {
    const { say, connection } = session();
    const wrong = (id: number, message: string) => ({
      id,
      error: { code: 'CONTROL_INVALID', message },
    });
    expect(
      await say(
        { id: 1, method: 'toString' },
        { id: 2, method: 'audit.read', params: { fromIndex: 'x' } },
        status(3),
      ),
    ).toEqual([
      wrong(1, 'there is no method toString'),
      wrong(2, 'params.fromIndex must be a whole number from 0 to 9007199254740991, got "x"'),
      { id: 3, result: { size: 4 } },
    ]);
    expect(connection.state).toBe('open');
  });

  it('tells of a failure by its code, without what looks like a secret', async () => {
    const { say, audit } = session();
    audit.verification = Promise.reject(
      Object.assign(new Error('no: password=hunter2hunter2'), { code: 'DISK_FAILED' }),
    );
    const answers = await say({ id: 1, method: 'audit.verify' });
    expect(answers.at(-1)).toEqual({
      id: 1,
      error: { code: 'DISK_FAILED', message: 'no: password=[secret]' },
    });
  });

  it.each([
    ['no JSON', 'GET / HTTP/1.1\r\n\r\n', expect.stringContaining('JSON')],
    ['no request', '[1]\n', 'request must be an object, got an array'],
    ['a line of over 4 MiB', 'x'.repeat(4_194_305), 'a line must have at most 4194304 bytes'],
  ])('is ended by %s, and told why', async (_, text, message) => {
    const { say, connection, clock, control } = session();
    expect(await say(text, status(1))).toEqual([invalid(message)]);
    expect(connection.state).toBe('ending');
    clock.advance(1_000);
    await control.over;
    expect([connection.state, clock.pending]).toEqual(['gone', 0]);
  });

  it('has room for 16 requests at a time', async () => {
    const { say, audit } = session();
    let finish = (_: unknown): void => {};
    audit.verification = new Promise((resolve) => {
      finish = resolve;
    });
    const requests = Array.from({ length: 17 }, (_, id) => ({ id, method: 'audit.verify' }));
    const answers = await say(...requests);
    const progress = requests
      .slice(0, 16)
      .flatMap(({ id }) => [0, 1].map((done) => ({ id, item: { done, of: 2 } })));
    const message = 'at most 16 requests may be under way';
    expect(answers).toEqual([...progress, { id: 16, error: { code: 'CONTROL_BUSY', message } }]);
    finish({ verdict: 'ok' });
    expect(await say()).toEqual(
      requests.slice(0, 16).map(({ id }) => ({ id, result: { verdict: 'ok' } })),
    );
    expect(await say(status(17))).toEqual([{ id: 17, result: { size: 4 } }]);
  });

  it('reads no further for a listener that does not read', async () => {
    const { say, connection, audit } = session();
    audit.size = 100;
    connection.hasRoom = false;
    const read: number[] = [];
    audit.beforeRead = (index) => void read.push(index);
    expect(await say({ id: 1, method: 'audit.read', params: { fromIndex: 2 } })).toEqual([
      { id: 1, item: recordAt(2) },
    ]);
    expect(read).toEqual([2]);
    connection.read();
    expect((await say()).length).toBe(98);
  });

  it('leaves out progress for a listener that does not read', async () => {
    const { say, connection } = session();
    connection.hasRoom = false;
    expect(await say({ id: 1, method: 'audit.verify' })).toEqual([
      { id: 1, item: { done: 0, of: 2 } },
      { id: 1, result: { verdict: 'ok' } },
    ]);
  });

  it('is dropped if it does not read for 30 s', async () => {
    const { say, connection, clock, control } = session();
    connection.hasRoom = false;
    await say({ id: 1, method: 'audit.read', params: { fromIndex: 2 } });
    clock.advance(29_999);
    expect(connection.state).toBe('open');
    clock.advance(1);
    await control.over;
    expect([connection.state, clock.pending]).toEqual(['gone', 0]);
  });

  it('is ended after five minutes without a request, half a one or not', async () => {
    const { say, connection, clock } = session();
    clock.advance(299_999);
    await say(status(1));
    clock.advance(299_999);
    await say('{ "id"');
    expect(connection.state).toBe('open');
    clock.advance(1);
    await say();
    expect(connection.state).toBe('ending');
  });

  it('is not idle while something is being answered', async () => {
    const { say, connection, clock, audit } = session();
    audit.verification = never;
    await say({ id: 1, method: 'audit.verify' }, status(2));
    clock.advance(3_600_000);
    expect(connection.state).toBe('open');
  });

  it('stops reading the log when the other side leaves', async () => {
    const { say, connection, clock, audit, control } = session();
    await say({ id: 1, method: 'audit.tail', params: { fromIndex: 2 } });
    expect(audit.listeners).toBe(1);
    connection.drop();
    await control.over;
    expect([audit.listeners, clock.pending]).toEqual([0, 0]);
  });

  it('lets what follows end well when the process ends, and what is cut off not', async () => {
    const { say, connection, audit, control } = session();
    audit.size = 9;
    audit.beforeRead = (index) => {
      if (index === 5) control.end();
    };
    const answers = await say(
      { id: 'tail', method: 'audit.tail', params: { fromIndex: 9 } },
      { id: 'read', method: 'audit.read', params: { fromIndex: 4 } },
    );
    const message = 'the process ends: there is more than it could tell';
    expect(answers).toEqual([
      { id: 'read', item: recordAt(4) },
      { id: 'tail', end: true },
      { id: 'read', error: { code: 'RUNTIME_STOPPED', message } },
    ]);
    expect(connection.state).toBe('ending');
  });

  it('waits a second for what does not end with the process', async () => {
    const { say, connection, clock, audit, control } = session();
    audit.verification = never;
    await say({ id: 1, method: 'audit.verify' });
    control.end();
    expect(await say(status(2))).toEqual([]);
    expect(connection.state).toBe('open');
    clock.advance(1_000);
    await control.ended;
    expect(connection.state).toBe('gone');
  });
});
