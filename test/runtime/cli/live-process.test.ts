import { expect, it, onTestFinished } from 'vitest';
import { connectTo, LiveProcess } from '../../../runtime/cli/live-process.ts';
import { openControl } from '../../../runtime/control.ts';
import { clock } from '../../../runtime/world/clock.ts';
import { sockets } from '../../../runtime/world/sockets.ts';
import { temporaryDirectory } from '../../storage/disk.ts';
import { controlled, FakeAudit } from '../control.fixture.ts';

it('a process is asked through its socket, and gives results or reasons', async () => {
  const home = temporaryDirectory();
  expect(await connectTo({ clock, sockets }, home)).toBeUndefined();
  const tools = { clock, sockets, log: { warn() {} } };
  const path = `${home}/control.sock`;
  const control = await openControl(tools, path, controlled(new FakeAudit()));
  onTestFinished(() => control.close());
  const connection = await connectTo({ clock, sockets }, home);
  if (connection === undefined) throw new Error('nobody answers');
  const live = new LiveProcess(clock, connection, 'as it says');
  onTestFinished(() => live.close());
  expect(await live.resultOf('peers.list', {})).toMatchObject({ peers: [{ trust: 50 }] });
  await expect(live.resultOf('peers.dance', {})).rejects.toThrow(
    'as it says: there is no method peers.dance',
  );
  await expect(live.resultOf('peers.explain', {})).rejects.toThrow('params.id must be a peer id');
});
