import { describe, expect, it, onTestFinished } from 'vitest';
import { LiveAudit } from '../../../runtime/cli/live-audit.ts';
import { openControl } from '../../../runtime/control.ts';
import { clock } from '../../../runtime/world/clock.ts';
import { sockets } from '../../../runtime/world/sockets.ts';
import { temporaryDirectory } from '../../storage/disk.ts';
import { FakeAudit, gap, recordAt } from '../control.fixture.ts';
import { owner } from './data-dir.fixture.ts';

const PATIENTLY = { timeout: 10_000 };

async function open() {
  const path = `${temporaryDirectory()}/control.sock`;
  const audit = new FakeAudit();
  const control = await openControl({ clock, sockets, log: { warn() {} } }, path, audit);
  onTestFinished(() => control.close());
  return { control, audit, live: await connect(path) };
}

async function connect(path: string): Promise<LiveAudit> {
  const connection = await sockets.connect(path);
  if (connection === undefined) throw new Error('nobody answers');
  const live = new LiveAudit(connection, '/data', owner);
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
      { verdict: 'ok' },
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
    expect(await all(live.tail(2, false))).toEqual([recordAt(2), recordAt(3)]);
    expect(await all(live.tail(9, false))).toEqual([gap, recordAt(2), recordAt(3)]);
    expect(
      (await all(live.export({ fromIndex: 3, redact: ['data'] }))).map((line) => JSON.parse(line)),
    ).toEqual([{ ...recordAt(3).event, data: '[redacted]', auditindex: 3 }]);
    expect(audit.asked[0]).toEqual(['shred', input]);
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
    await expect(all(live.export({ fromIndex: -1 }))).rejects.toMatchObject({
      name: 'Failure',
      exit: 1,
      code: 'CONTROL_INVALID',
      message: 'params.fromIndex must be a whole number from 0 to 9007199254740991, got -1',
    });
  });

  it.each([
    ['nothing', '', 'the process ended before it had answered'],
    ['half of it', '{"id":1,"item":1}\n{"id"', 'the process ended before it had answered'],
    ['garbage', 'SSH-2.0\n', 'what answers at the control socket is no process of Holdfast'],
    ['no result', '{"id":1,"end":true}\n', 'the process gave no result'],
  ])('fails in plain words where %s is answered', async (_, text, message) => {
    const live = await saying(text);
    await expect(live.status()).rejects.toMatchObject({ name: 'Failure', exit: 1, message });
  });
});
