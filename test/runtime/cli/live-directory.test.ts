import { expect, it } from 'vitest';
import { processIn } from '../../../runtime/cli/live-directory.ts';
import { openControl } from '../../../runtime/control.ts';
import { nodeWorld } from '../../../runtime/world/node.ts';
import { temporaryDirectory } from '../../storage/disk.ts';
import { controlled, FakeAudit } from '../control.fixture.ts';

it('a socket counts only while somebody has the directory', async () => {
  const [world, home] = [nodeWorld(), temporaryDirectory()];
  const control = await openControl(world, `${home}/control.sock`, controlled(new FakeAudit()));
  await expect(processIn(world, home)).rejects.toThrow(`no process has ${home} open`);
  await control.close();
});
